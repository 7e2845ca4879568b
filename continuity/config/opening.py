"""Open a job's repository with the engine, the password and the options people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from continuity.config.secrets import read_secret
from continuity.config.workspace import Workspace, engine_options
from continuity.domain.job import Job
from continuity.engines.engine import Engine, Opening
from continuity.engines.registry import engine_kinds
from continuity.hosts.local import LocalHost


def open_repository(
    workspace: Workspace, job: Job, scratch: Path, environ: Mapping[str, str], *, use_cache: bool
) -> Engine:
    """Open the repository of a job. Raises what ``read_secret`` raises."""
    kind = engine_kinds()[workspace.repositories[job.repository].engine]
    return kind.open(_opening(workspace, job, scratch, environ, use_cache))


def open_copies(
    workspace: Workspace, job: Job, scratch: Path, environ: Mapping[str, str]
) -> Engine:
    """Open where a job's manifests are copied to: its repository, or one of their own beside it.

    An engine that keeps one job in a repository would take them for the next version of its data.
    """
    kind = engine_kinds()[workspace.repositories[job.repository].engine]
    opening = _opening(workspace, job, scratch, environ, True)
    if kind.one_job:
        opening = replace(opening, location=opening.location.rstrip("/") + ".manifests")
    return kind.open(opening)


def _opening(
    workspace: Workspace, job: Job, scratch: Path, environ: Mapping[str, str], use_cache: bool
) -> Opening:
    repository, host = workspace.repositories[job.repository], LocalHost()
    reference = repository.password
    return Opening(
        host=host,
        location=repository.location,
        password=None if reference is None else read_secret(reference, environ=environ, host=host),
        options=engine_options(workspace, job),
        scratch=scratch,
        use_cache=use_cache,
    )
