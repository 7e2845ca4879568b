"""Make another ticket where somebody deleted the first, because a person asks for it."""

from __future__ import annotations

from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import ACTIVE, Change, Event, Incident
from continuity.domain.incident_board import Moved
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import Person, stale
from continuity.domain.text import N_, say
from continuity.store.store import Transaction
from continuity.workflows.responding import Desk, unknown_incident, write_move


def make_again(desk: Desk, number: int, person: Person, expected: int | None = None) -> Incident:
    """Forget the tickets that are gone; what is told of this makes others.

    Raises ConfigurationError when none is missing, and StaleIncidentError when somebody else
    changed the incident since the expected version.
    """
    with desk.store.transaction() as transaction:
        incident = transaction.incidents.find(number)
        if incident is None:
            raise unknown_incident(number)
        if expected is not None and expected != incident.version:
            raise stale(number)
        _forget_gone(transaction, incident)
        change = Change(
            event=Event.NOTED,
            at=person.at,
            by=person.name,
            reason=person.reason,
            details={"ticket": "again"},
        )
        moved = after(incident, (change,))
        move = Moved(before=incident, start=incident, changes=(change,), after=moved)
        write_move(transaction, move, desk.voice)
    return moved


def _forget_gone(transaction: Transaction, incident: Incident) -> None:
    gone = [one for one in transaction.outbox.links(incident.number) if one.remote_gone]
    if not gone or incident.state not in ACTIVE:
        raise ConfigurationError(
            say(N_("No ticket of this incident is missing.")),
            remedy=say(
                N_(
                    "A ticket is missing once it was deleted there, and seen so:"
                    " continuity incidents update"
                )
            ),
        )
    for link in gone:
        transaction.outbox.unlink(link)
