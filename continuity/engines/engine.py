"""What every backup engine can do, in the product's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from continuity.domain.by_hand import ByHand
from continuity.domain.secret import Secret
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import Message
from continuity.engines.by_hand import Asked
from continuity.hosts.host import Host
from continuity.hosts.transport import Transport

CONTENT_HASHES = "content-hashes"
"""The capability of an engine that keeps hashes of the content and compares them as it restores."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """A program found on a host. ``capabilities`` are stable words, such as ``subfolder``."""

    name: str
    version: str
    capabilities: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far long work has come; totals are None while unknown."""

    files: int
    bytes: int
    total_files: int | None
    total_bytes: int | None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupRequest:
    """What to copy; ``paths`` are absolute, ``excludes`` patterns in the engine's own language.

    ``parent`` is the snapshot to compare with, where the caller knows one; otherwise the engine
    chooses. ``time`` is when capture begins. Both save an engine from asking (restic: 0.5 s), and
    one that has no use for them, or finds the parent gone, goes on without. ``transport`` leads to
    the machine with the paths when the engine runs elsewhere and pulls (``EngineKind.pulls``).
    """

    paths: tuple[bytes, ...]
    excludes: tuple[str, ...]
    one_file_system: bool
    host: str
    tags: tuple[str, ...]
    timeout: float
    parent: str | None = None
    time: datetime | None = None
    transport: Transport | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamRequest:
    """One stream to keep as a single file at ``path``, which is absolute.

    ``pieces`` raises when the stream is not whole; then nothing listable may be left.
    """

    path: bytes
    pieces: Iterator[bytes]
    host: str
    tags: tuple[str, ...]
    timeout: float
    time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupResult:
    """What the engine says it copied. ``complete`` is False when it could not read everything.

    ``unchanged_tree`` holds when nothing below the paths differs from the parent's tree, so that
    what was known of the parent's listing holds for this one. The snapshot's ``tree`` is empty
    when the engine had no need to ask for it.
    """

    snapshot: Snapshot
    parent: str | None
    unchanged_tree: bool
    files: int
    bytes: int
    added_bytes: int
    complete: bool
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreRequest:
    """What to bring back into an empty directory.

    ``paths`` are absolute paths as in the manifest, none of them a directory with content; None
    means everything. ``population_files`` and ``population_bytes`` describe the whole snapshot, so
    that the cheapest correct way can be chosen; ``room_bytes`` is how much may be written.
    """

    snapshot: str
    paths: tuple[bytes, ...] | None
    target: Path
    population_files: int
    population_bytes: int
    room_bytes: int
    timeout: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreResult:
    """How a restore went. ``whole`` says that more than the asked paths may be there.

    ``problems`` are the engine's complaints, escaped; they are findings, not the verdict: the
    comparison of what is on disk decides.
    """

    way: str
    calls: int
    whole: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """The ``k``-th of ``n`` equal parts of the stored bytes, k from 1."""

    k: int
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """What a structure check and read-back found; sound only when nothing was found."""

    sound: bool
    read: Slice | None
    problems: tuple[Message, ...]


class LockState(StrEnum):
    """What is known about the holder of a lock."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """A lock in a repository; DEAD only when its process is provably gone from this machine."""

    id: str
    holder: str
    exclusive: bool
    state: LockState


class Reader(Protocol):
    """One repository or copy, opened with one engine on one host, to be read.

    Every method raises a ContinuityError subclass that tells the failure class: UnreachableError
    (no repository), AuthenticationError (wrong password), LockedError, NoSpaceError, DamagedError,
    ToolMissingError, TimedOutError; anything not understood is a ToolError, never a success.
    """

    def probe(self) -> Tool:
        """Find the program and its version, once. Raises ToolMissingError also when too old."""

    def identity(self) -> str:
        """Give the repository's own id, which changes when somebody replaces it."""

    def snapshots(self) -> tuple[Snapshot, ...]:
        """List all snapshots, oldest first, with full ids."""

    def listing(self, snapshot: str) -> Iterator[Listed]:
        """List everything in a snapshot in tree order; raises rather than end early."""

    def restore(self, request: RestoreRequest, on_progress: OnProgress) -> RestoreResult:
        """Bring paths back, each under ``target`` followed by its absolute path."""


class Engine(Reader, Protocol):
    """A repository that can be written to as well."""

    def exists(self) -> bool:
        """Tell whether there is a repository; raises when that cannot be known."""

    def recognises(self, identity: str) -> bool:
        """Tell without opening it whether this is surely the repository with this id.

        False means that only ``identity`` can tell.
        """

    def initialise(self) -> None:
        """Make an empty repository; refuses where anything exists already."""

    def back_up(self, request: BackupRequest, on_progress: OnProgress) -> BackupResult:
        """Copy the paths. Raises SourceError when a path is missing or nothing was found."""

    def keep_stream(self, request: StreamRequest, on_progress: OnProgress) -> BackupResult:
        """Copy a stream. What ``pieces`` raises goes on, and no snapshot of it is left behind."""

    def check(self, read: Slice | None, timeout: float, on_progress: OnProgress) -> CheckResult:
        """Check the structure and, with a slice, read those stored bytes back."""

    def forget(self, snapshots: tuple[str, ...], *, prune: bool, timeout: float) -> None:
        """Remove exactly these snapshots, and with ``prune`` the space they took."""

    def locks(self) -> tuple[Lock, ...]:
        """List the locks and what is known of their holders."""

    def unlock_dead(self) -> int:
        """Remove locks when every one of them is provably dead; gives how many were removed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What an engine needs to open a repository. ``scratch`` is a private directory for it.

    ``credentials`` are what the storage asks for, by the name of the environment variable in which
    the program expects them. ``transport`` leads to the machine that keeps the repository, when
    that is reached over SSH (``sftp:``). ``ca_certificate`` is a PEM file of the authority that
    vouches for the storage, where the system's own do not.
    """

    host: Host
    location: str
    password: Secret | None
    options: BaseModel
    scratch: Path
    use_cache: bool = True
    program: str | None = None
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    transport: Transport | None = None
    ca_certificate: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineKind:
    """An entry of the registry: the name people write, its own keys, and how it is opened.

    With ``one_job`` a repository takes the copies of one job only. One that ``pulls`` runs here and
    fetches from the source's machine; any other runs where the source is. ``recommended`` is the
    version from which on everything goes the fast way. ``by_hand`` tells how a copy is brought back
    with the engine's own program alone.
    """

    name: str
    options: type[BaseModel]
    needs_password: bool
    open: Callable[[Opening], Engine]
    by_hand: Callable[[Asked], ByHand]
    one_job: bool = False
    pulls: bool = False
    recommended: str = ""
