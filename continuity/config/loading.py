"""A whole workspace read: every problem of every file, or a value without any."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel

from continuity.config.draft import Draft, File, Part, Section
from continuity.config.fingerprint import STATE, fingerprint
from continuity.config.interlocks import interlock_problems
from continuity.config.living_problems import living_problems
from continuity.config.models import Settings, Store
from continuity.config.problem import NoWorkspaceError, Problem, WorkspaceError
from continuity.config.references import reference_problems
from continuity.config.responding_problems import holiday_problems, responding_problems
from continuity.config.runbook_shelf import Late, Shelf
from continuity.config.secrets import secret_problems
from continuity.config.sections import Reader
from continuity.config.sending_problems import sending_problems
from continuity.config.workspace import Reading, Workspace
from continuity.domain.job import Job
from continuity.domain.responding import Responding
from continuity.domain.subscription import Sending
from continuity.domain.system import Host, Person, Repository, System

M = TypeVar("M", bound=BaseModel)

REPORTS_FILE = "config/reports.yaml"
"""What is written about sending reports; what has a problem in it is sent to nobody."""

_VITAL_FILES = frozenset({"config/continuity.yaml", "config/systems.yaml"})


def load(root: Path, *, environ: Mapping[str, str] | None = None) -> Workspace:
    """Read a workspace. With ``environ``, every secret must also be there to be fetched.

    Raises WorkspaceError with every problem of every file.
    """
    reading = _read(root, root, environ)
    if reading.problems:
        raise WorkspaceError(reading.problems)
    return reading.workspace


def load_tolerant(
    root: Path, *, environ: Mapping[str, str] | None = None, kept: Path | None = None
) -> Reading:
    """Read what can be used, so that a broken job never stops the others.

    A job goes when its file, its repository or its host has a problem. Raises WorkspaceError when
    the settings or the systems have one, because nothing can be judged without them. With ``kept``,
    files are read there, as they were when they last had no problem.
    """
    reading = _read(kept or root, root, environ)
    if any(problem.file in _VITAL_FILES for problem in reading.beside):
        raise WorkspaceError(reading.problems)
    return reading


def problems_of(root: Path, *, home: Path) -> tuple[Problem, ...]:
    """Give the problems a workspace in ``root`` would have if it stood in ``home``."""
    try:
        return _read(root, home, None).problems
    except WorkspaceError as error:
        return error.problems


def _read(root: Path, home: Path, environ: Mapping[str, str] | None) -> Reading:
    stamp = fingerprint(root)
    reader = Reader(root, home=home.absolute())
    settings = _with_state_elsewhere(reader.settings())
    scripts, runbooks = reader.runbooks()
    draft = Draft(
        root=home.absolute(),
        settings=settings,
        systems=reader.named("config/systems.yaml", System),
        hosts=reader.hosts(),
        repositories=reader.repositories(),
        people=reader.named("config/people.yaml", Person),
        jobs=reader.jobs(),
        runbooks=runbooks,
        outlets=reader.outlets(),
        heartbeats=reader.heartbeats(),
        responding=reader.one("config/incidents.yaml", Responding),
        sending=reader.one(REPORTS_FILE, Sending),
        clients=reader.clients(),
        neighbours=reader.neighbours(),
    )
    reader.leftovers()
    problems = [*reader.problems, *reference_problems(draft), *interlock_problems(draft)]
    problems += [*living_problems(draft), *responding_problems(draft)]
    problems += sending_problems(draft)
    secrets = [] if environ is None else list(secret_problems(draft, environ))
    if environ is not None:
        problems += [*secrets, *holiday_problems(draft)]
    shelf = Shelf(draft, scripts, frozenset(problem.file for problem in problems))
    if settings is None:
        problems += shelf.understood.problems
        none = _is_none(root)
        raise NoWorkspaceError(str(home.absolute()), problems) if none else WorkspaceError(problems)
    made_up_for = _made_up_for(draft, problems, secrets)
    others = [one for one in problems if one not in made_up_for]
    read = _workspace(draft, settings.model, others, tuple(reader.files), stamp)
    workspace = replace(
        read,
        runbooks=Late(lambda: shelf.understood.fronts),
        books=Late(lambda: shelf.understood.books),
    )
    beside = WorkspaceError(problems).problems
    return Reading(
        workspace=workspace, beside=beside, in_runbooks=lambda: shelf.understood.problems
    )


def _is_none(root: Path) -> bool:
    """Tell whether not even the files are there without which nothing is a workspace."""
    for file in _VITAL_FILES:
        try:
            os.lstat(root / file)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return False  # Whoever may not look does not know.
        return False
    return True


def _made_up_for(
    draft: Draft, problems: Iterable[Problem], secrets: Iterable[Problem]
) -> list[Problem]:
    """Find the secrets that are out of reach of a repository that has a sound copy.

    Its jobs stay, and can come back from the copy: the password may have burned with the disk.
    """
    where, parts = draft.repositories.where, draft.repositories.parts
    broken = {one.key.split(".")[0] for one in problems if one.file == where}
    copied = {part.model.copy_of for name, part in parts.items() if name not in broken}
    return [one for one in secrets if one.file == where and one.key.split(".")[0] in copied]


def _with_state_elsewhere(settings: Part[Settings] | None) -> Part[Settings] | None:
    """Look at a copy of the state without touching what people wrote."""
    other = os.environ.get(STATE)
    if settings is None or not other:
        return settings
    place = str(Path(other).absolute())
    # The place of the settings may be the very one in which the copy lies.
    sandbox = settings.model.sandbox.model_copy(update={"place": f"{place}.sandbox"})
    elsewhere = {"store": Store(state=place), "sandbox": sandbox}
    return replace(settings, model=settings.model.model_copy(update=elsewhere))


def _workspace(
    draft: Draft,
    settings: Settings,
    problems: Iterable[Problem],
    files: tuple[str, ...],
    stamp: str,
) -> Workspace:
    broken = frozenset((problem.file, problem.key.split(".")[0]) for problem in problems)
    error_keys = frozenset(
        ".".join(problem.key.split(".")[:2])
        for problem in problems
        if problem.file == draft.responding.where
    )
    unsent = _unsent(draft.sending, problems)
    hosts = _reachable(_sound(draft.hosts, broken))
    repositories = _kept(_sound(draft.repositories, broken), hosts)
    return Workspace(
        root=draft.root,
        settings=settings,
        systems=_sound(draft.systems, broken),
        hosts=hosts,
        repositories=repositories,
        # Whoever can be told is told, even if one of their roles is written wrongly.
        people=_sound(draft.people, frozenset()),
        jobs=_sound_jobs(draft, repositories, hosts, {file for file, _ in broken}),
        runbooks={},
        books={},
        outlets=_sound(draft.outlets, broken),
        heartbeats=_sound(draft.heartbeats, broken),
        files=files,
        fingerprint=stamp,
        responding=_responding(draft.responding, error_keys),
        sending=_sending(draft.sending, unsent),
        unsent=unsent,
        clients=_sound(draft.clients, broken),
        neighbours=_sound(draft.neighbours, broken),
    )


def _responding(written: File[Responding], broken: frozenset[str]) -> Responding:
    """Leave out what must not count; a ladder counts as far as it leads.

    What cannot be read at all is as proposed, so that somebody is told all the same.
    """
    if written.part is None:
        return Responding()
    model = written.part.model
    calendars = {
        name: one for name, one in model.calendars.items() if f"calendars.{name}" not in broken
    }
    windows = {
        name: one for name, one in model.maintenance.items() if f"maintenance.{name}" not in broken
    }
    return model.model_copy(update={"calendars": calendars, "maintenance": windows})


def _sending(written: File[Sending], unsent: Container[str]) -> Sending:
    """Leave out the subscriptions that lead nowhere; the others are sent all the same."""
    if written.part is None:
        return Sending()
    model = written.part.model
    kept = {name: one for name, one in model.subscriptions.items() if name not in unsent}
    return model.model_copy(update={"subscriptions": kept})


def _unsent(written: File[Sending], problems: Iterable[Problem]) -> tuple[str, ...]:
    """Name the subscriptions that lead nowhere; the file when nothing of it can be used."""
    keys = [problem.key.split(".")[:2] for problem in problems if problem.file == written.where]
    if written.part is None:
        return (written.where,) if keys else ()
    names = written.part.model.subscriptions
    return tuple(sorted(name for name in names if ["subscriptions", name] in keys))


def _sound(section: Section[M], broken: frozenset[tuple[str, str]]) -> Mapping[str, M]:
    """Leave out what has a problem somewhere inside."""
    parts = section.parts.items()
    return MappingProxyType(
        {name: part.model for name, part in parts if (section.where, name) not in broken}
    )


def _reachable(hosts: Mapping[str, Host]) -> Mapping[str, Host]:
    """Leave out the hosts whose way leads through one that is left out."""
    kept = dict(hosts)
    while lost := [name for name, host in kept.items() if host.jump and host.jump not in kept]:
        for name in lost:
            del kept[name]
    return MappingProxyType(kept)


def _kept(
    repositories: Mapping[str, Repository], hosts: Mapping[str, Host]
) -> Mapping[str, Repository]:
    """Leave out the repositories whose machine is left out."""
    return MappingProxyType(
        {name: one for name, one in repositories.items() if one.host is None or one.host in hosts}
    )


def _sound_files(section: Section[M], broken: set[str]) -> Mapping[str, M]:
    """Leave out what is written in a file that has a problem."""
    parts = section.parts.items()
    return MappingProxyType(
        {name: part.model for name, part in parts if part.document.file not in broken}
    )


def _sound_jobs(
    draft: Draft,
    repositories: Mapping[str, Repository],
    hosts: Mapping[str, Host],
    broken: set[str],
) -> Mapping[str, Job]:
    jobs = _sound_files(draft.jobs, broken).items()
    return MappingProxyType(
        {
            name: job
            for name, job in jobs
            if job.repository in repositories and job.source.host in hosts
        }
    )
