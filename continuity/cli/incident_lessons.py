"""What the record can already say in a review: what was kept, who was told when, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from continuity.cli.columns import plain
from continuity.cli.incident_clocks import clock_rows
from continuity.cli.incident_words import event_text
from continuity.cli.language import _
from continuity.cli.wording import moment
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.incident import Event, Incident
from continuity.domain.incident_clock import Reading
from continuity.domain.outbox import OutboxRow, OutboxState
from continuity.domain.plain import text_in
from continuity.domain.segment import Clock
from continuity.domain.text import N_

CHANGES: Mapping[RecordKind, str] = {
    RecordKind.BASELINE_ACCEPTED: N_("a person accepted an unusual backup"),
    RecordKind.LOCATION_ACCEPTED: N_("a person accepted a storage as it is"),
    RecordKind.HOST_ACCEPTED: N_("a person accepted the key of a machine"),
    RecordKind.LOCK_REMOVED: N_("a dead lock was removed"),
    RecordKind.RETENTION_FINISHED: N_("old restore points were removed"),
    RecordKind.RUN_CLOSED: N_("a run was killed"),
    RecordKind.BACKUP_FINISHED: N_("a backup ended"),
}
"""What may have to do with a failure; the rest of the record has not."""

_MOST = 20


def agreed_table(readings: Iterable[Reading], zone: tzinfo) -> str:
    """Give a table of what was agreed beside what it took."""
    rows = [
        [_("Clock"), _("Elapsed"), _("Agreed"), _("Result")],
        ["---"] * 4,
        *clock_rows(readings, zone),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def told_lines(rows: Iterable[OutboxRow], zone: tzinfo) -> Iterator[str]:
    """Say what each way out was to tell, when, and what became of it."""
    for row in rows:
        yield "- " + _("{moment} {lane}: {event}, {state}").format(
            moment=moment(row.notice.due_at, zone),
            lane=plain(row.notice.lane),
            event=event_text(row.notice.event),
            state=_(_STATES[row.state]),
        )


_STATES: Mapping[OutboxState, str] = {
    OutboxState.QUEUED: N_("not sent yet"),
    OutboxState.SENDING: N_("being sent"),
    OutboxState.UNCERTAIN: N_("perhaps arrived"),
    OutboxState.CONFIRMED: N_("arrived"),
    OutboxState.REJECTED: N_("refused"),
}


def changed_lines(records: Sequence[Record], zone: tzinfo) -> Iterator[str]:
    """List what happened since the last good answer, the last few of it."""
    if len(records) > _MOST:
        yield "- " + _("{count} earlier ones").format(count=len(records) - _MOST)
    for record in records[-_MOST:]:
        what = _(CHANGES[record.kind])
        verdict = text_in(record.body, "verdict")
        words = [
            f"{moment(record.recorded_at, zone)} {what}",
            plain(verdict),
            plain(record.job or ""),
        ]
        yield "- " + ", ".join(word for word in words if word)


def questions(
    incident: Incident, readings: Iterable[Reading], rows: Iterable[OutboxRow], events: set[str]
) -> Iterator[str]:
    """Ask what the record leaves open."""
    for one in readings:
        if one.breached and one.term.clock in _WHY_LATE:
            yield _(_WHY_LATE[one.term.clock])
    asked = (
        (incident.acknowledged_at is None, N_("Why did nobody take it before it ended?")),
        (
            Event.NOBODY_NOTIFIED.value in events,
            N_("Why was there nobody to tell, and who is there next time?"),
        ),
        (
            any(row.state is OutboxState.REJECTED for row in rows),
            N_("Why were messages refused, and are the addresses right now?"),
        ),
        (
            not incident.proof and incident.resolved_at is not None,
            N_("It ended without proof: what shows that it cannot come back?"),
        ),
        (
            incident.cycle > 1 or incident.recurrence_of is not None,
            N_("It had come before: why did the last repair not last?"),
        ),
        (
            incident.impact_at is None,
            N_("Could the business not work, and since when? Nobody stated it."),
        ),
    )
    yield from (_(question) for applies, question in asked if applies)


_WHY_LATE: Mapping[Clock, str] = {
    Clock.RESPONSE: N_("Why did it take longer than agreed until somebody had it?"),
    Clock.UPDATE: N_("Why was nobody told for longer than agreed?"),
    Clock.RESOLUTION: N_("Why did it take longer than agreed until it was over?"),
    Clock.RTO: N_("Why was the service away for longer than its objective?"),
    Clock.REGULATORY: N_("Why was the duty to report not met in time?"),
}
