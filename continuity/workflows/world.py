"""What every workflow is given: the places, the clock and the one job it works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from continuity.domain.clock import Now
from continuity.domain.exclude import Excludes
from continuity.domain.job import Job
from continuity.domain.system import Repository, System
from continuity.engines.engine import Engine, OnProgress
from continuity.hosts.files import Files
from continuity.hosts.process import Process
from continuity.hosts.transport import Transport
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.isolation import Isolation
from continuity.sources.source import Extent, Living
from continuity.store.manifests import ManifestShelf, PortraitShelf
from continuity.store.store import Store

if TYPE_CHECKING:
    # What only a drill needs, and a tenth of a second to load.
    from continuity.witness.repository import Repository as Witnessed


@dataclass(frozen=True, kw_only=True, slots=True)
class Workbench:
    """The places and powers of this installation.

    ``portraits`` stand in the directory of the manifests, whose copies carry them.
    ``monotonic`` gives seconds that only grow; ``entropy`` gives that many random bytes.
    ``reserve_bytes`` is what a restore leaves free; ``sandbox_ttl`` is how long an abandoned
    sandbox may stay; ``owner_matters`` when this process may give files to other users;
    ``least_isolation`` is how far programs on restored content must be shut off; ``fence`` is that
    of the slot for which this process runs, None when a person began it.
    """

    organisation: str
    host_name: str
    actor: str
    now: Now
    monotonic: Callable[[], float]
    entropy: Callable[[int], bytes]
    process: Process
    store: Store
    shelf: ManifestShelf
    portraits: PortraitShelf
    keys: Path
    scratch: Path
    sandbox_place: Path
    sandbox_ttl: timedelta
    reserve_bytes: int
    interlocks: Interlocks
    owner_matters: bool
    least_isolation: Isolation
    fence: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a run is about, as its records name it; ``rto`` is None when there is no target."""

    job: str
    repository: str
    engine: str
    path_set: str
    rto: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A repository into which somebody else copies the job's, and how to open it for a drill."""

    repository: str
    engine: str
    open: Callable[[], Engine]


@dataclass(frozen=True, kw_only=True, slots=True)
class Away:
    """A source of files on another machine, and who copies it.

    ``host`` is the machine's name. ``open_engine`` opens the repository from there, for an engine
    that runs beside the source; without it the engine runs here and fetches over ``transport``.
    """

    host: str
    transport: Transport | None = None
    open_engine: Callable[[], Engine] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Protected:
    """One job with everything that its name stands for.

    ``files`` are those of the host that the source is on. ``open_engine`` opens the repository from
    this machine; a drill passes False so that no cache can hide damage. ``open_copies`` opens where
    copies of the manifests are kept; ``copies`` are copies of the repository. ``living`` is None
    for a source that is copied as files; ``away`` is None for one on this machine. ``find_witness``
    tells how a repository of this name is opened to be read without its program, if it can be.
    """

    job: Job
    system: System
    repository: Repository
    extent: Extent
    excludes: Excludes
    files: Files
    path_set: str
    zone: str
    open_engine: Callable[[bool], Engine]
    open_copies: Callable[[], Engine]
    living: Living | None = None
    away: Away | None = None
    copies: tuple[Copy, ...] = ()
    find_witness: Callable[[str], Callable[[], Witnessed] | None] = lambda _repository: None

    @property
    def subject(self) -> Subject:
        """What runs of this job are about."""
        return Subject(
            job=self.job.name,
            repository=self.job.repository,
            engine=self.repository.engine,
            path_set=self.path_set,
            rto=self.system.rto,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """Who wants to know how a run goes: the phase that begins, and how far it has come."""

    phase: Callable[[str], None]
    progress: OnProgress


def unwatched() -> Watch:
    """Make a watch that tells nobody."""
    return Watch(phase=lambda _name: None, progress=lambda _progress: None)
