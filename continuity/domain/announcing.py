"""Which changes of an incident are told outside, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from continuity.domain.clock import text_from_time
from continuity.domain.incident import Change, Event, Incident
from continuity.domain.incident_board import Moved
from continuity.domain.incident_plain import local_number
from continuity.domain.outbox import Notice

TICKET, CHANNEL = "ticket", "channel"
"""What a lane's name begins with: a system that keeps tickets, or a way to reach people."""

# A ticket follows every step; people hear only of what changes what they have to think or do.
_PEOPLE_HEAR = frozenset(
    {
        Event.OPENED,
        Event.RELEASED,
        Event.UNACKNOWLEDGED,
        Event.RESOLVED,
        Event.REOPENED,
        Event.CANCELLED,
        Event.RAISED,
        Event.DECLARED_MAJOR,
        Event.FLAPPING,
        Event.ESCALATED,
        Event.NOBODY_NOTIFIED,
    }
)
_TICKET_FOLLOWS = _PEOPLE_HEAR | {
    Event.ACKNOWLEDGED,
    Event.STARTED,
    Event.HELD,
    Event.RESUMED,
    Event.MITIGATED,
    Event.LOWERED,
    Event.ASSIGNED,
    Event.NOTED,
    Event.CLOSED,
    Event.REVIEWED,
}
_BEGINNINGS = frozenset({Event.OPENED, Event.RELEASED, Event.REOPENED})
_ENDS = frozenset({Event.RESOLVED, Event.CLOSED, Event.CANCELLED})

Announce = Callable[[Moved, Change, Incident, bool], Iterator[Notice]]
"""Makes the notices of one change: of which move, the incident after it, and whether it is known
outside already."""


def nobody(_move: Moved, _change: Change, _incident: Incident, _known: bool) -> Iterator[Notice]:
    """Tell nobody."""
    return iter(())


def announce_on(lanes: Sequence[str]) -> Announce:
    """Tell on these lanes: a ticket follows every step, people hear of what matters to them.

    What another incident speaks for is told nowhere, until that one is over; what was told once
    is told to its end.
    """

    def announce(move: Moved, change: Change, incident: Incident, known: bool) -> Iterator[Notice]:
        if not _is_told(move, change, incident, known):
            return
        for lane in lanes:
            told = _TICKET_FOLLOWS if lane.partition(":")[0] == TICKET else _PEOPLE_HEAR
            if change.event in told:
                yield notice_of(change, incident, lane)

    return announce


def notice_of(change: Change, incident: Incident, lane: str) -> Notice:
    """Make the notice of one change on one lane; what it is about is told as it was then."""
    return Notice(
        key=f"{incident.number}-{incident.version}-{change.event.value}-{lane}",
        lane=lane,
        incident=incident.number,
        event=change.event.value,
        due_at=change.at,
        payload={
            "number": local_number(incident.number),
            "event": change.event.value,
            "at": text_from_time(change.at),
            "version": incident.version,
            "cycle": incident.cycle,
            "state": incident.state.value,
            "severity": incident.severity.value,
            "kind": incident.kind.value,
            "system": incident.system,
            "target": incident.target,
            "failure": incident.failure,
            "count": incident.count,
            "major": incident.major,
            "drill": incident.drill,
            "flapping": incident.flapping,
            "details": dict(change.details),
        },
    )


def _is_told(move: Moved, change: Change, incident: Incident, known: bool) -> bool:
    if change.event in _ENDS:
        return known
    # Inhibited a moment later, it would be told for nothing.
    silenced = not incident.speaks or (move.after.active and not move.after.speaks)
    return not silenced and (known or change.event in _BEGINNINGS)
