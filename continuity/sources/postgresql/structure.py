"""How the tables of a PostgreSQL database are made: columns, keys, indexes and constraints."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from continuity.sources.postgresql.catalog import COLUMNS, CONSTRAINTS, INDEXES, TABLES
from continuity.sources.postgresql.names import Table, quoted
from continuity.sources.postgresql.sample import ORDERED_TYPES
from continuity.sources.postgresql.session import Row, Session

# Versions differ in the blanks and brackets with which they write an expression down.
_VARYING = re.compile(r"[\s()]+|\\n|\\t")


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """A table as it is made.

    ``digest`` is over all that a restored table must have again. ``source`` reads its own rows,
    without those of its partitions, and ``written`` is the text of one of them. ``key`` has the
    columns that identify a row, with their types, when their order is the same everywhere.
    ``estimate`` is the server's own guess of the rows, below 0 when it has none.
    """

    table: Table
    digest: str
    source: str
    written: str
    key: tuple[tuple[str, str], ...]
    types: Mapping[str, str]
    unlogged: bool
    estimate: int
    blocks: int


def read_structures(session: Session) -> tuple[Structure, ...]:
    """Read how every table is made, in the order of their names."""
    columns = _by_table(session.rows(COLUMNS))
    indexes = _by_table(session.rows(INDEXES))
    constraints = _by_table(session.rows(CONSTRAINTS))
    return tuple(
        _structure(
            row, columns[str(row["oid"])], indexes[str(row["oid"])], constraints[str(row["oid"])]
        )
        for row in session.rows(TABLES)
    )


def _structure(
    row: Row, columns: Sequence[Row], indexes: Sequence[Row], constraints: Sequence[Row]
) -> Structure:
    table = Table(schema=str(row["schema"]), name=str(row["name"]))
    types = {str(column["name"]): str(column["type"]) for column in columns if column["builtin"]}
    written = ", ".join(f"t.{quoted(str(column['name']))}" for column in columns)
    shapes = [[row["shape"]], *(sorted(map(_shape, part)) for part in (columns, indexes))]
    return Structure(
        table=table,
        digest=_digest([*shapes, sorted(map(_shape, constraints))]),
        source=f"ONLY {table.sql}",
        written=f"ROW({written})::pg_catalog.text",
        key=_key(columns, indexes, types),
        types=types,
        unlogged=bool(row["unlogged"]),
        estimate=int(str(row["rows"])),
        blocks=int(str(row["blocks"])),
    )


def _key(
    columns: Sequence[Row], indexes: Sequence[Row], types: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Choose what identifies a row: the primary key, or any unique index without gaps."""
    filled = {str(column["name"]) for column in columns if column["filled"]}
    for index in sorted(indexes, key=lambda index: (not index["main"], _shape(index))):
        found = index["columns"] if isinstance(index["columns"], list) else []
        names = [str(name) for name in found]
        ordered = all(name in filled and types.get(name) in ORDERED_TYPES for name in names)
        if index["identifies"] and names and ordered:
            return tuple((name, types[name]) for name in names)
    return ()


def _digest(shapes: object) -> str:
    text = _VARYING.sub("", json.dumps(shapes, ensure_ascii=True))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _shape(row: Row) -> str:
    return str(row["shape"])


def _by_table(rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["oid"])].append(row)
    return found
