"""What a SQLite database is, told by itself: the same questions wherever it is asked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from continuity.domain.failure import ConfigurationError, ToolError
from continuity.domain.portrait import Newest, Portrait, RowSample, TablePortrait
from continuity.domain.text import N_, say, shown
from continuity.sources.sqlite_words import (
    Ask,
    Row,
    Told,
    first_value,
    literal,
    number_of,
    quoted,
    rows_of,
    text,
    texts,
    whole,
)

_WINDOW = 1_000
_LONGEST = 65_536
_ROWID_NAMES = ("rowid", "_rowid_", "oid")
# What SQLite's own quote() writes of a number, a text or a blob; it goes into a query again.
_LITERAL = re.compile(r"[-+0-9.eE]+|'(?:[^']|'')*'|X'[0-9A-Fa-f]*'")
_TIME = (
    "SELECT m, CASE WHEN typeof(m) = 'text' THEN strftime('%Y-%m-%dT%H:%M:%fZ', m)"
    " WHEN typeof(m) IN ('integer', 'real') THEN strftime('%Y-%m-%dT%H:%M:%fZ',"
    " CASE WHEN m > 100000000000 THEN m / 1000.0 ELSE m END, 'unixepoch') END"
    " FROM (SELECT max({column}) AS m FROM {table})"
)
_LACKS_ROWID = re.compile(r"\)[^)]*\bWITHOUT\s+ROWID\b[^)]*\Z", re.IGNORECASE)
_OWN = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_WHOLE = (
    "SELECT sqlite_version()",
    "PRAGMA encoding",
    f"SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE {_OWN}"
    " ORDER BY type, name",
    "SELECT count(*) FROM pragma_foreign_key_check",
    "SELECT user_version & 4294967295 FROM pragma_user_version",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    """How to look: which rows this time, which time columns, and the questions of the job.

    ``patience`` is how many seconds to wait for who keeps the database locked.
    """

    turn: int
    newest: tuple[str, ...]
    questions: tuple[str, ...] = ()
    patience: float = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Thing:
    kind: str
    name: str
    table: str
    sql: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """A table: ``key`` puts its rows in order and is never null; empty when nothing does."""

    name: str
    schema: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


def take_look(ask: Ask, looking: Looking, like: Portrait | None = None) -> Portrait:
    """Portray the database; ``like`` gives the rows to look at again.

    Raises SourceError when it does not answer, ConfigurationError for a column without times.
    """
    version, encoding, schema, broken, user_version = ask(_WHOLE)
    things = tuple(
        _Thing(kind=text(row[0]), name=text(row[1]), table=text(row[2]), sql=text(row[3]))
        for row in rows_of(schema)
    )
    tables = tuple(_tables(ask, things))
    others = {
        "views": sum(thing.kind == "view" for thing in things),
        "triggers": sum(thing.kind == "trigger" for thing in things),
        "virtual tables": sum(_is_virtual(thing) for thing in things),
        # A reference that was broken at the source is none of the copy's making.
        "broken references": number_of(broken) if broken.get("rows") else 0,
        "user version": number_of(user_version),
    }
    return Portrait(
        kind="sqlite",
        version=text(first_value(version)),
        tables=_portraits(ask, tables, looking, like),
        others=tuple((name, count) for name, count in others.items() if count),
        encoding=text(rows_of(encoding, 1)[0][0]),
        answers=tuple(_answers(ask, looking.questions)),
    )


def _tables(ask: Ask, things: tuple[_Thing, ...]) -> Iterator[_Table]:
    kept = [thing for thing in things if thing.kind == "table" and not _is_virtual(thing)]
    infos = ask(
        [
            f"SELECT name, pk FROM pragma_table_xinfo({literal(thing.name)}) WHERE hidden = 0"
            for thing in kept
        ]
    )
    for thing, info in zip(kept, infos, strict=True):
        rows = rows_of(info)
        columns = tuple(text(row[0]) for row in rows)
        yield _Table(
            name=thing.name,
            schema=_schema(thing.name, things),
            columns=columns,
            key=_key(rows, columns, has_rowid=not _LACKS_ROWID.search(thing.sql)),
        )


def _key(rows: list[Row], columns: tuple[str, ...], *, has_rowid: bool) -> tuple[str, ...]:
    """Choose what tells rows apart: the row's own number, or the whole primary key without one."""
    taken = {column.lower() for column in columns}
    numbers = [name for name in _ROWID_NAMES if name not in taken]
    if has_rowid:
        return (numbers[0],) if numbers else ()
    keyed = sorted((int(text(row[1])), text(row[0])) for row in rows)
    return tuple(name for place, name in keyed if place)


def _schema(table: str, things: tuple[_Thing, ...]) -> str:
    own = sorted([thing.kind, thing.name, thing.sql] for thing in things if thing.table == table)
    return hashlib.sha256(json.dumps(own).encode("ascii")).hexdigest()


def _portraits(
    ask: Ask, tables: tuple[_Table, ...], looking: Looking, like: Portrait | None
) -> tuple[TablePortrait, ...]:
    counts = ask([f"SELECT count(*) FROM {quoted(table.name)}" for table in tables])
    rows = [number_of(count) for count in counts]
    samples = (
        _samples(ask, tables, rows, looking.turn) if like is None else _again(ask, tables, like)
    )
    newest = _newest(ask, tables, looking.newest)
    return tuple(
        TablePortrait(
            name=table.name,
            least=count,
            most=count,
            schema=table.schema,
            sample=samples.get(table.name),
            newest=tuple(one for name, one in newest if name == table.name),
        )
        for table, count in zip(tables, rows, strict=True)
    )


def _samples(
    ask: Ask, tables: tuple[_Table, ...], rows: list[int], turn: int
) -> dict[str, RowSample]:
    """Look at the window of each table that it is the turn of."""
    asked = [
        (table, count) for table, count in zip(tables, rows, strict=True) if table.key and count
    ]
    queries = []
    for table, count in asked:
        windows = -(-count // _WINDOW)
        limit = f"LIMIT {_WINDOW} OFFSET {turn % windows * _WINDOW}"
        queries.append(_digest(table, "", limit))
    return _found([table for table, _ in asked], ask(queries))


def _again(ask: Ask, tables: tuple[_Table, ...], like: Portrait) -> dict[str, RowSample]:
    """Look at the same rows once more."""
    kept = {table.name: table.sample for table in like.tables}
    asked, queries = [], []
    for table in tables:
        sample = kept.get(table.name)
        if sample is not None and sample.key == table.key:
            key = f"({', '.join(quoted(name) for name in table.key)})"
            bounds = f"WHERE {key} >= {_values(sample.first)} AND {key} <= {_values(sample.last)}"
            asked.append(table)
            queries.append(_digest(table, bounds, ""))
    return _found(asked, ask(queries))


def _found(tables: list[_Table], told: list[Told]) -> dict[str, RowSample]:
    found = {}
    for table, one in zip(tables, told, strict=True):
        if one.get("rows"):
            found[table.name] = RowSample(
                key=table.key,
                first=texts(one["first"]),
                last=texts(one["last"]),
                rows=whole(one["rows"]),
                digest=text(one["digest"]),
            )
    return found


def _digest(table: _Table, where: str, limit: str) -> dict[str, str]:
    key = ", ".join(quoted(name) for name in table.key)
    quotes = ", ".join(f"quote({quoted(name)})" for name in table.key)
    written = " || ',' || ".join(_written(quoted(name)) for name in table.columns)
    source = f"{quoted(table.name)} {where} ORDER BY {key} {limit}"
    return {"digest": f"SELECT {quotes}, {written} FROM {source}"}


def _written(column: str) -> str:
    """Write a value so that every SQLite writes it alike; the last digits of a float differ."""
    blob = f"CAST({column} AS BLOB)"
    content = f"hex(substr({blob}, 1, {_LONGEST})) || ':' || length({blob})"
    return (
        f"CASE typeof({column}) WHEN 'null' THEN 'n' WHEN 'integer' THEN 'i' || {column}"
        f" WHEN 'real' THEN 'r' || printf('%.12g', {column})"
        f" WHEN 'text' THEN 't' || {content} ELSE 'b' || {content} END"
    )


def _newest(
    ask: Ask, tables: tuple[_Table, ...], columns: tuple[str, ...]
) -> list[tuple[str, Newest]]:
    """Ask for the newest values; a number is seconds or milliseconds since 1970."""
    places = [(column, *_place(tables, column)) for column in columns]
    told = ask(
        [_TIME.format(column=quoted(name), table=quoted(table)) for _, table, name in places]
    )
    found = []
    for (column, table, _), one in zip(places, told, strict=True):
        value, moment = rows_of(one, 1)[0]
        if value is not None and moment is None:
            raise _no_time(column)
        found.append((table, Newest(column=column, value=moment)))
    return found


def _place(tables: tuple[_Table, ...], column: str) -> tuple[str, str]:
    table, _, name = column.rpartition(".")
    if any(known.name == table and name in known.columns for known in tables):
        return table, name
    raise _no_time(column)


def _no_time(column: str) -> ConfigurationError:
    name = shown(column.encode("utf-8", "surrogateescape"))
    return ConfigurationError(
        say(N_("{column} is no column of dates or times."), column=name),
        remedy=say(N_("Correct newest in the job's source.")),
    )


def _answers(ask: Ask, questions: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    """Ask the job's own questions; one that is refused has no answer."""
    for question, told in zip(questions, ask(questions), strict=True):
        yield question, first_value(told)


def _values(values: tuple[str, ...]) -> str:
    if not all(_LITERAL.fullmatch(value) for value in values):
        raise ToolError(say(N_("The portrait holds a key that is none.")))
    return f"({', '.join(values)})"


def _is_virtual(thing: _Thing) -> bool:
    return thing.kind == "table" and thing.sql[:14].upper() == "CREATE VIRTUAL"
