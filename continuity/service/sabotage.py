"""Break things on purpose, in copies: what stays green then would stay green on the bad day."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from continuity.answering.trying import trial_of
from continuity.app import App, opened_as, portfolio_of
from continuity.config.outlets import channel_names, channel_of
from continuity.config.responding import owners_of
from continuity.config.workspace import Workspace
from continuity.domain.assessment import assess
from continuity.domain.delivery import Confirmed
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError
from continuity.domain.fault import FaultKind
from continuity.domain.job import Job, ReadBack
from continuity.domain.signals import Situation, signals
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict, worst
from continuity.domain.written import SecretReference
from continuity.service.harm import flip_a_byte, largest_file, size_of
from continuity.workflows.drill import drill
from continuity.workflows.history import read_history
from continuity.workflows.liveness import try_channel
from continuity.workflows.planning import DrillRequest
from continuity.workflows.reading_back import read_back
from continuity.workflows.running import Ended, new_run_id
from continuity.workflows.world import unwatched

MOST_BYTES = 2 << 30
"""A larger repository is not copied; the smallest one is enough to see the alarm go off."""

_EVERYTHING = {"check_slices": 1, "read_back": ReadBack()}
_MORE_THAN_DUE = timedelta(hours=1)
_ROOM = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """One sabotage: PASS when it went red, FAIL when it stayed green."""

    name: str
    verdict: Verdict
    what: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Sabotage:
    """All that was tried, and the run under which it is recorded."""

    run_id: str
    tried: tuple[Tried, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of them."""
        return worst(one.verdict for one in self.tried)


def sabotage(app: App, most: int = MOST_BYTES) -> Sabotage:
    """Flip a byte, let a key expire, stop a job, tell a person; nothing real is touched."""
    run_id = new_run_id(app.bench)
    tried = (*_in_a_copy(app, most), _stopped_job(app), *_people(app))
    done = Sabotage(run_id=run_id, tried=tried)
    body: dict[str, object] = {
        "verdict": done.verdict.value,
        "tried": [{"name": one.name, "verdict": one.verdict.value} for one in tried],
    }
    draft = Draft(kind=RecordKind.SABOTAGE_TRIED, run_id=run_id, body=body)
    app.bench.store.append(draft)
    return done


def _in_a_copy(app: App, most: int) -> Iterator[Tried]:
    victim = _victim(app, most)
    if victim is None:
        what = N_("No repository of this machine has a restore point and is small enough to copy.")
        yield Tried(name="flipped-byte", verdict=Verdict.INCONCLUSIVE, what=say(what))
        return
    job, facts = victim
    real = Path(app.workspace.repositories[job.repository].location)
    with TemporaryDirectory(prefix="sabotage-", dir=app.bench.scratch) as name:
        copy = Path(name) / "repository"
        shutil.copytree(real, copy, symlinks=True)
        yield from _tried_in(app, job, facts, copy)


def _tried_in(app: App, job: Job, facts: JobFacts, copy: Path) -> Iterator[Tried]:
    with _beside(app, job, copy) as other:
        before = _look(other, job, facts)
        if before.conclusion.verdict is not Verdict.PASS:
            what = say(
                N_("The unharmed copy of {job} did not pass: {reason}"),
                job=job.name,
                reason=str(before.conclusion.reason or "-"),
            )
            yield Tried(name="flipped-byte", verdict=Verdict.INCONCLUSIVE, what=what)
            return
    if app.workspace.repositories[job.repository].password is not None:
        yield _expired_key(app, job, facts, copy)
    flip_a_byte(largest_file(copy, facts.points[-1].id))
    with _beside(app, job, copy) as other:
        ended = _look(other, job, facts)
    yield _judged(
        "flipped-byte",
        ended,
        red=say(N_("One byte was flipped in a copy of {job}, and it was found."), job=job.name),
        green=say(N_("One byte was flipped in a copy of {job}, and nobody saw it."), job=job.name),
    )


def _expired_key(app: App, job: Job, facts: JobFacts, copy: Path) -> Tried:
    wrong = copy.parent / "wrong-key"
    wrong.write_text(f"{app.bench.entropy(16).hex()}\n")
    wrong.chmod(0o600)
    with _beside(app, job, copy, SecretReference(file=str(wrong))) as other:
        ended = _look(other, job, facts)
    return _judged(
        "expired-key",
        ended,
        red=say(N_("The key of a copy of {job} was wrong, and that was said."), job=job.name),
        green=say(N_("The key of a copy of {job} was wrong, and it passed."), job=job.name),
    )


def _judged(name: str, ended: Ended, *, red: Message, green: Message) -> Tried:
    passed = ended.conclusion.verdict is Verdict.PASS
    return Tried(
        name=name,
        verdict=Verdict.FAIL if passed else Verdict.PASS,
        what=green if passed else red,
    )


@contextmanager
def _beside(
    app: App, job: Job, copy: Path, password: SecretReference | None = None
) -> Iterator[App]:
    """Open the workspace as if the copy were the repository, with a record of its own."""
    with (
        TemporaryDirectory(prefix="record-", dir=copy.parent) as state,
        opened_as(_changed(app.workspace, job, copy, state, password), app.means.environ) as other,
    ):
        # What was sealed stands in the record of each backup.
        for record in app.bench.store.records(job=job.name, kinds=[RecordKind.BACKUP_FINISHED]):
            other.bench.store.append(
                Draft(kind=record.kind, job=record.job, run_id=record.run_id, body=record.body)
            )
        bench = replace(other.bench, shelf=app.bench.shelf, portraits=app.bench.portraits)
        yield replace(other, bench=bench)


def _changed(
    workspace: Workspace, job: Job, copy: Path, state: str, password: SecretReference | None
) -> Workspace:
    repository = workspace.repositories[job.repository]
    changed = repository.model_copy(
        update={"location": str(copy), "password": password or repository.password}
    )
    store = workspace.settings.store.model_copy(update={"state": state, "url": None})
    return replace(
        workspace,
        settings=workspace.settings.model_copy(update={"store": store}),
        repositories={**workspace.repositories, job.repository: changed},
        jobs={**workspace.jobs, job.name: job.model_copy(update=_EVERYTHING)},
    )


def _look(app: App, job: Job, facts: JobFacts) -> Ended:
    """Look as the program does: read all stored bytes back, then restore and compare all."""
    protected = app.protected(job.name)
    ended = read_back(app.bench, protected, facts, unwatched())
    if ended.conclusion.verdict is not Verdict.PASS:
        return ended
    whole = DrillRequest(full=True, copy=job.repository)
    return drill(app.bench, protected, facts, whole, unwatched())


def _victim(app: App, most: int) -> tuple[Job, JobFacts] | None:
    """Find the smallest repository of this machine that has a restore point."""
    found: list[tuple[int, str]] = []
    for name, job in app.workspace.jobs.items():
        place = Path(app.workspace.repositories[job.repository].location)
        if place.is_absolute() and place.is_dir():
            found.append((size_of(place), name))
    free = shutil.disk_usage(app.bench.scratch).free - app.bench.reserve_bytes
    for size, name in sorted(found):
        facts = read_history(app.bench, name)
        kept = tuple(point for point in facts.points if point.removed_at is None)
        if kept and size <= most and size * _ROOM <= free:
            return app.workspace.jobs[name], replace(facts, points=kept)
    return None


def _stopped_job(app: App) -> Tried:
    """Judge as if a job had not started at its next slot, and its grace were over."""
    name = "stopped-job"
    standing = portfolio_of(app.workspace.root, app.means.environ)
    timed = [job for job in standing.portfolio.jobs if job.backup is not None]
    if not timed:
        what = say(N_("No job has a timetable for backups, so none can be missed."))
        return Tried(name=name, verdict=Verdict.INCONCLUSIVE, what=what)
    job, now = timed[0], app.bench.now()
    due = now if job.backup is None else job.backup.next_after(now)
    later = due + job.grace + _MORE_THAN_DUE
    situation = Situation(
        organisation=app.workspace.settings.organisation,
        portfolio=standing.portfolio,
        assessment=assess(standing.portfolio, later),
    )
    faults = {(one.fault.kind, one.target) for one in signals(situation, ()) if one.fault}
    if (FaultKind.BACKUP_OVERDUE, f"job:{job.name}") in faults:
        what = say(N_("If {job} were stopped now, it would be an incident."), job=job.name)
        return Tried(name=name, verdict=Verdict.PASS, what=what)
    what = say(N_("If {job} were stopped now, nobody would see it."), job=job.name)
    return Tried(name=name, verdict=Verdict.FAIL, what=what)


def _people(app: App) -> Iterator[Tried]:
    """Send a test by every way to people, with a code that whoever reads it confirms."""
    alive, none = app.workspace.settings.service.heartbeat, True
    for name in channel_names(app.workspace):
        if name != alive:
            none = False
            yield _told(app, name)
    if none:
        what = say(N_("Nobody is told of anything: there is no channel to people."))
        yield Tried(name="person", verdict=Verdict.FAIL, what=what)


def _told(app: App, name: str) -> Tried:
    try:
        kind, channel = channel_of(app.workspace, name, app.means.environ, app.bench.now)
        to = _reader(app.workspace) if kind.personal else None
        outcome = try_channel(app.bench, trial_of(app.workspace, name, channel, to))
    except ContinuityError as error:
        return Tried(name=f"person:{name}", verdict=Verdict.FAIL, what=error.what)
    if isinstance(outcome, Confirmed):
        what = say(
            N_("A test left by {name}. Whoever reads it: continuity channels confirm CODE"),
            name=name,
        )
        return Tried(name=f"person:{name}", verdict=Verdict.PASS, what=what)
    return Tried(name=f"person:{name}", verdict=Verdict.FAIL, what=outcome.reason)


def _reader(workspace: Workspace) -> str | None:
    """Choose who answers for a system and can be written to."""
    owners = (one for name in sorted(workspace.systems) for one in owners_of(workspace, name))
    reached = (one for one in owners if one in workspace.people and workspace.people[one].email)
    return next(reached, None)
