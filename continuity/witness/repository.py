"""A repository as the witness sees it: opened once, read in the order in which it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from types import TracebackType

import msgspec

from continuity.domain.failure import ContinuityError
from continuity.domain.secret import Secret
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import Message
from continuity.locations.objects import NotThereError, Objects
from continuity.locations.objects_counted import CountedObjects
from continuity.witness.index import Index, IndexFile
from continuity.witness.keys import unlock
from continuity.witness.limits import (
    CONFIG_BYTES,
    INDEX_BYTES,
    INDEX_FILES,
    SNAPSHOT_BYTES,
    SNAPSHOTS,
)
from continuity.witness.node import ns_from_time
from continuity.witness.packs import Packs
from continuity.witness.seal import Unsealer
from continuity.witness.trouble import moving, unfamiliar
from continuity.witness.unpacked import is_id, is_unfinished, read_unpacked, shown_name

_VERSIONS = (1, 2)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``config``."""

    version: int
    id: str
    chunker_polynomial: str


class Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the program counted as it backed up; nothing rests on it."""

    backup_start: str
    backup_end: str
    files_new: int
    files_changed: int
    files_unmodified: int
    dirs_new: int
    dirs_changed: int
    dirs_unmodified: int
    data_blobs: int
    tree_blobs: int
    data_added: int
    data_added_packed: int
    total_files_processed: int
    total_bytes_processed: int


class StoredSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot exactly as stored."""

    time: str
    tree: str
    paths: list[str] | None = None
    parent: str | None = None
    hostname: str = ""
    username: str = ""
    uid: int = 0
    gid: int = 0
    excludes: list[str] | None = None
    tags: list[str] | None = None
    original: str | None = None
    program_version: str = ""
    summary: Summary | None = None


class Repository:
    """One opened repository. Every method raises a ContinuityError that tells the class.

    DamagedError: something stored is shown to be wrong. AuthenticationError: the password opens no
    key. ToolError: a form that is not known. UnreachableError: it could not be read.
    """

    def __init__(self, objects: Objects, password: Secret) -> None:
        self.objects = CountedObjects(objects)
        unlocked = unlock(self.objects, password)
        self.problems: tuple[Message, ...] = unlocked.problems
        self.unsealer = Unsealer(unlocked.key)
        config = read_unpacked(self.objects, self.unsealer, "config", Config, CONFIG_BYTES)
        if config.version not in _VERSIONS:
            raise unfamiliar("config", f"version {config.version}")
        if not is_id(config.id):
            raise unfamiliar("config", "an id that is none")
        self.version = config.version
        self.id = config.id
        self._packs: Packs | None = None
        self._index: Index | None = None
        self._seen: set[str] = set()

    def __enter__(self) -> Repository:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.objects.close()

    def snapshots(self) -> tuple[Snapshot, ...]:
        """List all snapshots, oldest first; one that goes while they are read is left out."""
        found: list[Snapshot] = []
        for name in self._names("snapshots", SNAPSHOTS):
            try:
                found.append(self._snapshot(name))
            except NotThereError:
                # Forgotten since the listing; one that should be there is missed by who wants it.
                continue
        return tuple(sorted(found, key=lambda snapshot: (snapshot.time, snapshot.id)))

    def snapshot_ids(self) -> tuple[str, ...]:
        """Name all snapshots without reading them."""
        return tuple(name.rpartition("/")[2] for name in self._names("snapshots", SNAPSHOTS))

    def snapshot(self, id: str) -> Snapshot:
        """Read one snapshot by its full id."""
        if not is_id(id):
            raise unfamiliar("snapshots", "an id that is none")
        return self._snapshot(f"snapshots/{id}")

    def _snapshot(self, name: str) -> Snapshot:
        shown = shown_name(name)
        stored = read_unpacked(self.objects, self.unsealer, name, StoredSnapshot, SNAPSHOT_BYTES)
        try:
            nanoseconds = ns_from_time(stored.time)
            time = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
        except (ValueError, OverflowError) as error:
            raise unfamiliar(shown, str(error)) from error
        if not is_id(stored.tree):
            raise unfamiliar(shown, "a tree that is none")
        self._seen.add(name)
        return Snapshot(
            id=name.rpartition("/")[2],
            time=time,
            host=stored.hostname,
            paths=tuple(path.encode() for path in stored.paths or ()),
            tags=tuple(stored.tags or ()),
            tree=stored.tree,
            original=stored.original,
        )

    @property
    def index(self) -> Index:
        """Where everything is stored; read when it is first asked for, after the snapshots."""
        if self._index is None:
            self._index = self._read_index()
        return self._index

    @property
    def packs(self) -> Packs:
        """The packs by the present index."""
        if self._packs is None:
            self._packs = Packs(self.objects, self.index, self.unsealer)
        return self._packs

    def resolve_again(self) -> None:
        """Forget the index: somebody moved what it named."""
        self._index = None
        self._packs = None

    @property
    def is_moving(self) -> bool:
        """Whether anybody says that they work on it, or took away what it was read by.

        Snapshots and index files go before the packs that only they name.
        """
        try:
            locks = [name for name, _ in self.objects.list("locks")]
            folders = ("index", "snapshots")
            there = {name for folder in folders for name, _ in self.objects.list(folder)}
        except ContinuityError:
            return True
        return bool(locks) or not self._seen <= there

    def _read_index(self) -> Index:
        """Read every index file but those that another one replaced.

        One that goes meanwhile was replaced by one that the listing may not name: once more then.
        """
        try:
            return self._read_index_once()
        except NotThereError:
            pass
        try:
            return self._read_index_once()
        except NotThereError as error:
            raise moving("index") from error

    def _read_index_once(self) -> Index:
        replaced: frozenset[str] = frozenset()
        while True:
            index, named = self._read_index_without(replaced)
            if named <= replaced:
                return index
            replaced |= named

    def _read_index_without(self, replaced: frozenset[str]) -> tuple[Index, frozenset[str]]:
        """Read the index files that nobody replaced, and tell which of those there somebody did."""
        index = Index(self.version)
        names = tuple(self._names("index", INDEX_FILES))
        self._seen.update(names)
        told: set[str] = set()
        for name in names:
            if name.rpartition("/")[2] not in replaced:
                file = read_unpacked(self.objects, self.unsealer, name, IndexFile, INDEX_BYTES)
                told.update(_ids(file.supersedes or (), shown_name(name)))
                index.add(file, shown_name(name))
        there = {name.rpartition("/")[2] for name in names}
        return index, frozenset(told & there)

    def _names(self, folder: str, most: int) -> Iterator[str]:
        """Name what is stored whole in a folder, in order."""
        for position, (name, _) in enumerate(sorted(self.objects.list(folder))):
            if position == most:
                raise unfamiliar(folder, f"more than {most} files")
            id = name.rpartition("/")[2]
            if is_unfinished(id):
                continue
            _require_id(id, shown_name(name))
            yield name


def _ids(ids: Iterable[str], name: str) -> Iterator[str]:
    for id in ids:
        _require_id(id, name)
        yield id


def _require_id(id: str, name: str) -> None:
    if not is_id(id):
        raise unfamiliar(name, "an id that is none")
