"""What people did in a ticket, and what that does to its incident: news, never an end. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.cleaned import clean, one_line
from continuity.domain.incident import Change, Event, Incident, State, Value
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import HoldReason
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketState

OVER = frozenset(
    {TicketState.RESOLVED, TicketState.CLOSED, TicketState.CANCELLED, TicketState.DUPLICATE}
)
"""States of a ticket at which nobody works any more."""

GONE = "gone"
"""What is noted of a ticket that is not there any more."""

_UNTAKEN = frozenset({State.OPEN, State.ACKNOWLEDGED})
# A ticket says no end of its waiting; after a day somebody has to look again.
_HOLD = timedelta(days=1)
_LONGEST_COMMENT, _LONGEST_NAME = 4_000, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What follows from one thing that somebody did; ``asks`` when they have to be asked why."""

    changes: tuple[Change, ...] = ()
    asks: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """Where and when something was heard: on which lane, and what was known of the ticket.

    Times are those of the hearing. The clock of another system could otherwise stop ours.
    """

    lane: str
    at: datetime
    known: str

    def change(self, event: Event, by: str = "", reason: str = "", **details: Value) -> Change:
        """Make a change that tells where it comes from."""
        details["from"] = self.lane
        return Change(event=event, at=self.at, by=by, reason=reason, details=details)


def news_of(incident: Incident, heard: RemoteChange, hearing: Hearing) -> News:
    """Tell what one remote change does; whatever it says, only a test ends an incident."""
    by = one_line(heard.actor, _LONGEST_NAME) or hearing.lane
    said = clean(heard.comment.strip(), _LONGEST_COMMENT)
    noted = (hearing.change(Event.NOTED, by, said),) if said else ()
    if heard.state is None or heard.state.value == hearing.known:
        return News(changes=noted)
    steps = tuple(_steps(incident, heard.state, by, hearing))
    asks = heard.state in OVER and incident.active
    return News(changes=(*noted, *steps), asks=asks)


def assigned(incident: Incident, ticket: RemoteTicket, hearing: Hearing) -> tuple[Change, ...]:
    """Hand an incident to whom its ticket was given; who that is, the ticket decides."""
    name = one_line(ticket.assignee, _LONGEST_NAME)
    if not name or name in {hearing.known, incident.holder} or not incident.active:
        return ()
    return (hearing.change(Event.ASSIGNED, reason=name),)


def lost(hearing: Hearing) -> tuple[Change, ...]:
    """Note that a ticket is not there any more."""
    return (hearing.change(Event.NOTED, ticket=GONE),)


def _steps(incident: Incident, to: TicketState, by: str, hearing: Hearing) -> Iterator[Change]:
    if not incident.active:
        if incident.state is State.RESOLVED and to not in OVER:
            yield hearing.change(Event.NOTED, by, ticket=to.value)
    elif to in OVER:
        yield from _ended(incident, to, by, hearing)
    elif to is TicketState.ON_HOLD:
        if incident.state is not State.ON_HOLD:
            until = (hearing.at + _HOLD).isoformat()
            why = HoldReason.OTHER.value
            yield hearing.change(Event.HELD, by, why=why, until=until, pausing=False)
    elif to in {TicketState.OPEN, TicketState.IN_PROGRESS}:
        yield from _taken_up(incident, by, hearing, works=to is TicketState.IN_PROGRESS)


def _ended(incident: Incident, to: TicketState, by: str, hearing: Hearing) -> Iterator[Change]:
    yield hearing.change(Event.NOTED, by, ticket=to.value)
    yield from _taken_up(incident, by, hearing, works=True)
    if incident.retest_at is None:
        yield hearing.change(Event.RETEST_QUEUED, by)


def _taken_up(incident: Incident, by: str, hearing: Hearing, *, works: bool) -> Iterator[Change]:
    if incident.state is State.ON_HOLD:
        resumed = hearing.change(Event.RESUMED, by)
        yield resumed
        incident = after(incident, (resumed,))
    if works and incident.state in _UNTAKEN:
        yield hearing.change(Event.STARTED, by)
