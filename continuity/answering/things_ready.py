"""Whether what a runbook needs is there: systems, points, secrets, programs, channels, paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.config.basis import children_of, hosts_of, jobs_of, systems_of
from continuity.config.opening import Means, open_repository, read_credentials
from continuity.config.outlets import channel_names
from continuity.config.secrets import read_secret
from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.failure import ContinuityError
from continuity.domain.liveness import LivenessTest, examine_liveness
from continuity.domain.offline_signals import Shelved
from continuity.domain.readiness import Check, Finding
from continuity.domain.runbook_document import RunbookDocument
from continuity.domain.shown import shown_duration
from continuity.domain.step_kinds import CommandStep, NotifyStep
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict
from continuity.hosts.local import LocalHost
from continuity.hosts.programs import missing_programs
from continuity.workflows.performing_command import is_own


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known besides what people wrote: verdicts, tests of channels, places with copies.

    ``away`` says whether other machines are asked which programs they have.
    """

    means: Means
    assessment: Assessment
    tests: tuple[LivenessTest, ...]
    shelved: Mapping[str, Shelved]
    now: datetime
    away: bool = True


def thing_findings(known: Known, book: RunbookDocument) -> Iterator[Finding]:
    """Look at everything that it refers to or needs."""
    yield _references(known, book)
    yield _points(known, book)
    yield _credentials(known, book)
    yield _programs(known, book)
    channels = _channels(known, book)
    if channels is not None:
        yield channels
    yield _offline(known, book)


def _finding(check: Check, missing: Iterable[str], bad: str, good: str, remedy: str) -> Finding:
    """Say what is missing with its names, or that nothing is."""
    names = ", ".join(dict.fromkeys(missing))
    if not names:
        return Finding(check=check, good=True, what=say(good))
    return Finding(check=check, good=False, what=say(bad, names=names), remedy=say(remedy))


def _references(known: Known, book: RunbookDocument) -> Finding:
    workspace = known.means.workspace
    named = (
        (systems_of(book), workspace.systems),
        (jobs_of(workspace, book), workspace.jobs),
        (hosts_of(book), {*workspace.hosts, "local"}),
        (children_of(book), workspace.books),
    )
    return _finding(
        Check.REFERENCES,
        (name for names, there in named for name in names if name not in there),
        N_("It refers to what is not there: {names}."),
        N_("Everything that it refers to is there."),
        N_("Correct it, or what it refers to: continuity check"),
    )


def _points(known: Known, book: RunbookDocument) -> Finding:
    judged = {one.plan.name: one for one in known.assessment.systems}
    targets = book.front.targets
    late = []
    for name in systems_of(book):
        system = judged.get(name)
        target = targets[name].rpo if name in targets else None
        if system is None or not _is_recent(system, target or system.plan.rpo):
            late.append(f"{name} ({_age_of(system)})")
    return _finding(
        Check.POINTS,
        late,
        N_("No proven point within what may be lost: {names}."),
        N_("The newest proven points are within what may be lost."),
        N_("Back up and test the restore: continuity status"),
    )


def _is_recent(system: SystemAssessment, target: object) -> bool:
    age = system.rpo.proven_now
    return age is not None and (target is None or age <= target)  # type: ignore[operator]  # span


def _age_of(system: SystemAssessment | None) -> str:
    age = None if system is None else system.rpo.proven_now
    return "-" if age is None else shown_duration(age)


def _credentials(known: Known, book: RunbookDocument) -> Finding:
    means = known.means
    commands = [step for step in book.steps if isinstance(step, CommandStep)]
    jobs = (means.workspace.jobs.get(name) for name in jobs_of(means.workspace, book))
    kept = sorted({job.repository for job in jobs if job is not None})
    asked: list[tuple[str, Callable[[], object]]] = [
        *((name, lambda name=name: _open(means, name)) for name in kept),
        *(
            (
                f"{step.id}.{name}",
                lambda one=one: read_secret(one, environ=means.environ, host=LocalHost()),
            )
            for step in commands
            for name, one in step.env.items()
        ),
    ]
    return _finding(
        Check.CREDENTIALS,
        (name for name, fetch in asked if not _works(fetch)),
        N_("Secrets that cannot be read: {names}."),
        N_("Every secret can be read."),
        N_("See which, and why: continuity check"),
    )


def _open(means: Means, name: str) -> None:
    repository = means.workspace.repositories[name]
    if repository.password is not None:
        read_secret(repository.password, environ=means.environ, host=LocalHost())
    read_credentials(repository, means.environ)


def _works(fetch: Callable[[], object]) -> bool:
    try:
        fetch()
    except ContinuityError:
        return False
    return True


def _programs(known: Known, book: RunbookDocument) -> Finding:
    missing: list[str] = []
    unknown: list[str] = []
    for host, names in _wanted(book).items():
        if host != "local" and not known.away:
            unknown.append(host)
            continue
        try:
            found = missing_programs(known.means.hosts.host(host), tuple(names))
        except ContinuityError:
            unknown.append(host)
        else:
            missing += [name if host == "local" else f"{host}: {name}" for name in found]
    missing += _engines(known.means, book)
    if unknown and not missing:
        what = say(N_("Nobody could ask which programs are on: {names}."), names=", ".join(unknown))
        remedy = say(N_("See whether it can be reached: continuity hosts"))
        return Finding(check=Check.PROGRAMS, good=None, what=what, remedy=remedy)
    return _finding(
        Check.PROGRAMS,
        missing,
        N_("Programs that are not there: {names}."),
        N_("Every program is there."),
        N_("Install them, or correct the steps."),
    )


def _wanted(book: RunbookDocument) -> dict[str, list[str]]:
    wanted: dict[str, list[str]] = {}
    for step in book.steps:
        if isinstance(step, CommandStep) and not is_own(step):
            program = "ansible-playbook" if step.runner == "ansible" else step.argv[0]
            wanted.setdefault(step.host or "local", []).append(program)
    return wanted


def _engines(means: Means, book: RunbookDocument) -> Iterator[str]:
    known = (means.workspace.jobs.get(name) for name in jobs_of(means.workspace, book))
    asked = {job.repository: job for job in known if job is not None}
    for job in asked.values():
        try:
            open_repository(means, job, use_cache=True).probe()
        except ContinuityError:
            yield means.workspace.repositories[job.repository].engine


def _channels(known: Known, book: RunbookDocument) -> Finding | None:
    workspace = known.means.workspace
    steps = [step for step in book.steps if isinstance(step, NotifyStep)]
    every = channel_names(workspace)
    used = [name for step in steps for name in step.channels or every] or list(every)
    if steps and not used:
        what = say(N_("It tells people something, and there is no channel."))
        remedy = say(N_("Write one into config/channels.yaml."))
        return Finding(check=Check.CHANNELS, good=False, what=what, remedy=remedy)
    if not used:
        return None
    return _finding(
        Check.CHANNELS,
        (name for name in used if not _lives(known, name)),
        N_("Channels that nobody confirmed: {names}."),
        N_("Every channel was confirmed by a person."),
        N_("Try them: continuity channels test"),
    )


def _lives(known: Known, name: str) -> bool:
    outlet = known.means.workspace.outlets.get(name)
    if outlet is None:
        return False
    examined = examine_liveness(name, outlet.kind, known.tests, known.now)
    return examined.verdict is Verdict.PASS


def _offline(known: Known, book: RunbookDocument) -> Finding:
    name = book.front.id
    have = [one for one in known.shelved.values() if one.runbooks is not None]
    fresh = any((one.runbooks or {}).get(name) == book.hash for one in have)
    what: Message = say(N_("An offline copy has it as it is now."))
    if not have:
        what = say(N_("There is no offline copy."))
    elif not fresh:
        what = say(N_("The offline copies are older than its last edit."))
    remedy = None if fresh else say(N_("Publish it: continuity bundle publish"))
    return Finding(check=Check.OFFLINE, good=fresh, what=what, remedy=remedy)
