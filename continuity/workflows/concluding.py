"""What a run does to its incident, and what is recorded when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Conduct, Entry, Event, RunState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.conduct_result import (
    MILLISECOND,
    Result,
    child_from_record,
    draft_result,
    result_of,
)
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import ACTIVE, Change, Incident, State, Value
from continuity.domain.incident import Event as IncidentEvent
from continuity.domain.incident_board import Moved
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import Command, Person, declare_fixed, note, take_up
from continuity.store.store import Transaction
from continuity.workflows.responding import Desk, write_move


def conclude(
    desk: Desk, transaction: Transaction, stand: Stand, entries: Sequence[Entry]
) -> Result | None:
    """Record what a run came to, when these entries ended it, and tell its incident."""
    conduct = stand.conduct
    if not conduct.over:
        return None
    known = entries_of(desk.store.records(kinds=CONDUCTING), conduct.run)
    incident = transaction.incidents.find(conduct.incident) if conduct.incident else None
    impact = None if incident is None else incident.impact_at or incident.first_seen
    children = [
        child_from_record(record)
        for record in desk.store.records(kinds=[RecordKind.RUNBOOK_MEASURED])
        if record.body.get("parent") == conduct.run
    ]
    result = result_of(stand, (*known, *entries), impact, children)
    transaction.append(draft_result(result))
    if incident is not None:
        _tell_end(desk, transaction, incident, result)
    return result


def tell_start(desk: Desk, transaction: Transaction, entry: Entry, conduct: Conduct) -> None:
    """Let the incident of a run know that work began."""
    if entry.event is not Event.STARTED or not conduct.incident:
        return
    incident = transaction.incidents.find(conduct.incident)
    if incident is not None and _concerns(incident, conduct):
        _move(desk, transaction, incident, take_up(_person(conduct, entry)))


def _tell_end(desk: Desk, transaction: Transaction, incident: Incident, result: Result) -> None:
    """Let it know that what was to be done is done, with the measured times; else how it ended."""
    conduct = result.conduct
    if not _concerns(incident, conduct):
        return
    said = Entry(event=Event.FINISHED, at=conduct.ended_at or result.impact_at)
    person = _person(conduct, said)
    if conduct.state is RunState.COMPLETED:
        _move(desk, transaction, incident, _measured(declare_fixed(person), result))
    else:
        _move(desk, transaction, incident, _measured(note(person), result))


def _concerns(incident: Incident, conduct: Conduct) -> bool:
    """Tell whether a run moves an incident: practice moves only what is practised."""
    return incident.drill == conduct.drill and not conduct.parent


def _person(conduct: Conduct, entry: Entry) -> Person:
    why = f"{conduct.runbook} {conduct.run}"
    return Person(name=entry.by or conduct.commander, at=entry.at, reason=why)


def _measured(command: Command, result: Result) -> Command:
    """Write into what a command changes how long it took, and what was lost."""
    details: dict[str, Value] = {
        "run": result.conduct.run,
        "outcome": result.conduct.state.value,
        "rto_milliseconds": result.spent.total // MILLISECOND,
    }
    if result.verified_at is not None:
        details["verified_at"] = text_from_time(result.verified_at)
    if result.lost is not None:
        details["lost_milliseconds"] = result.lost // MILLISECOND

    def run(incident: Incident) -> tuple[Change, ...]:
        told = {IncidentEvent.MITIGATED, IncidentEvent.NOTED}
        return tuple(
            replace(one, details={**one.details, **details}) if one.event in told else one
            for one in command(incident)
        )

    return run


def _move(desk: Desk, transaction: Transaction, incident: Incident, command: Command) -> None:
    if incident.state not in ACTIVE | {State.PENDING}:
        return
    try:
        changes = command(incident)
    except ConfigurationError:
        return  # It is further already; a run never holds that up.
    if changes:
        moved = after(incident, changes)
        move = Moved(before=incident, start=incident, changes=changes, after=moved)
        write_move(transaction, move, desk.voice)
