"""Copy a whole record from one database into another, row by row and as of one instant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, func, insert, select

from continuity.domain.evidence import Head
from continuity.domain.failure import ConflictError
from continuity.domain.text import N_, say
from continuity.store import evidence
from continuity.store.connect import connect, place_of, writing
from continuity.store.errors import translated
from continuity.store.schema import prepare
from continuity.store.tables import metadata

_ROWS = 1_000
_FROZEN = "REPEATABLE READ"


@dataclass(frozen=True, kw_only=True, slots=True)
class CopiedRecord:
    """What the source had at that instant: its end, and the rows of each table, as it counted."""

    head: Head
    rows: tuple[tuple[str, int], ...]


def copy_record(address: str, target: Path) -> CopiedRecord:
    """Copy the record of a server into a new SQLite file. Raises StoreError."""
    return _copied(address, f"sqlite:///{target}")


def load_record(source: Path, address: str) -> CopiedRecord:
    """Put the record of a SQLite file into a database without any. Raises StoreError.

    Raises ConflictError when something was recorded there already.
    """
    return _copied(f"sqlite:///{source}", address)


def _copied(source: str, target: str) -> CopiedRecord:
    reading, filling = connect(source), connect(target)
    try:
        for engine in (reading, filling):
            with translated(place_of(engine.url)):
                prepare(engine)
        with translated(place_of(filling.url)), writing(filling).begin() as into:
            _require_empty(into, filling)
            with translated(place_of(reading.url)), _as_of_now(reading) as out:
                return _all_tables(out, into)
    finally:
        reading.dispose()
        filling.dispose()


def _as_of_now(engine: Engine) -> Connection:
    options = {} if engine.url.get_backend_name() == "sqlite" else {"isolation_level": _FROZEN}
    return engine.connect().execution_options(**options)


def _require_empty(into: Connection, engine: Engine) -> None:
    if evidence.head(into).sequence:
        raise ConflictError(
            say(N_("There is a record in {place} already."), place=place_of(engine.url)),
            remedy=say(N_("Name another database in the settings, or go on with what is there.")),
        )


def _all_tables(out: Connection, into: Connection) -> CopiedRecord:
    head = evidence.head(out)
    counted = []
    for table in metadata.sorted_tables:
        counted.append((table.name, out.scalar(select(func.count()).select_from(table)) or 0))
        _one_table(table, out, into)
    return CopiedRecord(head=head, rows=tuple(sorted(counted)))


def _one_table(table: Table, out: Connection, into: Connection) -> None:
    # The record refuses a row out of order.
    query = select(table).order_by(*table.primary_key.columns)
    streamed = out.execution_options(yield_per=_ROWS).execute(query)
    for rows in streamed.mappings().partitions(_ROWS):
        into.execute(insert(table), [dict(row) for row in rows])
