"""How the entries of a run are written into the record of evidence, and read back from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast  # the record holds what ``details`` were

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.conduct import Conduct, Detail, Entry, Event
from continuity.domain.evidence import Draft, Record, RecordKind

if TYPE_CHECKING:
    from continuity.domain.information_plain import Frozen

_KINDS: Mapping[Event, RecordKind] = {
    Event.STARTED: RecordKind.RUNBOOK_STARTED,
    Event.INTENT: RecordKind.RUNBOOK_INTENT,
    Event.RESULT: RecordKind.RUNBOOK_RESULT,
    Event.DECIDED: RecordKind.RUNBOOK_DECIDED,
    Event.APPROVED: RecordKind.RUNBOOK_DECIDED,
    Event.CONFIRMED: RecordKind.RUNBOOK_DECIDED,
    Event.ABORTED: RecordKind.RUNBOOK_ENDED,
    Event.TIMED_OUT: RecordKind.RUNBOOK_ENDED,
    Event.FINISHED: RecordKind.RUNBOOK_ENDED,
}
CONDUCTING = (
    RecordKind.RUNBOOK_STARTED,
    RecordKind.RUNBOOK_INTENT,
    RecordKind.RUNBOOK_RESULT,
    RecordKind.RUNBOOK_DECIDED,
    RecordKind.RUNBOOK_CHANGED,
    RecordKind.RUNBOOK_ENDED,
)
"""Everything that is recorded of runs of runbooks."""


def is_chosen(entry: Entry) -> bool:
    """Tell whether an entry is somebody's choice, or that of a time limit."""
    return _KINDS.get(entry.event) is RecordKind.RUNBOOK_DECIDED


def draft_shown(frozen: Frozen, conduct: Conduct) -> Draft:
    """Draft who was named on the screen: apart, so that nobody is erased with somebody else."""
    return Draft(
        kind=RecordKind.RUNBOOK_SHOWN,
        run_id=conduct.run,
        body={"run": conduct.run, "information_sha256": frozen.digest},
        personal=frozen.people,
    )


def draft_of(entry: Entry, conduct: Conduct, shown: Mapping[str, str | int] | None = None) -> Draft:
    """Draft the record of an entry; ``conduct`` is the run after it.

    ``shown`` is what was on the screen of who chose.
    """
    said = {
        "by": entry.by,
        "whom": entry.whom,
        "reason": entry.reason,
        "objections": entry.objections,
    }
    personal = {name: text for name, text in said.items() if text}
    return Draft(
        kind=_KINDS.get(entry.event, RecordKind.RUNBOOK_CHANGED),
        run_id=conduct.run,
        body={
            "run": conduct.run,
            "runbook": conduct.runbook,
            "incident": conduct.incident,
            "mode": conduct.mode.value,
            "event": entry.event.value,
            "at": text_from_time(entry.at),
            "step": entry.step,
            "version": conduct.version,
            "state": conduct.state.value,
            "details": dict(entry.details),
            **(shown or {}),
        },
        personal=personal or None,
    )


def draft_interrupted(conduct: Conduct) -> Draft:
    """Draft the result of a drill that something real ended: how long it lasted, and no more."""
    start, end = conduct.started_at, conduct.ended_at
    lasted = timedelta() if start is None or end is None else max(timedelta(), end - start)
    body: dict[str, object] = {
        "run": conduct.run,
        "runbook": conduct.runbook,
        "hash": conduct.hash,
        "mode": conduct.mode.value,
        "outcome": conduct.state.value,
        "systems": list(conduct.systems),
        "jobs": [],
        "measured": False,
        "milliseconds": lasted // timedelta(milliseconds=1),
    }
    if end is not None:
        body["ended_at"] = text_from_time(end)
    return Draft(kind=RecordKind.RUNBOOK_MEASURED, run_id=conduct.run, body=body)


def entries_of(records: Iterable[Record], run: str) -> tuple[Entry, ...]:
    """Read the entries of a run back, without the people, whose names are beside the record."""
    return tuple(
        Entry(
            event=Event(str(record.body["event"])),
            at=time_from_text(str(record.body["at"])),
            step=str(record.body["step"]),
            details=cast("Mapping[str, Detail]", record.body["details"]),
        )
        for record in records
        if record.kind in CONDUCTING and record.body.get("run") == run
    )
