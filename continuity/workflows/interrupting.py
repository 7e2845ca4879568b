"""A grave incident puts an end to a drill on the same system: interrupted, not failed."""

from __future__ import annotations

from datetime import datetime

from continuity.domain.conduct import Conduct, Detail, Entry, Why
from continuity.domain.conduct import Event as RunEvent
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_record import draft_interrupted, draft_of
from continuity.domain.fault import CheckKind
from continuity.domain.incident import Event, Incident
from continuity.domain.ticket import Severity
from continuity.store.store import Transaction

INTERRUPTING = frozenset(
    {Event.OPENED, Event.RELEASED, Event.REOPENED, Event.RAISED, Event.DECLARED_MAJOR}
)
"""What may make an incident one that people are needed for."""

_GRAVE = frozenset({Severity.S1, Severity.S2})


def interrupt_drills(transaction: Transaction, incident: Incident, at: datetime) -> None:
    """End every drill on the system of an incident that is grave; its people are needed now."""
    grave = incident.severity in _GRAVE or incident.major
    if incident.drill or not incident.system or not incident.speaks or not grave:
        return
    for conduct in transaction.conducts.open():
        if conduct.drill and incident.system in conduct.systems and not _found(conduct, incident):
            _interrupt(transaction, conduct, incident, at)


def _found(conduct: Conduct, incident: Incident) -> bool:
    """Tell whether it is what the drill itself may have found: a restore test that failed."""
    since = conduct.started_at
    return incident.check is CheckKind.DRILL and since is not None and incident.first_seen >= since


def _interrupt(
    transaction: Transaction, conduct: Conduct, incident: Incident, at: datetime
) -> None:
    details: dict[str, Detail] = {"why": Why.INTERRUPTED.value, "incident": incident.number}
    entry = Entry(event=RunEvent.ABORTED, at=at, details=details)
    ended = after(conduct, (entry,))
    transaction.append(draft_of(entry, ended))
    transaction.append(draft_interrupted(ended))
    transaction.conducts.write(ended, conduct.version)
