"""Wire everything once; the only reader of the wall clock.

Heavy libraries are imported where they are needed, because `status` must not load them.
"""

from __future__ import annotations

import getpass
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say

if TYPE_CHECKING:
    from continuity.config.workspace import Workspace
    from continuity.domain.job import Job
    from continuity.domain.secret import Secret
    from continuity.engines.engine import Engine
    from continuity.hosts.local import LocalHost
    from continuity.sources.source import Extent
    from continuity.store.store import Store
    from continuity.workflows.world import Protected, Workbench


def now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An opened workspace and its store."""

    workspace: Workspace
    bench: Workbench
    environ: Mapping[str, str]

    def protected(self, name: str) -> Protected:
        """Resolve a job with everything its name stands for. Raises ConfigurationError."""
        return _protect(self, _job(self.workspace, name))

    def all_protected(self) -> tuple[Protected, ...]:
        """Resolve all jobs, sorted by name."""
        return tuple(self.protected(name) for name in sorted(self.workspace.jobs))


@contextmanager
def opened(root: Path, environ: Mapping[str, str] = os.environ) -> Iterator[App]:
    """Open the workspace at ``root``; jobs that are broken are left out, the others work.

    Raises ConfigurationError with every problem when the workspace as a whole cannot be used, and
    StoreError when its record cannot.
    """
    from continuity.config.loading import load_tolerant

    workspace = load_tolerant(root, environ=environ).workspace
    with _store(workspace, environ) as store:
        yield App(workspace=workspace, bench=_bench(workspace, store), environ=environ)


@contextmanager
def _store(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Store]:
    from continuity.store.store import open_store

    state = Path(workspace.settings.store.state)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_store(_address(workspace, environ), now) as store:
        if store.head().sequence == 0:
            store.open_record(workspace.settings.organisation)
        yield store


def _address(workspace: Workspace, environ: Mapping[str, str]) -> str:
    """Give the address of the database, with its password when it has one: never show it."""
    store = workspace.settings.store
    if store.url is None:
        return f"sqlite:///{Path(store.state) / 'record.db'}"
    if store.password is None:
        return store.url
    from continuity.config.secrets import read_secret

    password = read_secret(store.password, environ=environ, host=_local_host())
    scheme, _, rest = store.url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user}:{quote(password.reveal(), safe='')}{at}{place}"


def _bench(workspace: Workspace, store: Store) -> Workbench:
    from continuity.hosts.process import identify_self
    from continuity.sandbox.interlocks import Interlocks
    from continuity.store.manifests.shelf import ManifestShelf
    from continuity.workflows.world import Workbench

    settings = workspace.settings
    state = Path(settings.store.state)
    return Workbench(
        organisation=settings.organisation,
        host_name=settings.host_name or socket.gethostname(),
        actor=getpass.getuser(),
        now=now,
        monotonic=time.monotonic,
        entropy=os.urandom,
        process=identify_self(),
        store=store,
        shelf=ManifestShelf(state / "manifests"),
        keys=state / "keys",
        scratch=state / "scratch",
        sandbox_place=Path(settings.sandbox.place),
        sandbox_ttl=settings.sandbox.ttl,
        reserve_bytes=settings.sandbox.reserve,
        interlocks=Interlocks(
            sources=tuple(root for job in workspace.jobs.values() for root in _extent(job).roots),
            repositories=tuple(
                os.fsencode(repository.location)
                for repository in workspace.repositories.values()
                if repository.location.startswith("/")
            ),
        ),
        owner_matters=os.geteuid() == 0,
    )


def _job(workspace: Workspace, name: str) -> Job:
    job = workspace.jobs.get(name)
    if job is not None:
        return job
    raise ConfigurationError(
        say(N_("There is no usable job named {name} in this workspace."), name=name),
        remedy=say(
            N_("Usable jobs: {names}. Run: continuity check"),
            names=", ".join(sorted(workspace.jobs)) or "-",
        ),
    )


def _extent(job: Job) -> Extent:
    from continuity.sources.registry import source_kinds

    return source_kinds()[job.source.kind].extent(job.source)


def _protect(app: App, job: Job) -> Protected:
    from continuity.config.workspace import zone_of
    from continuity.domain.exclude import excludes_from_patterns
    from continuity.sources.source import path_set
    from continuity.workflows.world import Protected

    workspace = app.workspace
    extent = _extent(job)
    repository = workspace.repositories[job.repository]
    return Protected(
        job=job,
        system=workspace.systems[job.system],
        repository=repository,
        extent=extent,
        excludes=excludes_from_patterns(repository.engine, extent.excludes),
        path_set=path_set(job.source, extent),
        zone=zone_of(workspace, job),
        open_engine=lambda use_cache: _open_engine(app, job, use_cache),
    )


def _open_engine(app: App, job: Job, use_cache: bool) -> Engine:
    from continuity.config.workspace import engine_options
    from continuity.engines.engine import Opening
    from continuity.engines.registry import engine_kinds

    repository = app.workspace.repositories[job.repository]
    return engine_kinds()[repository.engine].open(
        Opening(
            host=_local_host(),
            location=repository.location,
            password=_password(app, job),
            options=engine_options(app.workspace, job),
            scratch=app.bench.scratch,
            use_cache=use_cache,
        )
    )


def _password(app: App, job: Job) -> Secret | None:
    reference = app.workspace.repositories[job.repository].password
    if reference is None:
        return None
    from continuity.config.secrets import read_secret

    return read_secret(reference, environ=app.environ, host=_local_host())


def _local_host() -> LocalHost:
    from continuity.hosts.local import LocalHost

    return LocalHost()
