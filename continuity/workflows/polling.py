"""Hear what people do in the tickets of incidents that last; it becomes events of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from continuity.domain.cleaned import one_line
from continuity.domain.failure import ContinuityError, ToolError
from continuity.domain.incident import Change, Incident
from continuity.domain.incident_board import Moved
from continuity.domain.incident_changes import after
from continuity.domain.outbox import Notice, TicketLink
from continuity.domain.remote_news import OVER, Hearing, assigned, lost, news_of
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketRef
from continuity.store.store import Transaction
from continuity.tickets.ticket import Abilities
from continuity.workflows.overhearing import heard_on, name_of, note_heard
from continuity.workflows.responding import Desk, write_move
from continuity.workflows.ticketing import ASKED, FAILED_AGAIN, ref_of

_BEFORE_ALL = timedelta(days=1)
_LONGEST_NAME = 200
_OVER = frozenset(state.value for state in OVER)


class Readable(Protocol):
    """The part of a ticket system that is read."""

    @property
    def abilities(self) -> Abilities:
        """What it can do."""

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        """Read its present state."""

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        """Read what people did since, oldest first."""


@dataclass(kw_only=True)
class Polled:
    """Which incidents moved by what was heard, and which systems could not be heard."""

    moved: list[Incident] = field(default_factory=list)
    troubles: list[ContinuityError] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class _Lane:
    """One system that is listened to, with its tickets as they are there now."""

    name: str
    system: Readable
    tickets: dict[int, RemoteTicket] = field(default_factory=dict)
    changes: tuple[RemoteChange, ...] = ()
    whole: bool = True


@dataclass(kw_only=True, slots=True)
class _Ear:
    """One ticket while it is worked through: its incident, and what happened to that."""

    start: Incident
    now: Incident
    link: TicketLink
    changes: tuple[Change, ...] = ()
    asks: bool = False

    def take(self, changes: tuple[Change, ...]) -> None:
        self.now = after(self.now, changes)
        self.changes = (*self.changes, *changes)


def poll(desk: Desk, systems: Mapping[str, Readable]) -> Polled:
    """Listen to every system by its lane. What cannot be heard now is heard the next time.

    Whatever a ticket says, an incident is ended by a test only.
    """
    polled = Polled()
    for name, system in systems.items():
        links = _followed(desk, name) if system.abilities.reads else ()
        if links:
            lane = _Lane(name=name, system=system)
            polled.troubles += _listen(desk, lane, links)
            polled.moved += _take_in(desk, lane)
    return polled


def _followed(desk: Desk, lane: str) -> Sequence[TicketLink]:
    with desk.store.reading() as reading:
        lasting = {one.number for one in reading.incidents.open()}
        links = reading.outbox.links()
    return [one for one in links if one.lane == lane and one.remote_id and one.incident in lasting]


def _listen(desk: Desk, lane: _Lane, links: Sequence[TicketLink]) -> Iterator[ContinuityError]:
    """Ask the other side; one ticket that is not understood keeps no other from being heard."""
    for link in links:
        try:
            lane.tickets[link.incident] = lane.system.fetch(ref_of(link))
        except ToolError as error:
            lane.whole = False
            yield error
        except ContinuityError as error:
            lane.whole = False
            yield error
            return
    there = {one.incident for one in links} & lane.tickets.keys()
    refs = tuple(
        ref_of(one)
        for one in links
        if one.incident in there and not lane.tickets[one.incident].gone
    )
    with desk.store.reading() as reading:
        first = min((one.first_seen for one in reading.incidents.open()), default=desk.now())
    heard = heard_on(desk.store.noted(name_of(lane.name)), first - _BEFORE_ALL)
    try:
        lane.changes = lane.system.changes_since(heard.since, refs) if refs else ()
    except ContinuityError as error:
        lane.whole = False
        yield error
        lane.changes = tuple(_one_by_one(lane, refs, heard.since))


def _one_by_one(lane: _Lane, refs: Sequence[TicketRef], since: datetime) -> Iterator[RemoteChange]:
    for ref in refs if len(refs) > 1 else ():
        try:
            yield from lane.system.changes_since(since, (ref,))
        except ToolError:
            continue
        except ContinuityError:
            return


def _take_in(desk: Desk, lane: _Lane) -> list[Incident]:
    """Write down what was heard, unless another console has just done so, all of it together."""
    now = desk.now()
    # The ticket itself knows already what its people did.
    lanes = desk.voice.lanes
    voice = replace(
        desk.voice, lanes=lambda one: [way for way in lanes(one) if way.name != lane.name]
    )
    with desk.store.transaction() as transaction:
        ears = _ears(transaction, lane)
        first = min((one.start.first_seen for one in ears.values()), default=now)
        heard = heard_on(transaction.noted(name_of(lane.name)), first - _BEFORE_ALL)
        fresh = heard.fresh(lane.changes)
        for change in fresh:
            if change.ref.id in ears:
                _hear(ears[change.ref.id], change, lane.name, now)
        for ear in ears.values():
            _look(ear, lane, now)
            _write(transaction, ear, lane.name, now)
            if ear.changes:
                move = Moved(before=ear.start, start=ear.start, changes=ear.changes, after=ear.now)
                write_move(transaction, move, voice)
        note_heard(transaction, lane.name, heard.with_heard(fresh, now, whole=lane.whole))
    return [ear.now for ear in ears.values() if ear.changes]


def _ears(transaction: Transaction, lane: _Lane) -> dict[str, _Ear]:
    ears = {}
    for link in transaction.outbox.links():
        incident = transaction.incidents.find(link.incident)
        if link.lane == lane.name and link.incident in lane.tickets and incident is not None:
            ears[link.remote_id] = _Ear(start=incident, now=incident, link=link)
    return ears


def _hear(ear: _Ear, change: RemoteChange, lane: str, now: datetime) -> None:
    news = news_of(ear.now, change, Hearing(lane=lane, at=now, known=ear.link.remote_state))
    ear.take(news.changes)
    if change.state is not None:
        ear.link = replace(ear.link, remote_state=change.state.value)
        ear.asks = news.asks


def _look(ear: _Ear, lane: _Lane, now: datetime) -> None:
    """Take over what the ticket shows now."""
    ticket, link = lane.tickets[ear.link.incident], ear.link
    if ticket.gone:
        if not link.remote_gone:
            ear.take(lost(Hearing(lane=lane.name, at=now, known="")))
        ear.link = replace(link, remote_gone=True, seen_at=now)
        return
    ear.take(assigned(ear.now, ticket, Hearing(lane=lane.name, at=now, known=link.remote_assignee)))
    ear.link = replace(
        link,
        remote_name=one_line(ticket.state_name, _LONGEST_NAME),
        remote_assignee=one_line(ticket.assignee, _LONGEST_NAME),
        remote_updated=ticket.updated,
        remote_gone=False,
        remote_clocks=ticket.clocks,
        seen_at=now,
    )


def _write(transaction: Transaction, ear: _Ear, lane: str, now: datetime) -> None:
    transaction.outbox.see(ear.link)
    if ear.asks:
        notice = _notice(ear.now, lane, ASKED, str(ear.now.version), now)
        transaction.outbox.queue([notice], now)
        return
    waits = ear.now.active and ear.now.retest_at is None and ear.link.remote_state in _OVER
    asked = [row for row in transaction.outbox.of(ear.now.number) if row.notice.event == ASKED]
    mine = [row.notice for row in asked if row.notice.lane == lane]
    if waits and mine:
        # The test that was to show that they were right has failed since.
        notice = _notice(ear.now, lane, FAILED_AGAIN, mine[-1].key, now)
        transaction.outbox.queue([notice], now)


def _notice(incident: Incident, lane: str, event: str, about: str, now: datetime) -> Notice:
    return Notice(
        key=f"{incident.number}-{event}-{about}-{lane}",
        lane=lane,
        incident=incident.number,
        event=event,
        due_at=now,
    )
