"""What a run of a runbook makes of its incident."""

from __future__ import annotations

from continuity.domain.announcing import Voice
from continuity.domain.conduct import Conduct, Entry, Event, RunState
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import ACTIVE
from continuity.domain.incident_board import Moved
from continuity.domain.incident_changes import after as incident_after
from continuity.domain.incident_commands import Command as IncidentCommand
from continuity.domain.incident_commands import Person, declare_fixed
from continuity.domain.incident_commands import start as start_work
from continuity.store.store import Transaction
from continuity.workflows.responding import write_move


def tell_incident(voice: Voice, transaction: Transaction, entry: Entry, conduct: Conduct) -> None:
    """Move the incident with a run in earnest: work began, or what was to be done is done."""
    if not conduct.incident or conduct.drill or conduct.parent:
        return
    why = f"{conduct.runbook} {conduct.run}"
    person = Person(name=entry.by or conduct.commander, at=entry.at, reason=why)
    if entry.event is Event.STARTED:
        _move(voice, transaction, conduct.incident, start_work(person))
    if entry.event is Event.FINISHED and conduct.state is RunState.COMPLETED:
        _move(voice, transaction, conduct.incident, declare_fixed(person))


def _move(voice: Voice, transaction: Transaction, number: int, command: IncidentCommand) -> None:
    incident = transaction.incidents.find(number)
    if incident is None or incident.state not in ACTIVE:
        return
    try:
        changes = command(incident)
    except ConfigurationError:
        return  # It is further already; a run never holds that up.
    if changes:
        move = Moved(
            before=incident,
            start=incident,
            changes=changes,
            after=incident_after(incident, changes),
        )
        write_move(transaction, move, voice)
