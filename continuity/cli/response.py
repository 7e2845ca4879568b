"""What commands do about incidents after a run: see what was found, and say it once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from continuity.app import App, Standing, portfolio_of
from continuity.config.workspace import Workspace
from continuity.domain.assessment import Assessment, assess
from continuity.domain.incident import Incident
from continuity.domain.incident_board import Moved
from continuity.domain.observation import Observation
from continuity.domain.observing import Roster
from continuity.domain.signals import Question, Situation, signals
from continuity.workflows.responding import Derive, Desk, respond


def desk_of(app: App) -> Desk:
    """Open the desk of a workspace."""
    bench = app.bench
    return Desk(store=bench.store, now=bench.now, roster=roster_of(app.workspace))


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
