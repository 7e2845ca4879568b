"""Checksums over some of a table's rows, the same on every server that holds the same rows.

Rows are written by the types' own output functions, column by column in the order of their names;
a restored table may have its columns in another order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from continuity.domain.portrait import RowSample
from continuity.sources.postgresql.names import literal, quoted
from continuity.sources.postgresql.session import Session

# Types whose order no locale and no extension changes.
ORDERED_TYPES = (
    *("int2", "int4", "int8", "oid", "numeric", "uuid", "bytea"),
    *("date", "timestamp", "timestamptz"),
)
_PLAIN = 'hash COLLATE "C"'
_LEAST_WINDOW = 1_000
_MOST_WINDOW = 200_000
_WINDOWS = 100
# Without such a key every row is written down and hashed, at 0.003 ms each: this is a minute.
_MOST_WRITTEN = 20_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What is sampled: ``source`` as it stands after FROM, and the text that one row is written as.

    ``key`` has column names with their types, all of them of ``ORDERED_TYPES``; empty where the
    table has no such key.
    """

    source: str
    written: str
    key: tuple[tuple[str, str], ...]


def draw(session: Session, rows: Rows, *, count: int, exact: bool, turn: int) -> RowSample | None:
    """Take the window of rows whose turn it is; None where there is none that can be found again.

    A window is a hundredth of the table, and at least 1,000 rows.
    """
    if count == 0:
        return None
    size = min(max(math.ceil(count / _WINDOWS), _LEAST_WINDOW), _MOST_WINDOW)
    windows = math.ceil(count / size)
    if rows.key and exact:
        return _window(session, rows, f"OFFSET {turn % windows * size} LIMIT {size}")
    if rows.key:
        return _somewhere(session, rows, turn, size)
    if not exact or count > _MOST_WRITTEN:
        return None
    return _share(session, rows, turn % windows, windows)


def draw_again(session: Session, rows: Rows, sample: RowSample) -> RowSample | None:
    """Take the rows that an earlier sample covers; None where the table has another key by now."""
    if not sample.key:
        return _share(session, rows, int(sample.first[0]), int(sample.last[0]))
    if sample.key != tuple(name for name, _ in rows.key):
        return None
    key = _listed(rows)
    limits = f"{key} >= {_values(rows, sample.first)} AND {key} <= {_values(rows, sample.last)}"
    found = _window(session, rows, "", f"WHERE {limits}")
    digest, count = (found.digest, found.rows) if found else ("", 0)
    return RowSample(
        key=sample.key, first=sample.first, last=sample.last, rows=count, digest=digest
    )


def _window(session: Session, rows: Rows, limit: str, where: str = "") -> RowSample | None:
    order = ", ".join(f"t.{quoted(name)}" for name, _ in rows.key)
    key = ", ".join(f"t.{quoted(name)}::pg_catalog.text" for name, _ in rows.key)
    found = session.row(
        f"WITH picked AS MATERIALIZED (SELECT {_hashed(rows)} AS hash, ARRAY[{key}] AS key,"
        f" row_number() OVER (ORDER BY {order}) AS place FROM (SELECT * FROM {rows.source} AS t"
        f" {where} ORDER BY {order} {limit}) AS t)"
        " SELECT count(*)::int8 AS rows,"
        " (SELECT key FROM picked ORDER BY place LIMIT 1) AS first,"
        " (SELECT key FROM picked ORDER BY place DESC LIMIT 1) AS last,"
        f" {_digest('place')} AS digest FROM picked"
    )
    if found["rows"] == 0:
        return None
    return RowSample(
        key=tuple(name for name, _ in rows.key),
        first=_texts(found["first"]),
        last=_texts(found["last"]),
        rows=int(str(found["rows"])),
        digest=str(found["digest"]),
    )


def _somewhere(session: Session, rows: Rows, turn: int, size: int) -> RowSample | None:
    """Begin at a row that the turn hits, without counting the rows before it."""
    key = ", ".join(f"t.{quoted(name)}::pg_catalog.text" for name, _ in rows.key)
    found = session.rows(
        f"SELECT ARRAY[{key}] AS key FROM {rows.source} AS t"
        f" TABLESAMPLE SYSTEM (0.01) REPEATABLE ({turn}) LIMIT 1"
    )
    where = f"WHERE {_listed(rows)} >= {_values(rows, _texts(found[0]['key']))}" if found else ""
    return _window(session, rows, f"LIMIT {size}", where)


def _share(session: Session, rows: Rows, turn: int, windows: int) -> RowSample:
    """Take the rows whose hash falls to this turn; written as ``turn`` of ``windows``."""
    found = session.row(
        f"SELECT count(*)::int8 AS rows, {_digest(_PLAIN)} AS digest"
        f" FROM (SELECT {_hashed(rows)} AS hash FROM {rows.source} AS t) AS picked"
        f" WHERE ('x' || left(hash, 8))::bit(32)::int8 % {windows} = {turn}"
    )
    return RowSample(
        key=(),
        first=(str(turn),),
        last=(str(windows),),
        rows=int(str(found["rows"])),
        digest=str(found["digest"]),
    )


def _hashed(rows: Rows) -> str:
    encoding = "current_setting('server_encoding')"
    return f"encode(sha256(convert_to({rows.written}, {encoding})), 'hex')"


def _digest(order: str) -> str:
    return (
        f"encode(sha256(convert_to(coalesce(string_agg(hash, '' ORDER BY {order}), ''),"
        " 'UTF8')), 'hex')"
    )


def _listed(rows: Rows) -> str:
    return f"({', '.join(f't.{quoted(name)}' for name, _ in rows.key)})"


def _values(rows: Rows, values: Sequence[str]) -> str:
    typed = (
        f"{literal(value)}::pg_catalog.{type_}"
        for value, (_, type_) in zip(values, rows.key, strict=True)
    )
    return f"({', '.join(typed)})"


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(value) for value in found) if isinstance(found, list) else ()
