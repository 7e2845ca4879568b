"""The runbook that is offered for an incident, and the command with which it begins or goes on."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.answering.outside import runbook_for
from continuity.cli.columns import plain
from continuity.cli.language import _
from continuity.config.workspace import Workspace
from continuity.domain.incident import ENDED, Incident, State
from continuity.store.store import Store


def offer_lines(workspace: Workspace, store: Store, incident: Incident) -> Iterator[str]:
    """Name the runs that go on for an incident, or how to begin one; nothing once it is over."""
    if _is_over(incident):
        return
    runs = _runs(store, incident)
    for run in runs:
        told = _("Its runbook is being followed: {command}")
        yield told.format(command=f"continuity runbook status {plain(run)}")
    if not runs and (command := _command(workspace, incident)):
        yield _("Its runbook: {command}").format(command=command)


def plain_offer(workspace: Workspace, store: Store, incident: Incident) -> dict[str, object]:
    """Give the same to other programs."""
    over = _is_over(incident)
    return {
        "runbook": None if over else runbook_for(workspace, incident) or None,
        "runbook_command": None if over else _command(workspace, incident) or None,
        "runs": [] if over else _runs(store, incident),
    }


def _is_over(incident: Incident) -> bool:
    return incident.state in ENDED | {State.RESOLVED}


def _runs(store: Store, incident: Incident) -> list[str]:
    with store.reading() as reading:
        going = reading.conducts.open()
    return [one.run for one in going if one.incident == incident.number and not one.parent]


def _command(workspace: Workspace, incident: Incident) -> str:
    name = runbook_for(workspace, incident)
    book = workspace.books.get(name)
    if book is None:
        return ""
    if not book.steps:
        return f"continuity runbook show {name}"
    return f"continuity runbook start {name} --incident {incident.number}"
