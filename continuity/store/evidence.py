"""Reading and extending the record of evidence."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select

from continuity.domain.clock import Now
from continuity.domain.evidence import (
    SALT_BYTES,
    Draft,
    Head,
    Line,
    Record,
    RecordKind,
    canonical_bytes,
    line_from_draft,
    record_from_line,
)
from continuity.store.tables import evidence, personal

_CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which records to read: those after a sequence, of a job, of some kinds."""

    after: int = 0
    job: str | None = None
    kinds: tuple[RecordKind, ...] = ()
    limit: int | None = None
    newest_first: bool = False


def head(connection: Connection) -> Head:
    """Find the end of the chain."""
    query = select(evidence.c.sequence, evidence.c.hash).order_by(evidence.c.sequence.desc())
    row = connection.execute(query.limit(1)).first()
    return Head() if row is None else Head(sequence=row.sequence, hash=row.hash)


def append(connection: Connection, draft: Draft, end: Head, now: Now) -> Record:
    """Put one draft at the end of the chain; the write lock is held."""
    salt = None if draft.personal is None else os.urandom(SALT_BYTES)
    line = line_from_draft(draft, end.hash, end.sequence + 1, now(), salt)
    values = {name: getattr(line, name) for name in Line.__slots__}
    connection.execute(insert(evidence), values)
    if draft.personal is not None:
        text = canonical_bytes(draft.personal).decode()
        connection.execute(
            insert(personal), {"sequence": line.sequence, "salt": salt, "body": text}
        )
    return record_from_line(line)


def records(engine: Engine, wanted: Wanted) -> Iterator[Record]:
    """Read records one by one, each with its hash found right; raises RecordError."""
    return map(record_from_line, lines(engine, wanted))


def lines(engine: Engine, wanted: Wanted) -> Iterator[Line]:
    """Read records as they are written down, in bounded memory.

    Chunk by chunk, not with one open cursor: a reader that stops half way then holds nothing, and
    an append-only table looks the same in each chunk.
    """
    last: int | None = None
    left = wanted.limit
    while left is None or left > 0:
        size = _CHUNK if left is None else min(_CHUNK, left)
        chunk = _chunk(engine, wanted, last, size)
        yield from chunk
        if len(chunk) < size:
            return
        last = chunk[-1].sequence
        left = None if left is None else left - size


def _chunk(engine: Engine, wanted: Wanted, last: int | None, size: int) -> Sequence[Line]:
    sequence = evidence.c.sequence
    query = select(evidence).where(sequence > wanted.after).limit(size)
    if wanted.job is not None:
        query = query.where(evidence.c.job == wanted.job)
    if wanted.kinds:
        query = query.where(evidence.c.kind.in_([kind.value for kind in wanted.kinds]))
    query = query.order_by(sequence.desc() if wanted.newest_first else sequence)
    if last is not None:
        query = query.where(sequence < last if wanted.newest_first else sequence > last)
    with engine.connect() as connection:
        return [Line(**row) for row in connection.execute(query).mappings()]


def personal_text(connection: Connection, sequence: int) -> tuple[bytes, str] | None:
    """Read salt and text of the people a record names; None when erased or never there."""
    query = select(personal.c.salt, personal.c.body).where(personal.c.sequence == sequence)
    row = connection.execute(query).first()
    return None if row is None else (row.salt, row.body)


def people(connection: Connection) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Read every record's people, erased ones left out."""
    for row in connection.execute(select(personal.c.sequence, personal.c.body)):
        yield row.sequence, json.loads(row.body)


def erase(connection: Connection, name: str) -> tuple[int, ...]:
    """Erase a person from beside the record; gives the sequences that named them."""
    found = tuple(number for number, named in people(connection) if name in named.values())
    for number in found:
        connection.execute(delete(personal).where(personal.c.sequence == number))
    return found
