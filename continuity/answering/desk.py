"""The desk of a workspace: whose incidents, how patiently, and on which lanes they are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from continuity.answering.climbing import climbing_of
from continuity.config.outlets import outlet_kinds
from continuity.config.responding import rules_of, windows_of
from continuity.config.workspace import Workspace
from continuity.domain.announcing import CHANNEL, TICKET, Lane, Voice
from continuity.domain.incident import Incident
from continuity.domain.maintenance import in_maintenance
from continuity.domain.observing import Roster
from continuity.domain.outlet import Outlet
from continuity.domain.severity import is_worse
from continuity.notify.channel import ChannelKind
from continuity.store.store import Store
from continuity.workflows.responding import Desk


def desk_of(workspace: Workspace, store: Store, now: Callable[[], datetime]) -> Desk:
    """Open the desk of a workspace."""
    windows = windows_of(workspace)
    return Desk(
        store=store,
        now=now,
        roster=roster_of(workspace),
        voice=Voice(
            lanes=lambda incident: lanes_of(workspace, incident),
            silent=lambda incident, at: in_maintenance(windows, incident, at) is not None,
        ),
        rules=rules_of(workspace),
        passing=climbing_of(workspace, store).passes,
    )


def lanes_of(workspace: Workspace, incident: Incident) -> tuple[Lane, ...]:
    """Name the outlets that tell of an incident: of its system, and of one that grave."""
    # What hears that the service lives would take the next sign of life for the end of it.
    alive = workspace.settings.service.heartbeat
    outlets = sorted(workspace.outlets.items())
    return tuple(
        _lane(name, outlet)
        for name, outlet in outlets
        if name != alive and _tells(outlet, incident)
    )


def roster_of(workspace: Workspace) -> Roster:
    """Tell whose jobs the workspace has."""
    return Roster(
        organisation=workspace.settings.organisation,
        system_of={name: job.system for name, job in workspace.jobs.items()},
        repository_of={name: job.repository for name, job in workspace.jobs.items()},
        criticality_of={
            name: system.criticality.value for name, system in workspace.systems.items()
        },
    )


def _lane(name: str, outlet: Outlet) -> Lane:
    kind = outlet_kinds()[outlet.kind]
    if isinstance(kind, ChannelKind):
        return Lane(name=f"{CHANNEL}:{name}", personal=kind.personal)
    return Lane(name=f"{TICKET}:{name}")


def _tells(outlet: Outlet, incident: Incident) -> bool:
    mine = not outlet.systems or not incident.system or incident.system in outlet.systems
    grave = not is_worse(outlet.mildest, incident.severity)
    return mine and grave and (outlet.drills or not incident.drill)
