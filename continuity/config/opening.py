"""Open a job's repository with the engine, the password and the options people wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

from continuity.config.secrets import read_secret
from continuity.config.workspace import Workspace, engine_options
from continuity.domain.job import Job
from continuity.domain.secret import Secret
from continuity.domain.system import Repository
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


def copies_of(
    workspace: Workspace, job: Job, scratch: Path, environ: Mapping[str, str]
) -> Iterator[tuple[str, str, Callable[[], Engine]]]:
    """Give the copies of a job's repository: name, engine, and how to open it to read."""
    for name, other in sorted(workspace.repositories.items()):
        if other.copy_of == job.repository:
            kept_there = job.model_copy(update={"repository": name})
            opens = partial(
                open_repository, workspace, kept_there, scratch, environ, use_cache=False
            )
            yield name, other.engine, opens


def _opening(
    workspace: Workspace, job: Job, scratch: Path, environ: Mapping[str, str], use_cache: bool
) -> Opening:
    repository, host = workspace.repositories[job.repository], LocalHost()
    reference, authority = repository.password, repository.ca_certificate
    return Opening(
        host=host,
        location=repository.location,
        password=None if reference is None else read_secret(reference, environ=environ, host=host),
        options=engine_options(workspace, job),
        scratch=scratch,
        use_cache=use_cache,
        credentials=read_credentials(repository, environ),
        ca_certificate=None if authority is None else Path(authority),
    )


def read_credentials(repository: Repository, environ: Mapping[str, str]) -> dict[str, Secret]:
    """Fetch what the storage of a repository asks for. Raises what ``read_secret`` raises."""
    return {
        name: read_secret(reference, environ=environ, host=LocalHost())
        for name, reference in repository.credentials.items()
    }


def database_of(workspace: Workspace) -> Path | None:
    """Give the file that holds the record; None when a server does."""
    store = workspace.settings.store
    return Path(store.state) / "record.db" if store.url is None else None


def store_address(workspace: Workspace, environ: Mapping[str, str]) -> str:
    """Give the address of the database, with its password when it has one: never show it."""
    store = workspace.settings.store
    if store.url is None:
        return f"sqlite:///{database_of(workspace)}"
    if store.password is None:
        return store.url
    password = read_secret(store.password, environ=environ, host=LocalHost())
    scheme, _, rest = store.url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user}:{quote(password.reveal(), safe='')}{at}{place}"
