"""What belongs to a PostgreSQL database and stands outside of it, where no dump brings it back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.session import Row, Session

# Their values are lists, each item of which is a name: one quoted text would be one item.
_LISTS = frozenset(
    {
        *("search_path", "temp_tablespaces", "local_preload_libraries"),
        *("session_preload_libraries", "shared_preload_libraries"),
    }
)
_ITEM = re.compile(r'"((?:[^"]|"")*)"|([^",\s]+)')

_ATTRIBUTES = """
SELECT d.datconnlimit AS most, pg_get_userbyid(d.datdba) AS owner, d.datacl IS NOT NULL AS granted
FROM pg_database AS d WHERE d.datname = {name}
"""
_GRANTS = """
SELECT x.privilege_type AS privilege, x.is_grantable AS further,
    CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee) END AS role
FROM pg_database AS d, aclexplode(d.datacl) AS x WHERE d.datname = {name}
"""
_SETTINGS = """
SELECT CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END AS role, c.value AS setting
FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase,
    unnest(s.setconfig) AS c(value) WHERE d.datname = {name}
"""


def statements_for(session: Session, old: str, fresh: str) -> tuple[str, ...]:
    """Give what makes a new database as the old one is: its rights, its limit, its settings."""
    name = literal(old)
    found = session.rows(_ATTRIBUTES.format(name=name))
    if not found:
        return ()
    return (
        f"ALTER DATABASE {quoted(fresh)} CONNECTION LIMIT {found[0]['most']}",
        *(_granting(session, found[0], name, fresh) if found[0]["granted"] else ()),
        *(_setting(row, fresh) for row in session.rows(_SETTINGS.format(name=name))),
    )


def _granting(session: Session, found: Row, name: str, fresh: str) -> Iterator[str]:
    of = f"ALL ON DATABASE {quoted(fresh)}"
    yield f"REVOKE {of} FROM PUBLIC, {quoted(str(found['owner']))}"
    for row in session.rows(_GRANTS.format(name=name)):
        role = "PUBLIC" if row["role"] is None else quoted(str(row["role"]))
        further = " WITH GRANT OPTION" if row["further"] else ""
        yield f"GRANT {row['privilege']} ON DATABASE {quoted(fresh)} TO {role}{further}"


def _setting(row: Row, fresh: str) -> str:
    setting, _, value = str(row["setting"]).partition("=")
    database = f"DATABASE {quoted(fresh)}"
    where = database if row["role"] is None else f"ROLE {quoted(str(row['role']))} IN {database}"
    # A setting of an extension has two parts to its name.
    named = ".".join(map(quoted, setting.split(".")))
    return f"ALTER {where} SET {named} TO {_value(setting, value)}"


def _value(setting: str, value: str) -> str:
    if setting.lower() not in _LISTS or not value:
        return literal(value)
    items = (one.replace('""', '"') if one else two for one, two in _ITEM.findall(value))
    return ", ".join(map(literal, items))
