"""What a server says it keeps: tables with their columns and keys, and everything else it has."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from continuity.sources.mariadb.session import Session
from continuity.sources.mariadb.words import listed, optional_from_hex, text_from_hex

# What every server has of its own; it is part of no copy and must not be part of any answer.
OWN_DATABASES = frozenset({"information_schema", "mysql", "performance_schema", "sys"})

_TABLES = {"BASE TABLE", "SYSTEM VERSIONED"}
# Engines whose rows lie elsewhere: the client programs do not dump them.
_ELSEWHERE = {"BLACKHOLE", "CONNECT", "FEDERATED", "MRG_MYISAM", "OQGRAPH", "S3", "SPIDER", "VP"}
_PERIODS = {"ROW START", "ROW END"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column; ``period`` ones say since when a row is what it is, and no dump keeps them."""

    name: str
    type: str
    charset: str | None
    period: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table; ``key`` are the columns that tell its rows apart, none when nothing does.

    ``about`` is the server's own estimate of its rows.
    """

    database: str
    name: str
    engine: str
    transactional: bool
    about: int
    columns: tuple[Column, ...]
    key: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """All there is in some databases; ``elsewhere`` are tables whose rows are not in them."""

    version: str
    tables: tuple[Table, ...]
    elsewhere: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, int], ...]
    definers: tuple[str, ...]
    charsets: tuple[str, ...]
    collations: tuple[str, ...]

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """The names of all tables."""
        return frozenset((table.database, table.name) for table in self.tables)


def version_of(session: Session) -> str:
    """Ask for the server's version."""
    return text_from_hex(session.ask("SELECT HEX(VERSION());")[0][0])


def databases_of(session: Session) -> tuple[str, ...]:
    """List the databases that are not the server's own, in order."""
    rows = session.ask("SELECT HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA;")
    found = {text_from_hex(row[0]) for row in rows}
    return tuple(sorted(name for name in found if name.lower() not in OWN_DATABASES))


def layout_of(session: Session, databases: tuple[str, ...]) -> Layout:
    """Read what there is in these databases."""
    transactional = _transactional(session)
    columns = _columns(session, databases)
    keys = _keys(session, databases)
    others: Counter[str] = Counter()
    tables, elsewhere = [], []
    for name, kind, engine, about in _tables(session, databases):
        if kind not in _TABLES:
            others["views" if kind == "VIEW" else f"{kind.lower()}s"] += 1
        elif engine.upper() in _ELSEWHERE:
            elsewhere.append(name)
            others["tables with rows elsewhere"] += 1
        else:
            tables.append(
                Table(
                    database=name[0],
                    name=name[1],
                    engine=engine,
                    transactional=engine in transactional,
                    about=about,
                    columns=tuple(columns[name].values()),
                    key=tuple(columns[name][part] for part in keys.get(name, ())),
                )
            )
    definers = _definers(session, databases, others)
    charsets, collations = _encodings(session, databases)
    return Layout(
        version=version_of(session),
        tables=tuple(sorted(tables, key=lambda table: (table.database, table.name))),
        elsewhere=tuple(sorted(elsewhere)),
        others=tuple(sorted(others.items())),
        definers=definers,
        charsets=charsets,
        collations=collations,
    )


def _transactional(session: Session) -> frozenset[str]:
    rows = session.ask(
        "SELECT HEX(ENGINE) FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES';"
    )
    return frozenset(text_from_hex(row[0]) for row in rows)


def _tables(
    session: Session, databases: tuple[str, ...]
) -> list[tuple[tuple[str, str], str, str, int]]:
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(TABLE_TYPE), HEX(ENGINE),"
        " HEX(CAST(TABLE_ROWS AS CHAR)) FROM information_schema.TABLES"
        f" WHERE TABLE_SCHEMA IN ({listed(databases)});"
    )
    found = []
    for schema, name, kind, engine, about in rows:
        place = (text_from_hex(schema), text_from_hex(name))
        if place[0] in databases:
            rest = optional_from_hex(engine) or "", int(optional_from_hex(about) or 0)
            found.append((place, text_from_hex(kind), *rest))
    return found


def _columns(
    session: Session, databases: tuple[str, ...]
) -> dict[tuple[str, str], dict[str, Column]]:
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(COLUMN_NAME), HEX(LOWER(DATA_TYPE)),"
        " HEX(CHARACTER_SET_NAME), HEX(GENERATION_EXPRESSION) FROM information_schema.COLUMNS"
        f" WHERE TABLE_SCHEMA IN ({listed(databases)})"
        " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION;"
    )
    found: dict[tuple[str, str], dict[str, Column]] = defaultdict(dict)
    for schema, table, name, kind, charset, generated in rows:
        column = Column(
            name=text_from_hex(name),
            type=text_from_hex(kind),
            charset=optional_from_hex(charset),
            period=optional_from_hex(generated) in _PERIODS,
        )
        found[text_from_hex(schema), text_from_hex(table)][column.name] = column
    return found


def _keys(session: Session, databases: tuple[str, ...]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Find what tells the rows of each table apart: its primary key, or a whole unique one."""
    rows = session.ask(
        "SELECT HEX(TABLE_SCHEMA), HEX(TABLE_NAME), HEX(INDEX_NAME), HEX(COLUMN_NAME),"
        " HEX(IF(SUB_PART IS NULL AND NULLABLE <> 'YES', 'whole', 'part'))"
        " FROM information_schema.STATISTICS"
        f" WHERE NON_UNIQUE = 0 AND TABLE_SCHEMA IN ({listed(databases)})"
        " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX;"
    )
    indexes: dict[tuple[str, str], dict[str, list[str | None]]] = defaultdict(dict)
    for schema, table, index, column, whole in rows:
        of_table = indexes[text_from_hex(schema), text_from_hex(table)]
        usable = optional_from_hex(column) if text_from_hex(whole) == "whole" else None
        of_table.setdefault(text_from_hex(index), []).append(usable)
    return {place: _best(of_table) for place, of_table in indexes.items()}


def _best(indexes: dict[str, list[str | None]]) -> tuple[str, ...]:
    for _, columns in sorted(indexes.items(), key=lambda item: (item[0] != "PRIMARY", item[0])):
        whole = tuple(column for column in columns if column is not None)
        if len(whole) == len(columns):
            return whole
    return ()


def _definers(
    session: Session, databases: tuple[str, ...], others: Counter[str]
) -> tuple[str, ...]:
    """Count what is defined by an account, and list those accounts: a restore needs them."""
    among = f"IN ({listed(databases)})"
    rows = session.ask(
        "SELECT HEX('views'), HEX(TABLE_SCHEMA), HEX(DEFINER) FROM information_schema.VIEWS"
        f" WHERE TABLE_SCHEMA {among};\n"
        "SELECT HEX(CONCAT(LOWER(ROUTINE_TYPE), 's')), HEX(ROUTINE_SCHEMA), HEX(DEFINER)"
        f" FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA {among};\n"
        "SELECT HEX('triggers'), HEX(TRIGGER_SCHEMA), HEX(DEFINER)"
        f" FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA {among};\n"
        "SELECT HEX('events'), HEX(EVENT_SCHEMA), HEX(DEFINER)"
        f" FROM information_schema.EVENTS WHERE EVENT_SCHEMA {among};"
    )
    definers = set()
    for kind, schema, definer in rows:
        if text_from_hex(schema) in databases:
            word = text_from_hex(kind)
            others[word] += word != "views"
            definers.add(text_from_hex(definer))
    return tuple(sorted(definers - {""}))


def _encodings(
    session: Session, databases: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    rows = session.ask(
        "SELECT HEX(SCHEMA_NAME), HEX(DEFAULT_CHARACTER_SET_NAME), HEX(DEFAULT_COLLATION_NAME)"
        f" FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ({listed(databases)});"
    )
    kept = [row for row in rows if text_from_hex(row[0]) in databases]
    charsets = {text_from_hex(row[1]) for row in kept}
    collations = {text_from_hex(row[2]) for row in kept}
    return tuple(sorted(charsets)), tuple(sorted(collations))
