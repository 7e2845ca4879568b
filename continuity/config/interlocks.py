"""Do the places that must be apart lie apart: sources, repositories, sandbox, state and workspace?

Places are compared as they really are, links followed, because a link is how they come to overlap.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from continuity.config.draft import Draft, Part
from continuity.config.fingerprint import FOLDERS
from continuity.config.models import Settings
from continuity.config.problem import Problem, path_shown
from continuity.config.workspace import lives_elsewhere
from continuity.domain.exclude import Excludes, excludes_from_patterns
from continuity.domain.failure import ConfigurationError
from continuity.domain.job import Job
from continuity.domain.system import Repository
from continuity.domain.text import N_, Message, say
from continuity.domain.written import path_from_location
from continuity.sources.registry import source_kinds


@dataclass(frozen=True, kw_only=True, slots=True)
class _Places:
    sandbox: str
    state: str
    workspace: str


_UNKNOWN = _Places(sandbox="", state="", workspace="")


def interlock_problems(draft: Draft) -> Iterator[Problem]:
    """Check that nothing restored, copied or kept can run into something else."""
    places = _UNKNOWN
    if draft.settings is not None:
        places = _Places(
            sandbox=os.path.realpath(draft.settings.model.sandbox.place),
            state=os.path.realpath(draft.settings.model.store.state),
            workspace=os.path.realpath(draft.root),
        )
        yield from _settings(draft.settings, places)
    for repository in draft.repositories.parts.values():
        yield from _repository(repository, places)
    for job in draft.jobs.parts.values():
        name = job.model.source.host
        host = draft.hosts.parts.get(name)
        if host is None or not lives_elsewhere(name, host.model):
            yield from _job(draft, job, places)
        else:
            yield from _job_elsewhere(draft, job)


def _settings(settings: Part[Settings], places: _Places) -> Iterator[Problem]:
    written = [f"{places.workspace}/{folder}" for folder in FOLDERS]
    sandbox = places.sandbox
    if _holds(sandbox, places.workspace) or any(_holds(one, sandbox) for one in written):
        expected = say(N_("a place apart from what people write"))
        yield settings.problem(("sandbox", "place"), expected, _path(sandbox))
    if _overlap(places.state, sandbox):
        expected = say(N_("a place apart from the sandbox {path}"), path=path_shown(sandbox))
        yield settings.problem(("store", "state"), expected, _path(places.state))


def _repository(repository: Part[Repository], places: _Places) -> Iterator[Problem]:
    directory = path_from_location(repository.model.location)
    if directory is None:
        return
    here = os.path.realpath(directory)
    if _overlap(here, places.sandbox):
        expected = say(N_("a place apart from the sandbox {path}"), path=path_shown(places.sandbox))
        yield repository.problem(("location",), expected, _path(here))
    if _overlap(here, places.state):
        expected = say(N_("a place apart from the state {path}"), path=path_shown(places.state))
        yield repository.problem(("location",), expected, _path(here))


def _job(draft: Draft, job: Part[Job], places: _Places) -> Iterator[Problem]:
    repository = draft.repositories.parts.get(job.model.repository)
    excludes = _excludes(job.model, repository)
    extent = source_kinds()[job.model.source.kind].extent(job.model.source)
    for index, root in enumerate(extent.roots):
        here = os.fsdecode(os.path.realpath(root))
        where = ("source", "paths", index)
        if _collide(here, places.sandbox, excludes):
            path = path_shown(places.sandbox)
            expected = say(N_("a source apart from the sandbox {path}"), path=path)
            yield job.problem(where, expected, _path(here))
        directory = None if repository is None else path_from_location(repository.model.location)
        if directory is not None and _collide(here, os.path.realpath(directory), excludes):
            path = path_shown(directory)
            expected = say(N_("a source apart from its own repository {path}"), path=path)
            yield job.problem(where, expected, _path(here))


def _job_elsewhere(draft: Draft, job: Part[Job]) -> Iterator[Problem]:
    """Check what can be told of another machine: the names of its places, not where links lead."""
    repository = draft.repositories.parts.get(job.model.repository)
    seen = {} if repository is None else repository.model.seen_from
    directory = path_from_location(seen.get(job.model.source.host, ""))
    if directory is None:
        return
    excludes = _excludes(job.model, repository)
    extent = source_kinds()[job.model.source.kind].extent(job.model.source)
    for index, root in enumerate(extent.roots):
        here = os.fsdecode(root)
        if _collide(here, directory, excludes):
            path = path_shown(directory)
            expected = say(N_("a source apart from its own repository {path}"), path=path)
            yield job.problem(("source", "paths", index), expected, _path(here))


def _excludes(job: Job, repository: Part[Repository] | None) -> Excludes:
    patterns = source_kinds()[job.source.kind].extent(job.source).excludes
    if repository is None:
        return Excludes()
    try:
        return excludes_from_patterns(repository.model.engine, patterns)
    except ConfigurationError:
        return Excludes()


def _collide(source: str, other: str, excludes: Excludes) -> bool:
    return _holds(other, source) or (
        _holds(source, other) and not _is_left_out(source, other, excludes)
    )


def _is_left_out(source: str, inner: str, excludes: Excludes) -> bool:
    """Tell whether the walk from the source never comes to what is inside it."""
    above = [str(path) for path in PurePath(inner).parents if _holds(source, str(path))]
    return any(excludes.leave_out(os.fsencode(path), True) for path in (inner, *above))


def _overlap(one: str, other: str) -> bool:
    return _holds(one, other) or _holds(other, one)


def _holds(outer: str, inner: str) -> bool:
    """Tell whether one place is, or lies in, another; an unknown place, "", holds nothing."""
    if not outer or not inner:
        return False
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _path(path: str) -> Message:
    return say("{path}", path=path_shown(path))
