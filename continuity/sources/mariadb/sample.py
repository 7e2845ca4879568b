"""Which rows of a table are looked at in one turn, and what is kept of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from continuity.domain.portrait import RowSample
from continuity.sources.mariadb.layout import Column, Table
from continuity.sources.mariadb.session import Session
from continuity.sources.mariadb.words import (
    bytes_literal,
    number_literal,
    place,
    quoted,
    text_from_hex,
    text_literal,
)

AT_ONCE = 1000
"""Rows of a table that one turn looks at."""

WHOLE = 10_000
"""Rows up to which a table without a key is looked at as a whole."""

_NUMBERS = {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year"}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}
_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector"}
_SPOKEN = {"date", "time", "datetime", "timestamp", "uuid", "inet4", "inet6"}
# Sorted by their number, compared as text: only their number does both.
_COUNTED = {"enum", "set", "bit"}
_SHAPES = {
    *("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring"),
    *("multipolygon", "geometrycollection"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Rows between two keys, both included; all rows when there is no key."""

    key: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def ranges(
    session: Session, tables: tuple[Table, ...], rows: dict[Table, int], turn: int
) -> dict[Table, Range]:
    """Find the keys between which this turn looks, for the tables whose rows can be told apart."""
    found = {table: Range() for table in tables if not sortable(table) and rows[table] <= WHOLE}
    keyed = [table for table in tables if sortable(table) and rows[table]]
    script = []
    for number, table in enumerate(keyed):
        start, end = window(rows[table], turn)
        script += [_key_at(number, table, start), _key_at(number, table, end)]
    ends: dict[int, list[tuple[str, ...]]] = {}
    for row in session.ask("\n".join(script)) if script else ():
        key = tuple(text_from_hex(cell) for cell in row[1:])
        ends.setdefault(int(row[0]), []).append(key)
    for number, keys in ends.items():
        table = keyed[number]
        names = tuple(column.name for column in table.key)
        found[table] = Range(key=names, first=keys[0], last=keys[-1])
    return found


def window(rows: int, turn: int) -> tuple[int, int]:
    """Choose the first and the last row of a turn, so that the turns go through all of them."""
    windows = -(-rows // AT_ONCE)
    start = turn % windows * AT_ONCE
    return start, min(start + AT_ONCE, rows) - 1


def samples(session: Session, wanted: dict[Table, Range]) -> dict[Table, RowSample]:
    """Digest the rows of each range in the order of their keys."""
    tables = list(wanted)
    digests = [hashlib.sha256() for _ in tables]
    counts = [0 for _ in tables]
    script = "\n".join(
        _rows_between(number, table, wanted[table]) for number, table in enumerate(tables)
    )
    for cell, digest in session.rows(script) if tables else ():
        digests[int(cell)].update(digest + b"\n")
        counts[int(cell)] += 1
    return {
        table: RowSample(
            key=wanted[table].key,
            first=wanted[table].first,
            last=wanted[table].last,
            rows=counts[number],
            digest=digests[number].hexdigest(),
        )
        for number, table in enumerate(tables)
    }


def sortable(table: Table) -> bool:
    """Tell whether the rows have an order that can be asked for again on another server."""
    known = _NUMBERS | _TEXTS | _BYTES | _SPOKEN | _COUNTED
    return bool(table.key) and all(column.type in known for column in table.key)


def _key_at(number: int, table: Table, offset: int) -> str:
    cells = ", ".join(f"HEX({_key_text(column)})" for column in table.key)
    order = ", ".join(_ordered(column) for column in table.key)
    return (
        f"SELECT {number}, {cells} FROM {place(table.database, table.name)}"
        f" ORDER BY {order} LIMIT 1 OFFSET {offset};"
    )


def _rows_between(number: int, table: Table, between: Range) -> str:
    rendered = ", ".join(_rendered(column) for column in table.columns if not column.period)
    digest = f"SHA2(CONCAT_WS(',', {rendered}), 256)"
    start = f"SELECT {number}, {digest} AS digest FROM {place(table.database, table.name)}"
    if not between.key:
        return f"{start} ORDER BY digest;"
    by_name = {column.name: column for column in table.columns}
    key = [by_name[name] for name in between.key]
    order = [_ordered(column) for column in key]
    first = [_literal(column, text) for column, text in zip(key, between.first, strict=True)]
    last = [_literal(column, text) for column, text in zip(key, between.last, strict=True)]
    # The first column alone is what lets the server use the index.
    within = [f"{order[0]} >= {first[0]}", f"{order[0]} <= {last[0]}"]
    if len(key) > 1:
        row = f"({', '.join(order)})"
        within += [f"{row} >= ({', '.join(first)})", f"{row} <= ({', '.join(last)})"]
    return f"{start} WHERE {' AND '.join(within)} ORDER BY {', '.join(order)};"


def _ordered(column: Column) -> str:
    name = quoted(column.name)
    return f"({name}+0)" if column.type in _COUNTED else name


def _key_text(column: Column) -> str:
    name = quoted(column.name)
    if column.type in _TEXTS | _BYTES:
        return f"HEX({name})"
    return f"CAST({_ordered(column)} AS CHAR)"


def _literal(column: Column, text: str) -> str:
    """Write a key as something of its column's own type and encoding. Raises ValueError."""
    if column.type in _NUMBERS | _COUNTED:
        return number_literal(text)
    if column.type in _TEXTS:
        return f"_{column.charset} {bytes_literal(text)}"
    if column.type in _BYTES:
        return bytes_literal(text)
    return text_literal(text)


def _rendered(column: Column) -> str:
    """Render a value so that it depends on nothing but itself; long ones stay short.

    FLOAT is rendered with the six digits with which the client programs dump it.
    """
    name = quoted(column.name)
    if column.type in _TEXTS | _BYTES:
        value = name
    elif column.type in _SHAPES:
        value = f"CONCAT(ST_SRID({name}), ':', ST_AsBinary({name}))"
    elif column.type in _COUNTED - {"enum", "set"}:
        value = f"CAST({name}+0 AS CHAR)"
    else:
        value = f"CAST({name} AS CHAR)"
    return f"IFNULL(SHA2({value}, 256), 'N')"
