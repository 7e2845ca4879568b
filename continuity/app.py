"""Wire everything once; the only reader of the wall clock.

Heavy libraries are imported where they are needed, because `status` must not load them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from continuity.domain.verdict import Verdict

if TYPE_CHECKING:
    from continuity.config.improvising import Improvised
    from continuity.config.models import SandboxPlace
    from continuity.config.opening import Means
    from continuity.config.problem import Problem
    from continuity.config.reaching import Hosts
    from continuity.config.workspace import Workspace
    from continuity.domain.assessment import Assessment
    from continuity.domain.failure import UnwritableError
    from continuity.domain.portfolio import Portfolio
    from continuity.domain.text import Message
    from continuity.sandbox.interlocks import Interlocks
    from continuity.store.store import Store
    from continuity.workflows.facts import Beside
    from continuity.workflows.remembering import Remembered
    from continuity.workflows.visiting import Machine
    from continuity.workflows.world import Protected, Workbench

_LEAST_RESERVE = 64 << 20
KEPT_FILES = "CONTINUITY_KEPT_FILES"  # a workspace's files when they last had no problem


def now() -> datetime:
    """Read the wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """An opened workspace, its store and its machines."""

    means: Means
    bench: Workbench

    @property
    def workspace(self) -> Workspace:
        """What people wrote."""
        return self.means.workspace

    @property
    def hosts(self) -> Hosts:
        """The machines of the workspace."""
        return self.means.hosts

    def protected(self, name: str) -> Protected:
        """Resolve a job with everything its name stands for. Raises ConfigurationError."""
        from continuity.protecting import protect

        return protect(self.means, name)

    def machines(self) -> tuple[Machine, ...]:
        """Give every machine of the workspace."""
        from continuity.protecting import machines

        return machines(self.means)

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
    from continuity.domain.slot import fence_told

    reading = load_tolerant(root, environ=environ, kept=_kept_files(environ))
    with opened_as(reading.workspace, environ) as app:
        yield replace(app, bench=replace(app.bench, fence=fence_told(environ)))


@contextmanager
def opened_as(workspace: Workspace, environ: Mapping[str, str] = os.environ) -> Iterator[App]:
    """Open a workspace that was read before. Raises StoreError."""
    from continuity.config.opening import Means
    from continuity.config.reaching import hosts_of

    with _store(workspace, environ) as store, hosts_of(workspace) as hosts:
        bench = _bench(workspace, store)
        means = Means(workspace=workspace, hosts=hosts, scratch=bench.scratch, environ=environ)
        yield App(means=means, bench=bench)


@contextmanager
def recorded(
    root: Path, environ: Mapping[str, str] = os.environ, *, as_left: bool = False
) -> Iterator[tuple[Workspace, Store | None]]:
    """Open a workspace and its record to read it; None where nothing was ever recorded.

    ``as_left`` reads it where nothing can be written, too. Raises as ``opened`` does.
    """
    from continuity.config.loading import load_tolerant
    from continuity.config.opening import database_of, store_address
    from continuity.store.store import open_store, open_to_read

    workspace = load_tolerant(root).workspace
    database = database_of(workspace)
    if database is not None and not database.exists():
        yield workspace, None
        return
    open_it = open_to_read if as_left else open_store
    with open_it(store_address(workspace, environ), now) as store:
        yield workspace, store


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is judged: plans and facts, the problems of broken files, and doubt about the record.

    ``database`` is the file of the record; without one, ``beside`` is what the server knows more.
    ``hindrance`` is why nothing can be recorded now: all is as it was known last.
    """

    portfolio: Portfolio
    problems: tuple[Problem, ...] = ()
    doubt: Message | None = None
    database: Path | None = None
    beside: Beside | None = None
    hindrance: UnwritableError | None = None

    def assess(self) -> Assessment:
        """Judge by the present clock. What is broken is not known, so it is never a PASS."""
        from continuity.domain.assessment import assess
        from continuity.domain.doubt import believe_at_best, doubt_everything

        assessment = assess(self.portfolio, now())
        if self.problems or self.hindrance is not None:
            assessment = believe_at_best(assessment, Verdict.INCONCLUSIVE)
        return assessment if self.doubt is None else doubt_everything(assessment, self.doubt)


def portfolio_of(root: Path, environ: Mapping[str, str] = os.environ) -> Standing:
    """Give what is known of a workspace, from memory as long as nothing changed.

    A copy of the state is never what is remembered. Raises as ``opened`` does.
    """
    from continuity.config.fingerprint import STATE, fingerprint
    from continuity.store.peek import hindrance
    from continuity.workflows.remembering import place_of_memory, recall

    if _kept_files(environ) is not None or environ.get(STATE):
        return _read_standing(root, environ, None, None)
    place = place_of_memory(root, environ)
    memory = None if place is None else recall(place)
    if memory is not None and memory.workspace == fingerprint(root) and memory.holds(now()):
        found = memory.database
        return Standing(portfolio=memory.portfolio, database=found, hindrance=hindrance(found))
    return _read_standing(root, environ, place, memory)


def _read_standing(
    root: Path, environ: Mapping[str, str], place: Path | None, memory: Remembered | None
) -> Standing:
    from continuity.config.loading import load_tolerant, problems_of
    from continuity.config.opening import database_of, store_address
    from continuity.config.plans import plans_from_reading
    from continuity.domain.portfolio import Portfolio
    from continuity.workflows.facts import read_record
    from continuity.workflows.remembering import Remembered, remember, stamp_of

    reading = load_tolerant(root, kept=_kept_files(environ))
    workspace, database = reading.workspace, database_of(reading.workspace)
    stamp = None if database is None else stamp_of(database)
    known = read_record(store_address(workspace, environ), now, database, memory)
    same = memory if memory and memory.workspace == workspace.fingerprint else None
    systems, jobs, found = plans_from_reading(reading, same.portfolio if same else None)
    zone, beside = workspace.settings.zone, known.beside
    portfolio = Portfolio(systems=systems, jobs=jobs, facts=known.facts, zone=zone)
    problems = problems_of(root, home=root) if _kept_files(environ) else found
    standing = Standing(
        portfolio=portfolio,
        problems=problems,
        doubt=known.doubt,
        database=database,
        beside=beside,
        hindrance=known.hindrance,
    )
    sound = known.doubt is None and not found and known.hindrance is None
    if sound and place is not None and database is not None and stamp is not None:
        what = Remembered(
            workspace=workspace.fingerprint,
            database=database,
            stamp=stamp,
            head=known.head,
            read_at=known.read_at,
            portfolio=portfolio,
        )
        remember(place, what)
    return standing


def _kept_files(environ: Mapping[str, str]) -> Path | None:
    return Path(environ[KEPT_FILES]) if KEPT_FILES in environ else None


@contextmanager
def _store(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Store]:
    from continuity.config.opening import store_address
    from continuity.store.store import open_store

    state = Path(workspace.settings.store.state)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state / "scratch").mkdir(mode=0o700, exist_ok=True)
    with open_store(store_address(workspace, environ), now) as store:
        if store.head().sequence == 0:
            store.open_record(workspace.settings.organisation)
        yield store


def _bench(workspace: Workspace, store: Store) -> Workbench:
    import socket

    from continuity.protecting import interlocks_of

    settings = workspace.settings
    host_name = settings.host_name or socket.gethostname()
    state = Path(settings.store.state)
    bench = _make_bench(state, store, settings.sandbox, interlocks_of(workspace))
    return replace(bench, organisation=settings.organisation, host_name=host_name)


def _make_bench(
    state: Path, store: Store, sandbox: SandboxPlace, interlocks: Interlocks
) -> Workbench:
    import getpass

    from continuity.hosts.process import identify_self
    from continuity.sandbox.isolation import Isolation
    from continuity.store.manifests import ManifestShelf, PortraitShelf
    from continuity.workflows.world import Workbench

    return Workbench(
        organisation="",
        host_name="",
        actor=getpass.getuser(),
        now=now,
        monotonic=time.monotonic,
        entropy=os.urandom,
        process=identify_self(),
        store=store,
        shelf=ManifestShelf(state / "manifests"),
        portraits=PortraitShelf(state / "manifests"),
        keys=state / "keys",
        scratch=state / "scratch",
        sandbox_place=Path(sandbox.place),
        sandbox_ttl=sandbox.ttl,
        reserve_bytes=sandbox.reserve,
        interlocks=interlocks,
        owner_matters=os.geteuid() == 0,
        least_isolation=Isolation(sandbox.min_isolation),
    )


@contextmanager
def improvised(
    location: str, password_file: Path | None, source: Path | None, sandbox: Path | None
) -> Iterator[tuple[Workbench, Improvised]]:
    """Make up a bench for one proof; its record and its sandbox are gone afterwards."""
    from tempfile import TemporaryDirectory

    from continuity.config.improvising import improvise
    from continuity.config.models import SandboxPlace
    from continuity.sandbox.interlocks import Interlocks
    from continuity.store.store import open_store

    found = improvise(location, password_file)
    interlocks = Interlocks(
        sources=() if source is None else (os.fsencode(source.absolute()),),
        repositories=(os.fsencode(found.location),) if Path(found.location).is_dir() else (),
    )
    with TemporaryDirectory(prefix="continuity-prove-") as name:
        home = Path(name)
        (home / "scratch").mkdir(mode=0o700)
        place = SandboxPlace(place=str(sandbox or home / "sandbox"), reserve=_LEAST_RESERVE)
        with open_store(f"sqlite:///{home / 'record.db'}", now) as store:
            yield _make_bench(home, store, place, interlocks), found
