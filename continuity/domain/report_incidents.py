"""Incidents as a report shows them: what was agreed, what was kept, and who waited for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident import Incident, State
from continuity.domain.incident_clock import Hand, Reading, Term, clocks_of
from continuity.domain.incident_plain import local_number
from continuity.domain.outbox import TicketLink
from continuity.domain.period import Period
from continuity.domain.segment import Clock
from continuity.domain.text import Message, say, shown
from continuity.domain.ticket import Severity

TermsOf = Callable[[Incident], Iterable[Term]]
"""Gives what is agreed for an incident."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockLine:
    """A time that was agreed; ``kept`` is None as long as nobody can know."""

    clock: Clock
    duty: str
    elapsed: timedelta
    target: timedelta
    kept: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitLine:
    """How long an incident stood still for a reason."""

    reason: str
    time: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketLine:
    """The ticket of an incident in a system of others, as it was last seen there.

    ``key`` is empty as long as it is not known to be there; ``gone`` when it was deleted there.
    """

    lane: str
    key: str
    state: str
    url: str
    gone: bool
    seen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentLine:
    """One incident that was open at some time in the period, as it is now.

    ``lasted`` is from its opening to its end, or until now; ``waited`` is how long its
    clock stood, by reason. ``cycle`` is how often it has come back, from 1.
    """

    number: str
    fingerprint: str
    title: Message
    meaning: Message
    reason: Message | None
    system: str
    severity: Severity
    state: State
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    lasted: timedelta
    waited: tuple[WaitLine, ...]
    clocks: tuple[ClockLine, ...]
    count: int
    cycle: int
    recurrence_of: str
    drill: bool
    reviewed: bool
    review_required: bool
    tickets: tuple[TicketLine, ...] = ()


def incident_lines(
    incidents: Iterable[Incident], terms_of: TermsOf, period: Period, now: datetime
) -> tuple[IncidentLine, ...]:
    """Give those that were announced and not over at some time in a period, the oldest first."""
    lines = (
        _line(incident, incident.opened_at, terms_of(incident), now)
        for incident in incidents
        if incident.opened_at is not None and _touches(incident, incident.opened_at, period)
    )
    return tuple(sorted(lines, key=lambda line: (line.opened_at, line.number)))


def _touches(incident: Incident, opened_at: datetime, period: Period) -> bool:
    end = _end_of(incident)
    return opened_at < period.end and (end is None or end >= period.start)


def _end_of(incident: Incident) -> datetime | None:
    if incident.active:
        return None
    return incident.resolved_at or incident.closed_at


def _line(
    incident: Incident, opened_at: datetime, terms: Iterable[Term], now: datetime
) -> IncidentLine:
    text = FAULTS[incident.kind]
    target = shown(incident.target.encode("utf-8", "surrogateescape"))
    earlier = incident.recurrence_of
    return IncidentLine(
        number=local_number(incident.number),
        fingerprint=incident.fingerprint,
        title=say(text.title, target=target),
        meaning=say(text.meaning),
        reason=incident.reason,
        system=incident.system,
        severity=incident.severity,
        state=incident.state,
        opened_at=opened_at,
        acknowledged_at=incident.acknowledged_at,
        resolved_at=incident.resolved_at,
        lasted=max((_end_of(incident) or now) - opened_at, timedelta()),
        waited=_waited(incident, now),
        clocks=_clocks(clocks_of(incident, terms, now)),
        count=incident.count,
        cycle=incident.cycle,
        recurrence_of="" if earlier is None else local_number(earlier),
        drill=incident.drill,
        reviewed=incident.reviewed,
        review_required=incident.review_required,
    )


def with_tickets(
    lines: Iterable[IncidentLine], links: Iterable[TicketLink]
) -> tuple[IncidentLine, ...]:
    """Put beside each incident its tickets."""
    tickets: dict[str, list[TicketLine]] = {}
    for link in links:
        tickets.setdefault(local_number(link.incident), []).append(_ticket(link))
    return tuple(replace(line, tickets=tuple(tickets.get(line.number, ()))) for line in lines)


def _ticket(link: TicketLink) -> TicketLine:
    return TicketLine(
        lane=link.lane.partition(":")[2] or link.lane,
        key=link.remote_key or link.remote_id,
        state=link.remote_state,
        url=link.remote_url,
        gone=link.remote_gone,
        seen_at=link.seen_at,
    )


def _clocks(readings: Iterable[Reading]) -> tuple[ClockLine, ...]:
    return tuple(
        ClockLine(
            clock=reading.term.clock,
            duty=reading.term.duty,
            elapsed=reading.elapsed,
            target=reading.term.target,
            kept=_kept(reading),
        )
        for reading in readings
        if reading.term.target is not None
    )


def _kept(reading: Reading) -> bool | None:
    if reading.breached:
        return False
    return True if reading.hand is Hand.STOPPED else None


def _waited(incident: Incident, now: datetime) -> tuple[WaitLine, ...]:
    waited: dict[str, timedelta] = {}
    for one in incident.clocks:
        standing = one.clock is Clock.RESOLUTION and not one.counted
        if standing and one.reason != State.RESOLVED.value:
            length = max((one.end or now) - one.start, timedelta())
            waited[one.reason] = waited.get(one.reason, timedelta()) + length
    return tuple(WaitLine(reason=why, time=waited[why]) for why in sorted(waited))
