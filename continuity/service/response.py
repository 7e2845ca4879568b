"""What is done about incidents after a run: see what was found, say it once, tell people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from continuity.answering import desk
from continuity.answering.outside import Outside
from continuity.app import App, Standing, portfolio_of
from continuity.domain.assessment import Assessment, assess
from continuity.domain.client_signals import client_signals
from continuity.domain.heartbeat_signals import Expected, heartbeat_signals
from continuity.domain.incident import Incident
from continuity.domain.incident_board import Moved
from continuity.domain.liveness_signals import liveness_signals
from continuity.domain.neighbour_signals import neighbour_signals, watcher_signal
from continuity.domain.observation import Observation
from continuity.domain.outlet_signals import outlet_signals
from continuity.domain.report_signals import report_signals
from continuity.domain.service_signals import service_signals
from continuity.domain.signals import Question, Situation, signals
from continuity.offline.standing import observe_offline
from continuity.reporting.collecting import watch
from continuity.reporting.expecting import arrivals_of, remember_deadlines
from continuity.service.report_desk import report_desk_of
from continuity.workflows.delivering import Delivered
from continuity.workflows.hearing import pulses_of
from continuity.workflows.liveness import read_tests
from continuity.workflows.looking import looked_last
from continuity.workflows.neighbouring import limits_of, standings_of, watcher_of
from continuity.workflows.polling import Polled
from continuity.workflows.responding import Derive, Desk, respond


def desk_of(app: App) -> Desk:
    """Open the desk of a workspace."""
    return desk.desk_of(app.workspace, app.bench.store, app.bench.now)


def tell_outside(app: App) -> Delivered:
    """Send what is due to people and ticket systems. Raises what a missing secret raises."""
    return _outside(app).deliver()


def hear_outside(app: App) -> Polled:
    """Hear what people did in tickets. Raises what a missing secret raises."""
    return _outside(app).listen(desk_of(app))


def _outside(app: App) -> Outside:
    root = app.workspace.root
    return Outside(
        means=app.means,
        store=app.bench.store,
        now=app.bench.now,
        assess=lambda: _judged(portfolio_of(root, app.means.environ), app),
    )


def respond_to_runs(app: App) -> tuple[Moved, ...]:
    """Count what the latest runs found."""
    return respond(desk_of(app))


def respond_to_all(app: App, root: Path) -> tuple[Moved, ...]:
    """Count what the latest runs found, and what follows from all that is known."""
    return respond(desk_of(app), derive_from(app, portfolio_of(root, app.means.environ)))


def derive_from(app: App, standing: Standing) -> Derive:
    """Judge now, and conclude when the open questions are known."""
    portfolio = standing.portfolio
    situation = Situation(
        organisation=app.workspace.settings.organisation,
        portfolio=portfolio,
        assessment=_judged(standing, app),
        broken={problem.file: problem.in_short() for problem in standing.problems},
        doubt=standing.doubt,
    )

    with app.bench.store.reading() as reading:
        lanes = reading.outbox.states()

    looked = looked_last(app.bench.store)
    silence = app.workspace.settings.service.silence
    expected = {
        name: Expected(every=one.every, grace=one.grace, system=one.system or "")
        for name, one in app.workspace.heartbeats.items()
    }
    pulses = pulses_of(app.bench.store, expected, app.bench.now())
    tests = read_tests(app.bench.store)
    kinds = {name: one.kind for name, one in app.workspace.outlets.items()}
    reports = report_desk_of(app)
    remember_deadlines(reports)
    arrivals = arrivals_of(reports)
    watched = tuple(watch(app.bench.store, app.workspace.clients, app.bench.now))
    neighbours = app.workspace.neighbours
    standings = standings_of(app.bench.store, neighbours)

    def derive(asked: Collection[Question]) -> Iterator[Observation]:
        yield from signals(situation, asked)
        yield from heartbeat_signals(situation.organisation, expected, pulses, app.bench.now())
        yield from outlet_signals(situation.organisation, lanes, app.bench.now())
        yield from report_signals(situation.organisation, arrivals, app.bench.now())
        for one in watched:
            yield from client_signals(situation.organisation, one, app.bench.now())
        yield from neighbour_signals(
            situation.organisation, limits_of(neighbours), standings, app.bench.now()
        )
        yield from _watcher(app)
        yield from observe_offline(app.workspace, app.bench.store, app.bench.now)
        yield from service_signals(situation.organisation, looked, silence, app.bench.now())
        yield from liveness_signals(situation.organisation, kinds, tests, app.bench.now())

    return derive


def _watcher(app: App) -> Iterator[Observation]:
    """Tell whether who watches from outside, if anybody does, hears this service."""
    service = app.workspace.settings.service
    name, silence = service.heartbeat, service.silence
    if name is None or name not in app.workspace.outlets:
        return
    known = watcher_of(app.bench.store, name)
    if known is not None:
        organisation = app.workspace.settings.organisation
        seen = watcher_signal(organisation, name, known, silence, app.bench.now())
        yield from () if seen is None else (seen,)


def _judged(standing: Standing, app: App) -> Assessment:
    # Not as it is shown: doubt about one file must not hide what is known of the others.
    return assess(standing.portfolio, app.bench.now())


def incident_of_run(app: App, run_id: str) -> Incident | None:
    """Find the incident in which a failed run was counted."""
    with app.bench.store.reading() as reading:
        mine = (one for one in reading.incidents.open() if one.last_key == run_id)
        return next((one for one in mine if one.streak > 0), None)
