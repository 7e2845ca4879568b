"""The clocks of an incident: wound by every change of it, read against what was agreed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.calendar import Calendar
from continuity.domain.incident import Change, Event, Incident, State
from continuity.domain.incident_commands import WAIVER
from continuity.domain.segment import (
    Clock,
    Segment,
    Segments,
    elapsed,
    only,
    reached,
    restarted,
    segments_of,
    stopped,
    turned,
)

WARNINGS = (50, 75, 90, 100)
"""Per cent of the agreed time at which something is said."""

_RESOLVED = State.RESOLVED.value


class Hand(StrEnum):
    """Whether a clock goes."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """How long something may take, counted by which calendar; no target means only measured."""

    clock: Clock
    target: timedelta | None
    calendar: Calendar
    duty: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a clock shows.

    ``due`` is when the target is used up, past or to come; None without a target, and while the
    clock stands before it. ``since`` is when it began to go, to stand or was stopped, ``reason``
    why it stands.
    """

    term: Term
    hand: Hand
    start: datetime
    since: datetime
    elapsed: timedelta
    due: datetime | None
    reason: str = ""

    @property
    def breached(self) -> bool:
        """Whether it took longer than agreed."""
        return self.term.target is not None and self.elapsed > self.term.target

    @property
    def percent(self) -> int:
        """How much of the target is used up; 0 without one."""
        target = self.term.target
        return 0 if target is None else int(100 * self.elapsed / target)

    @property
    def remaining(self) -> timedelta | None:
        """What is left of the target; nothing when it was breached."""
        target = self.term.target
        return None if target is None else max(target - self.elapsed, timedelta())


def wound(incident: Incident, change: Change) -> Segments:
    """Give the clocks of an incident after a change; the incident is as the change left it."""
    if incident.opened_at is None:
        return incident.clocks
    segments = incident.clocks
    for wind in (_response, _resolution, _update, _attention, _rto, _regulatory):
        segments = wind(segments, incident, change)
    return segments


def clocks_of(incident: Incident, terms: Iterable[Term], now: datetime) -> tuple[Reading, ...]:
    """Read every clock that ever went, in the order of the terms."""
    readings = (_reading(incident, term, now) for term in terms)
    return tuple(reading for reading in readings if reading is not None)


def warnings_between(reading: Reading, before: int) -> tuple[int, ...]:
    """Give the warnings that are due since a percentage that was already told of."""
    return tuple(one for one in WARNINGS if before < one <= reading.percent)


def stands_too_long(reading: Reading, now: datetime, limit: timedelta) -> bool:
    """Tell whether a clock has been standing for so long that this is a finding of its own."""
    return reading.hand is Hand.PAUSED and now - reading.since > limit


def _reading(incident: Incident, term: Term, now: datetime) -> Reading | None:
    segments = _counted_now(incident, term)
    if not segments:
        return None
    last = segments[-1]
    hand = Hand.STOPPED
    if last.end is None:
        hand = Hand.RUNNING if last.counted else Hand.PAUSED
    if last.reason == _RESOLVED:
        hand = Hand.STOPPED
    target = term.target
    return Reading(
        term=term,
        hand=hand,
        start=segments[0].start,
        since=last.start if last.end is None else last.end,
        elapsed=elapsed(segments, term.calendar, now),
        due=None if target is None else reached(segments, term.calendar, target),
        reason=last.reason,
    )


def _counted_now(incident: Incident, term: Term) -> Segments:
    if term.clock is Clock.DETECTION:
        return _detection(incident)
    segments = segments_of(incident.clocks, term.clock, term.duty)
    # Each update is a time of its own.
    return segments[-1:] if term.clock is Clock.UPDATE else segments


def _detection(incident: Incident) -> Segments:
    if incident.opened_at is None:
        return ()
    began = incident.impact_at or incident.first_seen
    whole = Segment(clock=Clock.DETECTION, start=min(began, incident.opened_at))
    return (whole.ended(incident.opened_at),)


def _response(segments: Segments, incident: Incident, change: Change) -> Segments:
    """Somebody has it, or it is over: then it is answered once and for all."""
    answered = incident.state is not State.OPEN
    if not answered and not segments_of(segments, Clock.RESPONSE):
        return restarted(segments, _begun(Clock.RESPONSE, incident, change))
    return stopped(segments, Clock.RESPONSE, change.at) if answered else segments


def _resolution(segments: Segments, incident: Incident, change: Change) -> Segments:
    wanted = _begun(Clock.RESOLUTION, incident, change)
    if incident.state is State.RESOLVED:
        return turned(segments, _standing(wanted, _RESOLVED))
    if not incident.active:
        return stopped(segments, Clock.RESOLUTION, change.at)
    hold = incident.hold
    if hold is not None and hold.pausing:
        wanted = _standing(wanted, hold.reason)
    return turned(segments, wanted)


def _update(segments: Segments, incident: Incident, change: Change) -> Segments:
    if not incident.active:
        return stopped(segments, Clock.UPDATE, change.at)
    wanted = _begun(Clock.UPDATE, incident, change)
    if change.event is Event.TOLD:
        return restarted(segments, wanted)
    return turned(segments, wanted)


def _attention(segments: Segments, incident: Incident, change: Change) -> Segments:
    if not incident.active:
        return stopped(segments, Clock.ATTENTION, change.at)
    wanted = _begun(Clock.ATTENTION, incident, change)
    if incident.parent is not None:
        return turned(segments, _standing(wanted, "parent"))
    return turned(segments, wanted if incident.state is State.OPEN else _standing(wanted, "taken"))


def _rto(segments: Segments, incident: Incident, _change: Change) -> Segments:
    """One piece from the impact on: what comes back too soon was never over."""
    if incident.impact_at is None:
        return segments
    # A person's decision to do without proof brings no service back.
    proven = incident.resolved_at if incident.resolution != WAIVER else None
    whole = Segment(clock=Clock.RTO, start=incident.impact_at, cycle=incident.cycle)
    end = proven or incident.closed_at
    if end is not None and incident.recovered_at is not None:
        # What proved it later shows that it was over when people had verified it.
        end = min(end, max(incident.recovered_at, incident.impact_at))
    return only(segments, whole if end is None else whole.ended(end))


def _regulatory(segments: Segments, incident: Incident, change: Change) -> Segments:
    duty = str(change.details.get("duty", ""))
    if change.event is Event.DUTY_MET:
        return stopped(segments, Clock.REGULATORY, change.at, duty)
    if change.event is Event.DUTY_BEGUN:
        since = datetime.fromisoformat(str(change.details["since"]))
        begun = Segment(clock=Clock.REGULATORY, start=since, duty=duty, cycle=incident.cycle)
        return only(segments, begun)
    return segments


def _begun(clock: Clock, incident: Incident, change: Change) -> Segment:
    return Segment(clock=clock, start=change.at, cycle=incident.cycle)


def _standing(segment: Segment, reason: str) -> Segment:
    return Segment(
        clock=segment.clock,
        start=segment.start,
        counted=False,
        reason=reason,
        cycle=segment.cycle,
    )
