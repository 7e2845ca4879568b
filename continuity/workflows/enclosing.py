"""Enclose in tickets the record behind what they say: of the failure, and of the proof."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Outcome, Rejected
from continuity.domain.evidence import Line, exported_text, record_from_line
from continuity.domain.failure import RecordError
from continuity.domain.incident import Event, Incident
from continuity.domain.incident_plain import local_number
from continuity.domain.outbox import Notice, OutboxRow
from continuity.domain.text import N_, say
from continuity.domain.ticket import TicketRef
from continuity.store.store import Store
from continuity.tickets.ticket import TicketSystem

ENCLOSED = "enclosed"
"""The event of a notice that brings a file."""

LineOf = Callable[[int], Line | None]
"""Reads one line of the record by its sequence number."""

_LARGEST = 256 << 10
_BEGINNINGS = frozenset({Event.OPENED.value, Event.RELEASED.value, Event.REOPENED.value})
_NOT_THERE = say(N_("The record that was to be enclosed is not there any more."))


def enclosures(row: OutboxRow, incident: Incident, lane: str, most: int) -> tuple[Notice, ...]:
    """Give the notices of the files that belong to what a row has just told; each is told once.

    They go on a lane of their own: a file that is not taken holds up nothing that is said.
    """
    if most <= 0:
        return ()
    wanted = {"proof": incident.proof} if incident.proof else {"evidence": incident.evidence}
    return tuple(
        Notice(
            key=f"{incident.number}-{what}-{sequence}-{lane}",
            lane=f"{lane}:files",
            incident=incident.number,
            event=ENCLOSED,
            due_at=row.notice.due_at,
            sequence=row.notice.sequence,
            payload={"what": what, "record": sequence},
        )
        for what, sequence in wanted.items()
        if sequence > 0 and (what == "proof" or row.notice.event in _BEGINNINGS)
    )


def enclose(row: OutboxRow, system: TicketSystem, ref: TicketRef, line_of: LineOf) -> Outcome:
    """Attach what a notice names."""
    sequence = row.notice.payload.get("record")
    line = line_of(sequence) if isinstance(sequence, int) else None
    if line is None:
        return Rejected(reason=_NOT_THERE)
    try:
        record_from_line(line)
    except RecordError as error:
        # What was altered is no evidence, and must not look like any.
        return Rejected(reason=error.what)
    what = row.notice.payload.get("what")
    name = f"{local_number(row.notice.incident)}-{what}-{sequence}.json"
    content = _content(line, min(_LARGEST, system.abilities.attachment_bytes))
    return system.attach(ref, Attachment(name=name, media_type="application/json", content=content))


def line_in(store: Store) -> LineOf:
    """Read lines of a store."""
    return lambda sequence: next(islice(store.lines(sequence - 1), 1), None)


def _content(line: Line, most: int) -> bytes:
    """Write the line as it is exported; of one that is too long, what finds it in the record."""
    whole = f"{exported_text(line)}\n".encode("utf-8", "surrogateescape")
    if len(whole) <= most:
        return whole
    short = {name: getattr(line, name) for name in ("hash", "kind", "recorded_at", "sequence")}
    return f"{json.dumps(short, sort_keys=True, separators=(',', ':'))}\n".encode()
