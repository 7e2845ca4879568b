"""Read the record into facts, and believe nothing of it that does not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from continuity.domain.audit import AuditAnswer, Witness, explain_audit, verify_chain
from continuity.domain.checkpoint import checkpoint_from_text
from continuity.domain.clock import Now
from continuity.domain.evidence import Head, Line, record_from_line
from continuity.domain.facts import Facts
from continuity.domain.failure import RecordError, UnwritableError
from continuity.domain.folding import fold_all
from continuity.domain.text import Message
from continuity.store.store import Store, open_to_read
from continuity.workflows.remembering import Remembered

_BATCH = 500

# So many records are read in about a second, and then nobody need trust what is remembered.
_FEW = 20_000


DEADLINES = "reports.deadlines"
"""Under this it is noted by when each report must have arrived: a table in JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What a database knows besides its record: the text of the deadlines, and what is open."""

    deadlines: str
    incidents_open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What was read of the record up to its ``head``.

    ``doubt`` says what is wrong with the record; the facts then reach to the last sound place.
    ``read_at`` is when it was last read from its first record on. ``beside`` is only known of a
    database that is no file. ``hindrance`` is why nothing can be added to it now.
    """

    read_at: datetime
    facts: Facts = field(default_factory=Facts)
    head: Head = field(default_factory=Head)
    doubt: Message | None = None
    beside: Beside | None = None
    hindrance: UnwritableError | None = None


def read_record(address: str, now: Now, database: Path | None, memory: Remembered | None) -> Known:
    """Read the record, from where memory ends if need be. Raises StoreError.

    ``database`` is the file the address names, if it names one; nothing is made where none is.
    """
    began = now()
    if database is not None and not database.exists():
        return Known(read_at=began)
    with open_to_read(address, now) as store:
        if database is None:
            # No file can be looked at later: what stands beside the record is read now, too.
            return replace(read_facts(store, began), beside=_beside(store))
        young = memory is not None and memory.database == database and memory.is_young(began)
        known = _read_file(store, memory if young else None, began)
        return replace(known, hindrance=store.hindrance)


def _read_file(store: Store, memory: Remembered | None, began: datetime) -> Known:
    # Bytes that changed without a record being added are nobody's ordinary work.
    if memory is None or store.head().sequence <= max(_FEW, memory.head.sequence):
        return read_facts(store, began)
    known = Known(facts=memory.portfolio.facts, head=memory.head, read_at=memory.read_at)
    return read_on(store, known, began)


def _beside(store: Store) -> Beside:
    with store.reading() as reading:
        speaking = [one for one in reading.incidents.open() if one.active and one.parent is None]
    return Beside(deadlines=store.noted(DEADLINES) or "{}", incidents_open=len(speaking))


def read_facts(store: Store, now: datetime) -> Known:
    """Read the whole record, with its chain and its checkpoints found right on the way."""
    return _read(store, Known(read_at=now), list(_witnesses(store)))


def read_on(store: Store, known: Known, now: datetime) -> Known:
    """Read what was recorded since; the whole again when the known end is no longer there."""
    start = known.head.sequence
    if known.doubt is not None or start == 0:
        return read_facts(store, now)
    end = next(store.lines(start - 1), None)
    if end is None or (end.sequence, end.hash) != (start, known.head.hash):
        return read_facts(store, now)
    return _read(store, known, [one for one in _witnesses(store) if one.sequence > start])


def _read(store: Store, known: Known, witnesses: list[Witness]) -> Known:
    reading = _Reading(facts=known.facts)
    try:
        lines = reading.through(store.lines(known.head.sequence))
        result = verify_chain(lines, witnesses, known.head)
    except RecordError as error:
        return replace(known, facts=reading.facts, doubt=error.what)
    whole = result.answer in {AuditAnswer.INTACT, AuditAnswer.EMPTY}
    doubt = None if whole else explain_audit(result)
    return replace(known, facts=reading.facts, head=result.head, doubt=doubt)


def _witnesses(store: Store) -> Iterator[Witness]:
    """Give the checkpoints kept beside the record; whose they are is asked by the audit."""
    for signed in store.checkpoints():
        try:
            checkpoint = checkpoint_from_text(signed.text)
        except ValueError:
            # A hash that no record has, so that the walk ends there.
            yield Witness(sequence=signed.sequence, hash="")
        else:
            yield Witness(sequence=checkpoint.sequence, hash=checkpoint.hash)


@dataclass(kw_only=True, slots=True)
class _Reading:
    """Facts that grow while the lines they come from are verified."""

    facts: Facts

    def through(self, lines: Iterator[Line]) -> Iterator[Line]:
        while batch := list(islice(lines, _BATCH)):
            # The walk looks at each line as it is handed on, and stops asking at a defect.
            yield from batch
            self.facts = fold_all(self.facts, map(record_from_line, batch))
