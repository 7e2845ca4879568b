"""Look whether a database can be replaced on its PostgreSQL server, before anything happens there.

Every refusal names what is missing and the statement that gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ToolMissingError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, Message, say
from continuity.sources.postgresql.dump import major_of
from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.place import Place
from continuity.sources.postgresql.session import Row, Session, shown_text
from continuity.sources.replacement import Ground, Need
from continuity.sources.second_copy import free_bytes, is_there, require_second

_ME = """
SELECT r.rolname AS name, r.rolsuper AS super, r.rolsuper OR r.rolcreatedb AS creates,
    pg_is_in_recovery() AS standby
FROM pg_roles AS r WHERE r.rolname = current_user
"""
_OLD = """
SELECT pg_get_userbyid(d.datdba) AS owner, pg_has_role(d.datdba, 'MEMBER') AS owned,
    CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER')
        THEN pg_database_size(d.oid) END AS bytes,
    (SELECT count(*) FROM pg_prepared_xacts AS x WHERE x.database = d.datname) AS prepared,
    (SELECT count(*) FROM pg_replication_slots AS s WHERE s.database = d.datname) AS slots
FROM pg_database AS d WHERE d.datname = {name}
"""
_EXTENSIONS = """
SELECT v.name, bool_or(coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)) AS trusted
FROM pg_available_extension_versions AS v GROUP BY v.name
"""
_DIRECTORY = """
SELECT CASE WHEN pg_has_role('pg_read_all_settings', 'MEMBER')
    THEN coalesce(nullif((SELECT pg_tablespace_location(d.dattablespace) FROM pg_database AS d
        WHERE d.datname = {name}), ''), current_setting('data_directory')) END AS directory
"""


def survey_server(session: Session, place: Place, database: str, need: Need) -> Ground:
    """Refuse what cannot be done; tell what there is."""
    (me,) = session.rows(_ME)
    old = next(iter(session.rows(_OLD.format(name=literal(database)))), None)
    _require_rights(me, old, place, database)
    _require_version(session, need.portrait)
    _require_extensions(session, need.portrait, bool(me["super"]))
    remarks = tuple(_roles(session, need.portrait))
    if old is not None:
        remarks += tuple(_slots(old, database))
    told = None if old is None else old["bytes"]
    size = None if told is None else int(str(told))
    free = _free_bytes(session, place, database)
    require_second(free, max(need.bytes, size or 0), need.reserve, place.host.name)
    return Ground(old_bytes=size, free_bytes=free, remarks=remarks)


def _require_rights(me: Row, old: Row | None, place: Place, database: str) -> None:
    role = shown_text(str(me["name"]))
    if me["standby"]:
        raise ConfigurationError(
            say(
                N_("The server on {host} is a standby, and takes no changes."), host=place.host.name
            ),
            remedy=say(N_("Write the address of the one that does into the job's source.")),
        )
    if not me["creates"]:
        raise AuthenticationError(
            say(N_("The role {role} may not create databases; nothing was changed."), role=role),
            remedy=say(
                N_(
                    "Permit it: ALTER ROLE {role} CREATEDB; or write another role, with its "
                    "password, under restore in the job's source."
                ),
                role=quoted(role),
            ),
        )
    if old is None:
        return
    if not old["owned"]:
        owner = shown_text(str(old["owner"]))
        raise AuthenticationError(
            say(
                N_("The role {role} may not rename {database}, which belongs to {owner}."),
                role=role,
                database=shown_text(database),
                owner=owner,
            ),
            remedy=say(
                N_(
                    "Permit it: GRANT {owner} TO {role}; or write another role, with its "
                    "password, under restore in the job's source."
                ),
                owner=quoted(owner),
                role=quoted(role),
            ),
        )
    if old["prepared"]:
        raise ConflictError(
            say(N_("Prepared transactions hold {database}."), database=shown_text(database)),
            remedy=say(N_("Commit them or roll them back: SELECT * FROM pg_prepared_xacts;")),
        )


def _require_version(session: Session, portrait: Portrait) -> None:
    needed = major_of(portrait)
    if session.server.major < needed:
        raise ToolMissingError(
            say(
                N_("The server is PostgreSQL {found}, and the copy is of {needed}."),
                found=session.server.major,
                needed=needed,
            ),
            remedy=say(N_("Upgrade the server, or restore beside and load it elsewhere.")),
        )


def _require_extensions(session: Session, portrait: Portrait, is_super: bool) -> None:
    there = {str(row["name"]): bool(row["trusted"]) for row in session.rows(_EXTENSIONS)}
    wanted = [text.rpartition(" ")[0] for text in portrait.extensions]
    for name in wanted:
        if name not in there:
            raise ToolMissingError(
                say(N_("The server does not have the extension {name}."), name=shown_text(name)),
                remedy=say(
                    N_("Install it for PostgreSQL {major}, such as by its package."),
                    major=session.server.major,
                ),
            )
        # Every new database has this one from its template.
        if not there[name] and not is_super and name != "plpgsql":
            raise AuthenticationError(
                say(N_("Only a superuser may make the extension {name}."), name=shown_text(name)),
                remedy=say(
                    N_("Write a superuser, with its password, under restore in the job's source.")
                ),
            )


def _roles(session: Session, portrait: Portrait) -> Iterator[Message]:
    """Refuse when roles are missing; only tell of the one that the other server began with.

    Of what belongs to that one a server keeps no note, so nobody knows whether it is needed.
    """
    there = {str(row["name"]) for row in session.rows("SELECT rolname AS name FROM pg_roles")}
    missing = [role for role in portrait.roles[1:] if role not in there]
    if missing:
        made = " ".join(f"CREATE ROLE {quoted(shown_text(role))} NOLOGIN;" for role in missing)
        raise ConfigurationError(
            say(
                N_("The copy needs roles that the server does not have: {names}."),
                names=", ".join(map(shown_text, missing)),
            ),
            remedy=say(
                N_("Bring them back with their rights, from your globals, or at least: {made}"),
                made=made,
            ),
        )
    for role in portrait.roles[:1]:
        if role not in there:
            yield say(
                N_("The server has no role {name}, to which something may have belonged."),
                name=shown_text(role),
            )


def _slots(old: Row, database: str) -> Iterator[Message]:
    if old["slots"]:
        yield say(
            N_("Replication slots stay with the old {database}: set up anew what follows it."),
            database=shown_text(database),
        )


def _free_bytes(session: Session, place: Place, database: str) -> int | None:
    """Look how much room the server's disk has; None where it is not certain to be seen."""
    if not is_there(place.address):
        return None
    directory = session.row(_DIRECTORY.format(name=literal(database)))["directory"]
    return None if directory is None else free_bytes(place.host, str(directory))
