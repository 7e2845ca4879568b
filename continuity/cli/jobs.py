"""What `backup` and `drill` share: run job after job, and let no broken one stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from continuity.app import App, opened
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import complain, remark
from continuity.cli.progress import watched
from continuity.cli.response import (
    hear_outside,
    incident_of_run,
    respond_to_all,
    respond_to_runs,
    tell_outside,
)
from continuity.config.workspace import left_out
from continuity.domain.facts import JobFacts
from continuity.domain.failure import (
    ConfigurationError,
    ConflictError,
    ContinuityError,
    FailureClass,
)
from continuity.domain.run import Conclusion, conclusion_from_error, unexplained
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict
from continuity.workflows.guarding import sign_if_due
from continuity.workflows.history import read_history
from continuity.workflows.recovering import close_killed_runs, free_dead_locks, reap_sandboxes
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, Watch

Work = Callable[[App, Protected, JobFacts, Watch], Ended]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """How one job went; ``ended`` is None when not even its start could be recorded.

    ``incident`` is the number of the incident in which a failure was counted.
    """

    job: str
    conclusion: Conclusion
    ended: Ended | None
    incident: int | None = None


def run_jobs(
    options: Options, names: Sequence[str], work: Work, *, quiet: bool
) -> Iterator[Result]:
    """Do one thing to each job in turn, after clearing up what killed processes left.

    When no names are given, a job whose file cannot be used has a result too: it is not known.
    Raises ConfigurationError for a name that is no usable job, before anything runs.
    """
    with opened(options.workspace) as app:
        chosen = [app.protected(name) for name in names or sorted(app.workspace.jobs)]
        if not chosen:
            raise ConfigurationError(
                say(N_("There is no usable job in this workspace.")),
                remedy=say(N_("Run: continuity check")),
            )
        clear_up(app)
        for protected in chosen:
            with watched(protected.job.name, quiet=quiet) as watch:
                result = _one(app, protected, work, watch, debug=options.debug)
            yield _with_incident(app, result)
        if not names:
            yield from _left_out(app)
        _conclude(app, options.workspace)
        sign_if_due(app.bench)


def _with_incident(app: App, result: Result) -> Result:
    """Count what a run found; what keeps it from being counted now is counted the next time."""
    if result.ended is None:
        return result
    try:
        respond_to_runs(app)
        incident = incident_of_run(app, result.ended.run_id)
    except ContinuityError as error:
        complain(error)
        return result
    return result if incident is None else replace(result, incident=incident.number)


def _conclude(app: App, root: Path) -> None:
    try:
        hear_outside(app)
        respond_to_all(app, root)
        tell_outside(app)
    except ContinuityError as error:
        complain(error)


def clear_up(app: App) -> None:
    """Close killed runs, delete their sandboxes and free their locks, and say so."""
    killed = close_killed_runs(app.bench)
    for run in killed:
        remark(
            _(
                "The {kind} of {job} from {since} was killed; it is recorded as INCONCLUSIVE."
            ).format(kind=run.kind, job=run.job, since=run.started_at.isoformat(timespec="seconds"))
        )
    try:
        reap_sandboxes(app.bench)
    except ContinuityError as error:
        complain(error)
    names = {run.job for run in killed}
    for protected in app.all_protected():
        if protected.job.name in names:
            _free_locks(app, protected)


def _free_locks(app: App, protected: Protected) -> None:
    try:
        free_dead_locks(app.bench, protected)
    except ContinuityError as error:
        complain(error)


def _left_out(app: App) -> Iterator[Result]:
    """Give the jobs that cannot even be tried: what was meant to run and did not is not green."""
    for name in left_out(app.workspace):
        conclusion = Conclusion(
            verdict=Verdict.INCONCLUSIVE,
            failure=FailureClass.CONFIGURATION,
            reason=say(N_("The job was left out: something written for it cannot be used.")),
            remedy=say(N_("Run: continuity check")),
        )
        yield Result(job=name, conclusion=conclusion, ended=None)


def _one(app: App, protected: Protected, work: Work, watch: Watch, *, debug: bool) -> Result:
    name = protected.job.name
    try:
        ended = work(app, protected, read_history(app.bench, name), watch)
    except ConflictError as error:
        return Result(job=name, conclusion=conclusion_from_error(error), ended=None)
    except ContinuityError:
        raise
    except Exception as error:  # one job's defect is told, and its result is no success
        # It is in the record already; a defect that one job meets must not stop the others.
        if debug:
            raise
        return Result(job=name, conclusion=unexplained(type(error).__name__), ended=None)
    return Result(job=name, conclusion=ended.conclusion, ended=ended)
