"""A real incident puts an end to a drill on the same system: interrupted, not failed."""

from __future__ import annotations

from datetime import datetime

from continuity.domain.conduct import Conduct, Detail, Entry, Event, Why
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_record import draft_interrupted, draft_of
from continuity.domain.incident import Incident
from continuity.store.store import Transaction


def interrupt_drills(transaction: Transaction, incident: Incident, at: datetime) -> None:
    """End every drill on the system of an incident that is real; its people are needed now."""
    if incident.drill or not incident.system:
        return
    for conduct in transaction.conducts.open():
        if conduct.drill and incident.system in conduct.systems:
            _interrupt(transaction, conduct, incident, at)


def _interrupt(
    transaction: Transaction, conduct: Conduct, incident: Incident, at: datetime
) -> None:
    details: dict[str, Detail] = {"why": Why.INTERRUPTED.value, "incident": incident.number}
    entry = Entry(event=Event.ABORTED, at=at, details=details)
    ended = after(conduct, (entry,))
    transaction.append(draft_of(entry, ended))
    transaction.append(draft_interrupted(ended))
    transaction.conducts.write(ended, conduct.version)
