"""Look whether a database can be replaced on its MariaDB or MySQL server, before anything happens.

A database has no name that could be changed there, so its tables change theirs, in one statement.
Views, triggers, routines and events belong to a database and cannot follow them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from continuity.domain.failure import AuthenticationError, ConfigurationError
from continuity.domain.text import N_, Message, say, shown
from continuity.sources.mariadb.layout import Layout, databases_of, layout_of, version_of
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.session import Server, Session
from continuity.sources.mariadb.words import listed, quoted, text_from_hex, text_literal
from continuity.sources.replacement import Ground, Need
from continuity.sources.second_copy import free_bytes, is_there, require_second

_NUMBERS = re.compile(r"(\d+)\.(\d+)")
# From these on a crash of the server itself leaves no half of one statement.
_WHOLE = {"mariadb": (10, 6), "mysql": (8, 0)}
_NEEDED = ("ALTER", "CREATE", "DROP", "INDEX", "INSERT", "LOCK TABLES", "SELECT")


def only_database(source: MysqlFamilySource) -> str:
    """Name the database of a job. Raises ConfigurationError where there are several."""
    if len(source.databases) == 1:
        return source.databases[0]
    raise ConfigurationError(
        say(N_("The copy is of several databases, and only one is replaced at a time.")),
        remedy=say(N_("Write a job for each database, with its name under databases.")),
    )


def survey_server(
    session: Session, server: Server, source: MysqlFamilySource, need: Need
) -> Ground:
    """Refuse what cannot be done; tell what there is."""
    live = only_database(source)
    there = live in databases_of(session)
    layout = layout_of(session, (live,) if there else ())
    _require_tables_only(live, (*layout.others, *need.portrait.others))
    _require_rights(session, live)
    size = _size(session, live) if there and layout.tables else None
    free = _free_bytes(session, server, source)
    require_second(free, max(need.bytes, size or 0), need.reserve, server.host.name)
    return Ground(old_bytes=size, free_bytes=free, remarks=tuple(_remarks(session, layout)))


def _require_tables_only(live: str, others: tuple[tuple[str, int], ...]) -> None:
    kinds = sorted({kind for kind, count in others if count})
    if kinds:
        raise ConfigurationError(
            say(
                N_("{database} has more than tables, and only tables can be swapped: {kinds}."),
                database=shown(live.encode("utf-8", "surrogatepass")),
                kinds=", ".join(kinds),
            ),
            remedy=say(N_("Restore it beside, and load it by hand while nobody writes.")),
        )


def _require_rights(session: Session, live: str) -> None:
    """Name what is missing for the database itself and for those beside it."""
    names = (live, f"{live}_new_", f"{live}_before_")
    wanted = {(name, right) for name in names for right in _NEEDED}
    missing = sorted({right for _name, right in wanted - set(_held(session, names))})
    if missing:
        account = text_from_hex(session.ask("SELECT HEX(CURRENT_USER());")[0][0])
        rights = ", ".join(missing)
        plain = live.replace("_", "\\_")
        raise AuthenticationError(
            say(
                N_("The account {account} lacks rights; nothing was changed: {rights}."),
                account=shown(account.encode("utf-8", "surrogatepass")),
                rights=rights,
            ),
            remedy=say(
                N_(
                    "Permit it: GRANT {rights} ON {live}.* TO …; and the same ON {beside}.*; or "
                    "write another account, with its password, under restore in the job's source."
                ),
                rights=", ".join(_NEEDED),
                live=quoted(plain),
                beside=quoted(plain + "\\_%"),
            ),
        )


def _held(session: Session, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give the rights on each database: the general ones, and those of the grant that fits best.

    Of several grants that fit a name the server only looks at one: the one without a pattern.
    """
    everywhere = session.ask("SELECT HEX(PRIVILEGE_TYPE) FROM information_schema.USER_PRIVILEGES;")
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA), HEX(PRIVILEGE_TYPE) FROM information_schema.SCHEMA_PRIVILEGES;"
    )
    granted = [(text_from_hex(where), text_from_hex(right)) for where, right in rows]
    for name in names:
        exact = [right for where, right in granted if where.replace("\\", "") == name]
        fitting = [right for where, right in granted if _pattern(where).fullmatch(name)]
        yield from ((name, text_from_hex(right)) for (right,) in everywhere)
        yield from ((name, right) for right in exact or fitting)


def _pattern(text: str) -> re.Pattern[str]:
    """Read the pattern of a grant, in which ``%`` is any text and ``_`` any one character."""
    parts = re.findall(r"\\.|%|_|[^\\%_]+|\\", text, re.DOTALL)
    words = {"%": ".*", "_": "."}
    return re.compile(
        "".join(words.get(one, re.escape(one.removeprefix("\\") or one)) for one in parts),
        re.DOTALL,
    )


def _size(session: Session, live: str) -> int:
    (row,) = session.ask(
        "SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA = {text_literal(live)};"
    )
    return int(row[0])


def _free_bytes(session: Session, server: Server, source: MysqlFamilySource) -> int | None:
    """Look how much room the server's disk has; None where it is not certain to be seen."""
    if not is_there(source.address):
        return None
    directory = text_from_hex(session.ask("SELECT HEX(@@datadir);")[0][0])
    return free_bytes(server.host, directory)


def _remarks(session: Session, layout: Layout) -> Iterator[Message]:
    version = version_of(session)
    family = "mariadb" if "mariadb" in version.lower() else "mysql"
    found = _NUMBERS.search(version)
    if found is None or (int(found[1]), int(found[2])) < _WHOLE[family]:
        yield say(N_("This server is so old that its own crash can leave half of the swap done."))
    if any(not table.transactional for table in layout.tables):
        yield say(N_("Some tables know no transactions: a crash of the server can damage them."))


def tables_in(session: Session, database: str) -> tuple[str, ...]:
    """Name the tables of a database, without the one by which it is marked as ours."""
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME) FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA IN ({listed((database,))});"
    )
    found = [(text_from_hex(schema), text_from_hex(name)) for schema, name in rows]
    return tuple(sorted(name for schema, name in found if schema == database and name != MARK))


MARK = "continuity_made_this"
"""The table whose comment says that we made a database, and for which step."""
