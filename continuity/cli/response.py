"""What commands do about incidents after a run: see what was found, and say it once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from continuity.app import App, Standing, portfolio_of
from continuity.cli.passing import climbing_of
from continuity.config.responding import rules_of, windows_of
from continuity.config.workspace import Workspace
from continuity.domain.announcing import CHANNEL, TICKET, Voice
from continuity.domain.assessment import Assessment, assess
from continuity.domain.incident import Incident
from continuity.domain.incident_board import Moved
from continuity.domain.maintenance import in_maintenance
from continuity.domain.observation import Observation
from continuity.domain.observing import Roster
from continuity.domain.outlet import Outlet
from continuity.domain.severity import is_worse
from continuity.domain.signals import Question, Situation, signals
from continuity.notify.registry import channel_kinds
from continuity.tickets.registry import ticket_kinds
from continuity.workflows.responding import Derive, Desk, respond


def desk_of(app: App) -> Desk:
    """Open the desk of a workspace."""
    bench, workspace = app.bench, app.workspace
    windows = windows_of(workspace)
    return Desk(
        store=bench.store,
        now=bench.now,
        roster=roster_of(workspace),
        voice=Voice(
            lanes=lambda incident: lanes_of(workspace, incident),
            silent=lambda incident, at: in_maintenance(windows, incident, at) is not None,
        ),
        rules=rules_of(workspace),
        passing=climbing_of(app).passes,
    )


def lanes_of(workspace: Workspace, incident: Incident) -> tuple[str, ...]:
    """Name the outlets that tell of an incident: of its system, and of one that grave."""
    kinds = {**dict.fromkeys(ticket_kinds(), TICKET), **dict.fromkeys(channel_kinds(), CHANNEL)}
    return tuple(
        f"{kinds[outlet.kind]}:{name}"
        for name, outlet in sorted(workspace.outlets.items())
        if outlet.kind in kinds and _tells(outlet, incident)
    )


def _tells(outlet: Outlet, incident: Incident) -> bool:
    mine = not outlet.systems or not incident.system or incident.system in outlet.systems
    grave = not is_worse(outlet.mildest, incident.severity)
    return mine and grave and (outlet.drills or not incident.drill)


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


def respond_to_runs(app: App) -> tuple[Moved, ...]:
    """Count what the latest runs found."""
    return respond(desk_of(app))


def respond_to_all(app: App, root: Path) -> tuple[Moved, ...]:
    """Count what the latest runs found, and what follows from all that is known."""
    return respond(desk_of(app), derive_from(app, portfolio_of(root, os.environ)))


def derive_from(app: App, standing: Standing) -> Derive:
    """Judge now, and conclude when the open questions are known."""
    portfolio = standing.portfolio
    situation = Situation(
        organisation=app.workspace.settings.organisation,
        portfolio=portfolio,
        assessment=_judged(standing, app),
        broken={problem.file: problem.expected for problem in standing.problems},
        doubt=standing.doubt,
    )

    def derive(asked: Collection[Question]) -> Iterator[Observation]:
        return signals(situation, asked)

    return derive


def _judged(standing: Standing, app: App) -> Assessment:
    # Not as it is shown: doubt about one file must not hide what is known of the others.
    return assess(standing.portfolio, app.bench.now())


def incident_of_run(app: App, run_id: str) -> Incident | None:
    """Find the incident in which a failed run was counted."""
    with app.bench.store.reading() as reading:
        mine = (one for one in reading.incidents.open() if one.last_key == run_id)
        return next((one for one in mine if one.streak > 0), None)
