"""Resolve a job with everything that its name stands for."""

from __future__ import annotations

import os

from continuity.config.living import living_source
from continuity.config.opening import Means, copies_of, open_copies, open_repository
from continuity.config.workspace import job_named, zone_of
from continuity.domain.exclude import excludes_from_patterns
from continuity.domain.job import Job
from continuity.hosts.files import LocalFiles
from continuity.sources.registry import source_kinds
from continuity.sources.source import Extent, path_set
from continuity.workflows.world import Copy, Protected


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
        files=LocalFiles(),
        path_set=path_set(job.source, extent),
        zone=zone_of(workspace, job),
        open_engine=lambda use_cache: open_repository(means, job, use_cache=use_cache),
        open_copies=lambda: open_copies(means, job),
        living=living_source(job, means.hosts, means.environ),
        copies=tuple(
            Copy(repository=name, engine=engine, open=open_it)
            for name, engine, open_it in copies_of(means, job)
        ),
    )


def extent_of(job: Job) -> Extent:
    """Tell what of a machine's files a job covers."""
    return source_kinds()[job.source.kind].extent(job.source)
