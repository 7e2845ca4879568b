"""Resolve a job with everything that its name stands for."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from continuity.config.elsewhere import copies_there, open_there
from continuity.config.living import living_source
from continuity.config.opening import Means, copies_of, open_copies, open_repository
from continuity.config.workspace import (
    Workspace,
    engine_options,
    job_named,
    lives_elsewhere,
    zone_of,
)
from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.job import Job
from continuity.hosts.files import Files, LocalFiles
from continuity.sandbox.interlocks import Interlocks
from continuity.sources.registry import source_kinds
from continuity.sources.source import Extent, path_set
from continuity.workflows.world import Away, Copy, Protected

if TYPE_CHECKING:
    from continuity.witness.repository import Repository
    from continuity.workflows.visiting import Machine


def protect(means: Means, name: str) -> Protected:
    """Look a job up. Raises ConfigurationError for one that is not usable."""
    workspace = means.workspace
    job = job_named(workspace, name)
    extent = extent_of(job)
    repository = workspace.repositories[job.repository]
    return Protected(
        job=job,
        system=workspace.systems[job.system],
        repository=repository,
        extent=extent,
        excludes=excludes_from_patterns(
            repository.engine, extent.excludes, (os.fsencode(means.scratch / "cache"),)
        ),
        files=_files(means, job),
        path_set=path_set(job.source, extent),
        zone=zone_of(workspace, job),
        open_engine=lambda use_cache: open_repository(means, job, use_cache=use_cache),
        open_copies=lambda: open_copies(means, job),
        living=living_source(means, job),
        away=_away(means, job),
        copies=tuple(
            Copy(repository=name, engine=engine, open=open_it)
            for name, engine, open_it in copies_of(means, job)
        ),
        find_witness=lambda repository: _find_witness(means, repository),
    )


def _find_witness(means: Means, repository: str) -> Callable[[], Repository] | None:
    # It loads every sort of storage, which only a drill asks for.
    from continuity.config.witnessing import is_readable, open_witness

    if not is_readable(means.workspace.repositories[repository]):
        return None
    return lambda: open_witness(means, repository)


def is_away(workspace: Workspace, job: Job) -> bool:
    """Tell whether a job's source is on another machine."""
    name = job.source.host
    return lives_elsewhere(name, workspace.hosts.get(name))


def _files(means: Means, job: Job) -> Files:
    if not is_away(means.workspace, job):
        return LocalFiles()
    # What lists and reads over there is of no use to anybody else, and not needed to start.
    from continuity.hosts.remote_files import RemoteFiles

    return RemoteFiles(means.hosts.host(job.source.host), means.scratch / "surveys" / job.name)


def _away(means: Means, job: Job) -> Away | None:
    """Tell who copies the files of another machine."""
    host, is_captured = job.source.host, source_kinds()[job.source.kind].capture is not None
    if is_captured or not is_away(means.workspace, job):
        return None
    if copies_there(means.workspace.repositories[job.repository]):
        return Away(host=host, open_engine=lambda: open_there(means, job))
    return Away(host=host, transport=means.hosts.transport(host))


def extent_of(job: Job) -> Extent:
    """Tell what of a machine's files a job covers."""
    return source_kinds()[job.source.kind].extent(job.source)


def interlocks_of(workspace: Workspace) -> Interlocks:
    """Give what of this machine nothing may ever be restored over."""
    jobs = [job for job in workspace.jobs.values() if not is_away(workspace, job)]
    places = (repository.location for repository in workspace.repositories.values())
    return Interlocks(
        sources=tuple(root for job in jobs for root in extent_of(job).roots),
        repositories=tuple(os.fsencode(place) for place in places if place.startswith("/")),
    )


def machines(means: Means) -> tuple[Machine, ...]:
    """Give every machine of the workspace, with what jobs take on those that are elsewhere."""
    # It loads paramiko, which jobs of this machine need not wait for.
    from continuity.workflows.visiting import Machine

    needs: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, job in sorted(means.workspace.jobs.items()):
        for program in _taken_there(means, job):
            needs[job.source.host][program].append(name)
    written = means.workspace.hosts
    return tuple(
        Machine(
            host=means.hosts.host(name),
            site=written[name].site if name in written else None,
            needs=_frozen(needs[name]),
        )
        for name in means.hosts.names
    )


def _taken_there(means: Means, job: Job) -> tuple[str, ...]:
    kind = source_kinds()[job.source.kind]
    if not is_away(means.workspace, job):
        return ()
    if kind.capture is not None:
        return kind.needs(job.source)
    repository = means.workspace.repositories[job.repository]
    options = engine_options(means.workspace, job)
    own = getattr(options, "program", None) if copies_there(repository) else None
    return ("find", "xargs", "sha256sum", "base64", own or repository.engine)


def _frozen(needs: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {program: tuple(jobs) for program, jobs in needs.items()}
