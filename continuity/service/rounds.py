"""A round: what has to be done from time to time although nothing runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from continuity.app import App, portfolio_of
from continuity.config.outlets import channel_of
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.incident import Incident
from continuity.domain.ping import Signal
from continuity.domain.text import N_, say
from continuity.notify.heartbeat import Heartbeat
from continuity.offline.grounds import Grounds, gather
from continuity.offline.publishing import publish_due
from continuity.reporting.sending import send_due_reports
from continuity.service.readiness import check_if_due
from continuity.service.report_desk import report_desk_of
from continuity.service.response import hear_outside, respond_to_all, tell_outside
from continuity.workflows.delivering import Delivered
from continuity.workflows.forgetting import forget_old_slots
from continuity.workflows.guarding import sign_if_due
from continuity.workflows.looking import note_look
from continuity.workflows.neighbouring import ask_all, note_beat
from continuity.workflows.recovering import close_killed_runs, free_dead_locks, reap_sandboxes


@dataclass(kw_only=True)
class Round:
    """What one round did; ``troubles`` are what kept parts of it from being done."""

    by: str
    moved: dict[int, Incident] = field(default_factory=dict)
    delivered: Delivered = field(default_factory=Delivered)
    reported: Delivered = field(default_factory=Delivered)
    signed: bool = False
    troubles: list[ContinuityError] = field(default_factory=list)


def go_round(app: App, by: str) -> Round:
    """Clear up, hear, judge, tell, look ahead, sign, publish, report, and give a sign of life.

    What goes wrong with one step must not keep the others from being done. ``by`` names the command
    that goes round.
    """
    done = Round(by=by)
    for step in _STEPS:
        try:
            step(app, done)
        except ContinuityError as error:
            done.troubles.append(error)
    return done


def _clear_up(app: App, done: Round) -> None:
    killed = {run.job for run in close_killed_runs(app.bench)}
    for name in killed & app.workspace.jobs.keys():
        try:
            free_dead_locks(app.bench, app.protected(name))
        except ContinuityError as error:
            done.troubles.append(error)
    reap_sandboxes(app.bench)
    forget_old_slots(app.bench.store, app.bench.now())


def _hear(app: App, done: Round) -> None:
    polled = hear_outside(app)
    done.moved.update({incident.number: incident for incident in polled.moved})
    done.troubles += polled.troubles


def _look_around(app: App, _done: Round) -> None:
    ask_all(app.bench.store, app.workspace.neighbours, app.bench.now)


def _respond(app: App, done: Round) -> None:
    moved = respond_to_all(app, app.workspace.root)
    done.moved.update({move.after.number: move.after for move in moved})


def _tell(app: App, done: Round) -> None:
    done.delivered = tell_outside(app)


def _prepare(app: App, _done: Round) -> None:
    check_if_due(app)


def _sign(app: App, done: Round) -> None:
    done.signed = sign_if_due(app.bench)


def _publish(app: App, done: Round) -> None:
    """Renew offline copies daily and after an edit, with the latest checkpoint in them."""
    delivered = publish_due(app.bench, app.means, lambda: _grounds(app))
    done.troubles += [one.error for one in delivered if one.error is not None]


def _grounds(app: App) -> Grounds:
    standing = portfolio_of(app.workspace.root, app.means.environ)
    return gather(app.means, app.bench, standing.portfolio, standing.assess())


def _post(app: App, done: Round) -> None:
    if app.workspace.unsent:
        done.troubles.append(_of_unsent(app.workspace.unsent))
    # After the signing, so that a mail carries the latest checkpoint to where nobody here reaches.
    done.reported = send_due_reports(report_desk_of(app))


def _of_unsent(names: Sequence[str]) -> ConfigurationError:
    what = say(
        N_("Reports that cannot be used, so nobody gets them: {names}."), names=", ".join(names)
    )
    return ConfigurationError(what, remedy=say(N_("Run: continuity check")))


def _note(app: App, done: Round) -> None:
    note_look(app.bench.store, app.bench.now(), done.by)


def _beat(app: App, done: Round) -> None:
    """Say outside that the service lives; with troubles it says so, and is alive all the same."""
    name = app.workspace.settings.service.heartbeat
    if name is None or name not in app.workspace.outlets:
        return
    _, channel = channel_of(app.workspace, name, app.means.environ, app.bench.now)
    if isinstance(channel, Heartbeat):
        said = "\n".join(str(error.what) for error in done.troubles)
        outcome = channel.beat(Signal.SUCCESS, said)
        note_beat(app.bench.store, name, outcome, app.bench.now)


_STEPS = (
    _clear_up,
    _hear,
    _look_around,
    _respond,
    _tell,
    _prepare,
    _sign,
    _publish,
    _post,
    _note,
    _beat,
)
