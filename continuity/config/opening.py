"""Open a job's repository with the engine, the password and the options people wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel

from continuity.config.reaching import Hosts
from continuity.config.secrets import read_secret
from continuity.config.workspace import Workspace, engine_options
from continuity.domain.job import Job
from continuity.domain.secret import Secret
from continuity.domain.system import Repository
from continuity.engines.engine import Engine, Opening
from continuity.engines.registry import engine_kinds
from continuity.hosts.local import LocalHost


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What is at hand to open repositories: what people wrote, machines, a private directory.

    ``in_earnest`` lifts the limits of bandwidth: nobody waits for a line that is kept free for work
    while the work itself is down. ``hurry`` is how long a repository may keep silent at most.
    """

    workspace: Workspace
    hosts: Hosts
    scratch: Path
    environ: Mapping[str, str]
    in_earnest: bool = False
    hurry: timedelta | None = None


_LIMITS = ("limit", "limit_upload", "limit_download")
_PATIENCE = "patience"


def open_repository(means: Means, job: Job, *, use_cache: bool) -> Engine:
    """Open the repository of a job. Raises what ``read_secret`` raises."""
    kind = engine_kinds()[means.workspace.repositories[job.repository].engine]
    return kind.open(opening_of(means, job, use_cache=use_cache))


def open_copies(means: Means, job: Job) -> Engine:
    """Open where a job's manifests are copied to: its repository, or one of their own beside it.

    An engine that keeps one job in a repository would take them for the next version of its data.
    """
    kind = engine_kinds()[means.workspace.repositories[job.repository].engine]
    opening = opening_of(means, job, use_cache=True)
    if kind.one_job:
        opening = replace(opening, location=opening.location.rstrip("/") + ".manifests")
    return kind.open(opening)


def copies_of(means: Means, job: Job) -> Iterator[tuple[str, str, Callable[[], Engine]]]:
    """Give the copies of a job's repository: name, engine, and how to open it to read."""
    for name, other in sorted(means.workspace.repositories.items()):
        if other.copy_of == job.repository:
            kept_there = job.model_copy(update={"repository": name})
            yield name, other.engine, partial(open_repository, means, kept_there, use_cache=False)


def opening_of(means: Means, job: Job, *, use_cache: bool) -> Opening:
    """Gather what opens the repository of a job from this machine."""
    repository, host = means.workspace.repositories[job.repository], LocalHost()
    reference, authority = repository.password, repository.ca_certificate
    secret = None if reference is None else read_secret(reference, environ=means.environ, host=host)
    return Opening(
        host=host,
        location=repository.location,
        password=secret,
        options=_for_now(means, engine_options(means.workspace, job)),
        scratch=means.scratch,
        use_cache=use_cache,
        credentials=read_credentials(repository, means.environ),
        transport=None if repository.host is None else means.hosts.transport(repository.host),
        ca_certificate=None if authority is None else Path(authority),
    )


def _for_now(means: Means, options: BaseModel) -> BaseModel:
    """Let an engine go as fast as it can in earnest, and give up soon in a hurry."""
    changed: dict[str, object] = {}
    if means.in_earnest:
        changed = dict.fromkeys(name for name in _LIMITS if hasattr(options, name))
    patience = getattr(options, _PATIENCE, None)
    if means.hurry is not None and isinstance(patience, timedelta):
        changed[_PATIENCE] = min(patience, means.hurry)
    return options.model_copy(update=changed)


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
