"""Incidents on their way out: a real store, somebody at the other end, and a clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.examined import Examined
from continuity.domain.incident import Incident, State
from continuity.domain.incident_plain import local_number
from continuity.domain.letter import Letter
from continuity.domain.outbox import Notice, OutboxRow, TicketLink
from continuity.speech.speaker import speaker_of
from continuity.store.store import Store, open_store
from continuity.tickets.ticket import TicketSystem
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.delivering import Delivered, Send, deliver
from continuity.workflows.enclosing import line_in
from continuity.workflows.notifying import Outward, Reader, sender_by
from continuity.workflows.ticketing import Tracker, sender_to
from tests.support.incidents import NOW, opened

ENGLISH = speaker_of("en")
TICKETS, MAIL = "ticket:it", "channel:mail"


@dataclass(kw_only=True)
class Mailbox:
    """A channel that keeps what it is given, unless it was told to answer something else."""

    letters: list[tuple[str, Letter]] = field(default_factory=list)
    answers: dict[str, Outcome] = field(default_factory=dict)

    def probe(self) -> tuple[Examined, ...]:
        return ()

    def send(self, letter: Letter, to: str) -> Outcome:
        if to in self.answers:
            return self.answers[to]
        self.letters.append((to, letter))
        return Confirmed()


@dataclass(kw_only=True)
class Post:
    """A store with an outbox, and what is known of incident 1 at the time on ``clock``."""

    store: Store
    incident: Incident
    clock: datetime = NOW
    senders: dict[str, Send] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.clock

    def become(self, state: State, *lanes: str) -> None:
        """Bring the incident to a state, and queue the news of it."""
        version = self.incident.version + 1
        self.incident = replace(self.incident, state=state, version=version)
        with self.store.transaction() as transaction:
            transaction.outbox.queue([self._notice(lane) for lane in lanes], self.clock)

    def _notice(self, lane: str) -> Notice:
        one = self.incident
        return Notice(
            key=f"{one.number}-{one.version}-{one.state.value}-{lane}",
            lane=lane,
            incident=one.number,
            event="opened",
            due_at=self.clock,
            payload={
                "number": local_number(one.number),
                "cycle": one.cycle,
                "state": one.state.value,
                "severity": one.severity.value,
            },
        )

    def tell(self, row: OutboxRow) -> Circumstances:
        del row
        return Circumstances(
            incident=self.incident, organisation="Acme, S.L.", at=self.clock, zone="Europe/Madrid"
        )

    def track_with(self, system: TicketSystem) -> None:
        tracker = Tracker(
            name="it",
            system=system,
            speaker=ENGLISH,
            tell=self.tell,
            link_of=self.link,
            line_of=line_in(self.store),
        )
        self.senders[tracker.lane] = sender_to(tracker)

    def mail_by(self, channel: Mailbox, *names: str) -> None:
        readers = [Reader(name=name, address=f"{name}@acme", speaker=ENGLISH) for name in names]
        outward = Outward(
            name="mail",
            channel=channel,
            speaker=ENGLISH,
            tell=self.tell,
            readers=lambda _row: readers,
        )
        self.senders[outward.lane] = sender_by(outward)

    def link(self, incident: int, lane: str) -> TicketLink | None:
        with self.store.reading() as reading:
            known = reading.outbox.links(incident)
        return next((one for one in known if one.lane == lane), None)

    def deliver(self) -> Delivered:
        return deliver(self.store, self.senders, self.now)

    def deliver_for(self, span: timedelta, every: timedelta = timedelta(minutes=5)) -> None:
        """Let time go by, as a service would."""
        until = self.clock + span
        while self.clock < until:
            self.deliver()
            self.clock += every

    def unsettled(self) -> int:
        with self.store.reading() as reading:
            return len(reading.outbox.unsettled())


def post(place: Path) -> Post:
    """Open a new store; close it in the end."""
    _, incident = opened()
    return Post(
        store=open_store(f"sqlite:///{place / 'record.db'}", lambda: NOW), incident=incident
    )
