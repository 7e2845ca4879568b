"""An incident with a ticket in a simulated system, a desk that listens, and people over there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.failure import FailureClass
from continuity.domain.incident import Incident
from continuity.domain.outbox import OutboxRow, TicketLink
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketRef
from continuity.speech.speaker import speaker_of
from continuity.tickets.ticket import Abilities, TicketSystem
from continuity.workflows.circumstances import Circumstances
from continuity.workflows.delivering import deliver
from continuity.workflows.enclosing import line_in
from continuity.workflows.polling import Polled, poll
from continuity.workflows.ticketing import Tracker as Followed
from continuity.workflows.ticketing import sender_to
from tests.simulators.held import BEGINNING, Desk, Held
from tests.simulators.simulator import Nasty
from tests.support.desks import TICKET, Office, an_office, finished
from tests.support.tracker import Tracker

BAD = FailureClass.CHECKSUM_MISMATCH


@dataclass(kw_only=True)
class Listening:
    """Our side and theirs, both at the time of the simulators."""

    office: Office
    system: TicketSystem
    theirs: Desk
    nasty: Nasty = field(default_factory=Nasty)

    def fails(self, run_id: str, job: str = "erp") -> None:
        self.office.ran(finished("drill", BAD, run_id=run_id, job=job), after=self.step)

    def passes(self, run_id: str) -> None:
        self.office.ran(finished("drill", run_id=run_id), after=self.step)

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=10)

    def tell(self) -> None:
        followed = Followed(
            name=TICKET.partition(":")[2],
            system=self.system,
            speaker=speaker_of("en"),
            tell=self._circumstances,
            link_of=self.link,
            line_of=line_in(self.office.store),
        )
        deliver(self.office.store, {TICKET: sender_to(followed)}, lambda: self.office.moment)

    def hear(self) -> Polled:
        self.office.moment += self.step
        return poll(self.office.desk, {TICKET: self.system})

    def both(self) -> None:
        self.hear()
        self.tell()

    def incident(self, number: int = 1) -> Incident:
        return self.office.incident(number)

    def ticket(self, place: int = 0) -> Held:
        return self.theirs.held()[place]

    def link(self, incident: int = 1, lane: str = TICKET) -> TicketLink | None:
        with self.office.store.reading() as reading:
            known = reading.outbox.links(incident)
        return next((one for one in known if one.lane == lane), None)

    def linked(self, incident: int = 1) -> TicketLink:
        link = self.link(incident)
        assert link is not None
        return link

    def said(self) -> list[dict[str, str]]:
        """What is beside the record about people, the oldest first."""
        return [dict(named) for _, named in sorted(self.office.store.people().items())]

    def _circumstances(self, row: OutboxRow) -> Circumstances:
        return Circumstances(
            incident=self.office.incident(row.notice.incident),
            organisation="acme",
            at=self.office.moment,
            zone="Europe/Madrid",
        )


@contextmanager
def listening(kind: Tracker, place: Path) -> Iterator[Listening]:
    """Let a drill fail and its ticket be made."""
    nasty = Nasty()
    with kind.running(nasty) as (theirs, address):
        office = an_office(f"sqlite:///{place / 'record.db'}")
        office.moment = BEGINNING - timedelta(minutes=1)
        one = Listening(office=office, system=kind.open(address), theirs=theirs, nasty=nasty)
        with office.store:
            one.fails("1")
            one.tell()
            yield one


@dataclass
class Overtaken:
    """The same system, of which another console hears all while this one still reads."""

    heard: Listening

    @property
    def abilities(self) -> Abilities:
        return self.heard.system.abilities

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        return self.heard.system.fetch(ref)

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        found = self.heard.system.changes_since(moment, refs)
        self.heard.hear()
        return found
