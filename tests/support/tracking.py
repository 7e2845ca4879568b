"""A ticket system that is tried, from our side and from theirs."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.delivery import Confirmed
from continuity.domain.ticket import Severity, TicketDraft, TicketRef
from continuity.tickets.ticket import TicketSystem
from tests.simulators.held import Desk, Held
from tests.simulators.simulator import Nasty
from tests.support.tracker import Tracker

MARKER = "continuity-acme-0042"
DRAFT = TicketDraft(
    marker=MARKER,
    number="CONT-0042",
    title="Accounting cannot be restored",
    body="The copy of accounting is damaged.\n\nNewest proven point: 9 days old.",
    severity=Severity.S2,
    system="accounting",
    url="https://continuity.acme.example/incidents/CONT-0042",
    labels=("continuity-drill",),
)


@dataclass(frozen=True)
class Tracked:
    """One ticket system, from our side and from theirs."""

    tracker: Tracker
    system: TicketSystem
    desk: Desk
    address: str

    @property
    def nasty(self) -> Nasty:
        return self.desk.nasty

    def only(self) -> Held:
        held = self.desk.held()
        assert len(held) == 1
        return held[0]


def made(tracked: Tracked) -> TicketRef:
    outcome = tracked.system.create(DRAFT)
    assert isinstance(outcome, Confirmed)
    return TicketRef(id=outcome.id, key=outcome.key, url=outcome.url)


def found(tracked: Tracked) -> tuple[TicketRef, ...]:
    return tracked.system.find(MARKER)
