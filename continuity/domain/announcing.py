"""Which changes of an incident are told outside, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

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
        Event.NOBODY_NOTIFIED,
    }
)
# Those who were called hear how it ends, when it gets worse, and when it comes back: that is in
# hands already, so no ladder calls anybody. Who is called next, ladders say.
_THE_CALLED_HEAR = frozenset(
    {Event.RESOLVED, Event.REOPENED, Event.CANCELLED, Event.RAISED, Event.DECLARED_MAJOR}
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
_BEGINNINGS = frozenset({Event.OPENED, Event.RELEASED, Event.REOPENED, Event.ESCALATED})
_ENDS = frozenset({Event.RESOLVED, Event.CLOSED, Event.CANCELLED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A way out; ``personal`` when it leads to people one by one, who are called by ladders."""

    name: str
    personal: bool = False

    def tells(self, change: Change) -> bool:
        """Tell whether a change is told there."""
        word, _, outlet = self.name.partition(":")
        if word == TICKET:
            return change.event in _TICKET_FOLLOWS
        if change.event is Event.ESCALATED:
            via = str(change.details.get("via") or "").split()
            return outlet in via or (self.personal and not via)
        return change.event in (_THE_CALLED_HEAR if self.personal else _PEOPLE_HEAR)


def _no_lanes(_incident: Incident) -> tuple[Lane, ...]:
    return ()


def _never(_incident: Incident, _at: datetime) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Where incidents are told: ``lanes`` those of an incident, ``silent`` when none may speak yet.

    A ticket follows every step, people hear of what matters to them. What another incident speaks
    for is told nowhere, until that one is over; what was told once is told to its end.
    """

    lanes: Callable[[Incident], Sequence[Lane]] = _no_lanes
    silent: Callable[[Incident, datetime], bool] = _never

    def notices(
        self, move: Moved, change: Change, incident: Incident, known: bool
    ) -> Iterator[Notice]:
        """Tell of one change: of which move, the incident after it, and whether it is known."""
        if not _is_told(move, change, incident, known):
            return
        if not known and self.silent(incident, change.at):
            return
        if change.event is Event.ESCALATED and not known:
            # The first that is said at all: those who are called by nobody hear of it as well.
            yield from self._tell(_opened(change.at), incident)
        yield from self._tell(change, incident)

    def _tell(self, change: Change, incident: Incident) -> Iterator[Notice]:
        for lane in self.lanes(incident):
            if lane.tells(change):
                yield notice_of(change, incident, lane.name)

    def late(self, incident: Incident, now: datetime) -> Iterator[Notice]:
        """Tell of an incident that nobody could hear of when it began: maintenance, no channel."""
        if not incident.speaks or self.silent(incident, now):
            return
        yield from self._tell(_opened(now), incident)
        if incident.rungs:
            rung = {"rung": incident.rungs[-1]}
            yield from self._tell(Change(event=Event.ESCALATED, at=now, details=rung), incident)


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


def _opened(at: datetime) -> Change:
    return Change(event=Event.OPENED, at=at)
