"""The repository on disk: marker, generations, the points that make them visible, ``latest``."""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from continuity.domain.clock import text_from_time, time_from_text
from continuity.domain.failure import ConfigurationError, DamagedError, UnreachableError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say, shown

MARKER = "continuity-rsync.json"
FORMAT = 1
_LONGEST = 1 << 20
_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """What is written down of a generation once it is complete.

    ``entries`` counts everything rsync saw, directories above the sources included; ``excludes``
    and ``one_file_system`` tell whether two generations can be compared.
    """

    snapshot: Snapshot
    parent: str | None
    excludes: tuple[str, ...]
    one_file_system: bool
    entries: int
    files: int
    bytes: int
    complete: bool


class Generations(Protocol):
    """Trees under their ids: those of a repository, or one plain copy."""

    @property
    def root(self) -> Path:
        """The directory that holds them."""

    def generation(self, snapshot: str) -> Path:
        """Give the directory of a generation. Raises UnreachableError."""

    def published(self) -> frozenset[str]:
        """Give the ids of all visible generations."""


class Repository:
    """One directory, changed only in steps that a kill between them leaves understandable.

    A generation is built as ``generations/.partial-TOKEN``. To publish it, its point is written
    invisibly (``points/.ID.json``), the generation gets its name, the point gets its name, and
    ``latest`` follows. To remove it, the same steps go backwards. So an invisible point always
    marks a generation that nobody was promised, and a generation without any point is damage.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.generations = root / "generations"
        self.points_folder = root / "points"
        self.lock = root / "lock"
        self.latest = root / "latest"

    def create(self) -> None:
        """Make an empty repository. Raises ConfigurationError where anything is already."""
        if self.root.is_file() or (self.root.is_dir() and any(self.root.iterdir())):
            raise ConfigurationError(
                say(
                    N_("{place} is not empty, so no repository was made there."),
                    place=self._shown(),
                ),
                remedy=say(N_("Name a directory that does not exist yet or is empty.")),
            )
        try:
            self._create()
        except BaseException:  # also an interrupt; it goes on below
            self._take_back()
            raise

    def _create(self) -> None:
        self.root.mkdir(mode=0o700, exist_ok=True)
        self.generations.mkdir(mode=0o700)
        self.points_folder.mkdir(mode=0o700)
        self.lock.touch(mode=0o600)
        # The marker comes last: without it there is no repository.
        plain = {"format": FORMAT, "id": secrets.token_hex(16)}
        write_durably(self.root / f".{MARKER}", json.dumps(plain))
        rename_durably(self.root / f".{MARKER}", self.root / MARKER)

    def _take_back(self) -> None:
        """Remove what was begun in an empty place, so that it can be tried again."""
        if (self.root / MARKER).exists():
            return
        begun = (self.root / f".{MARKER}", self.lock, self.points_folder, self.generations)
        for path in begun:
            with suppress(OSError):  # what cannot be removed stays in the way, and that is said
                (path.rmdir if path.is_dir() else path.unlink)()

    def identity(self) -> str:
        """Give the repository's id. Raises UnreachableError, DamagedError."""
        try:
            plain = _read_json(self.root / MARKER)
            if plain["format"] != FORMAT or not re.fullmatch("[0-9a-f]{32}", str(plain["id"])):
                raise ValueError("unknown format")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UnreachableError(
                say(N_("There is no rsync repository in {place}."), place=self._shown()),
                remedy=say(
                    N_("Make sure that its disk is mounted; for a new repository, make it first.")
                ),
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(MARKER) from error
        return str(plain["id"])

    def generation(self, snapshot: str) -> Path:
        """Give the directory of a published generation. Raises UnreachableError."""
        if snapshot not in self.published():
            raise UnreachableError(
                say(
                    N_("There is no generation {id} in {place}."),
                    id=shown(os.fsencode(snapshot)),
                    place=self._shown(),
                ),
                remedy=say(
                    N_("See who removed it, and restore from another one or another repository.")
                ),
            )
        return self.generations / snapshot

    def published(self) -> frozenset[str]:
        """Find the ids that have both a point and a generation."""
        self.identity()
        named = {name.removesuffix(".json") for name in os.listdir(self.points_folder)}
        return frozenset(named & set(os.listdir(self.generations)))

    def points(self) -> tuple[Point, ...]:
        """Read the points of all published generations, oldest first. Raises DamagedError."""
        return tuple(self.point(point_id) for point_id in sorted(self.published()))

    def point(self, point_id: str) -> Point:
        """Read one point. Raises DamagedError when it does not say what a point says."""
        try:
            if not _ID.fullmatch(point_id):
                raise ValueError("not an id")
            return _point_from_plain(point_id, _read_json(self.points_folder / f"{point_id}.json"))
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(f"points/{point_id}.json") from error

    def publish(self, partial: Path, point: Point) -> None:
        """Make a complete generation visible."""
        point_id = point.snapshot.id
        write_durably(self._invisible(point_id), json.dumps(_plain_from_point(point)))
        rename_durably(partial, self.generations / point_id)
        rename_durably(self._invisible(point_id), self._visible(point_id))
        self.point_latest_at(point_id)

    def withdraw(self, point_id: str) -> None:
        """Make a generation invisible; its tree is removed by whoever sweeps next."""
        rename_durably(self._visible(point_id), self._invisible(point_id))

    def withdrawn(self) -> tuple[str, ...]:
        """Find the generations that are not, or no longer, promised to anybody."""
        names = os.listdir(self.points_folder)
        return tuple(name[1:].removesuffix(".json") for name in names if name.startswith("."))

    def forget_withdrawn(self, point_id: str) -> None:
        """Remove the invisible point of a generation whose tree is gone."""
        self._invisible(point_id).unlink(missing_ok=True)

    def point_latest_at(self, point_id: str) -> None:
        """Let ``latest`` lead to a generation, in one step that never leaves it dangling."""
        passing = self.root / f".latest-{secrets.token_hex(8)}"
        passing.symlink_to(Path("generations") / point_id)
        rename_durably(passing, self.latest)

    def latest_id(self) -> str | None:
        """Read where ``latest`` leads; None without one."""
        if not self.latest.is_symlink():
            return None
        return self.latest.readlink().name

    def _visible(self, point_id: str) -> Path:
        return self.points_folder / f"{point_id}.json"

    def _invisible(self, point_id: str) -> Path:
        return self.points_folder / f".{point_id}.json"

    def _shown(self) -> str:
        return shown(os.fsencode(self.root))

    def _damaged(self, name: str) -> DamagedError:
        return DamagedError(
            say(
                N_("{file} in the repository {place} does not say what it should."),
                file=shown(os.fsencode(name)),
                place=self._shown(),
            ),
            remedy=say(
                N_("Restore it from another copy of the repository; the generations are intact.")
            ),
        )


def id_from_time(moment: datetime) -> str:
    """Make the id of a generation: it sorts by time, and cannot be guessed or met twice."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(8)}"


def write_durably(path: Path, text: str) -> None:
    """Write a small file that survives a power cut from here on."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def rename_durably(old: Path, new: Path) -> None:
    """Rename within one directory, in a way that survives a power cut from here on."""
    old.rename(new)
    folder = os.open(new.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read_json(path: Path) -> dict[str, object]:
    with path.open("rb") as stream:
        plain = json.loads(stream.read(_LONGEST))
    if not isinstance(plain, dict):
        raise TypeError("not an object")
    return plain


def _plain_from_point(point: Point) -> dict[str, object]:
    # Bytes that are not UTF-8 become lone surrogates, which JSON escapes as ASCII and gives back.
    return {
        "format": FORMAT,
        "id": point.snapshot.id,
        "time": text_from_time(point.snapshot.time),
        "host": point.snapshot.host,
        "paths": [os.fsdecode(path) for path in point.snapshot.paths],
        "tags": list(point.snapshot.tags),
        "tree": point.snapshot.tree,
        "parent": point.parent,
        "excludes": list(point.excludes),
        "one_file_system": point.one_file_system,
        "entries": point.entries,
        "files": point.files,
        "bytes": point.bytes,
        "complete": point.complete,
    }


def _point_from_plain(point_id: str, plain: dict[str, object]) -> Point:
    if plain["format"] != FORMAT or plain["id"] != point_id:
        raise ValueError("another format or another id")
    parent = plain["parent"]
    return Point(
        snapshot=Snapshot(
            id=point_id,
            time=time_from_text(str(plain["time"])),
            host=str(plain["host"]),
            paths=tuple(os.fsencode(path) for path in _texts(plain["paths"])),
            tags=_texts(plain["tags"]),
            tree=str(plain["tree"]),
        ),
        parent=None if parent is None else str(parent),
        excludes=_texts(plain["excludes"]),
        one_file_system=plain["one_file_system"] is True,
        entries=_count(plain["entries"]),
        files=_count(plain["files"]),
        bytes=_count(plain["bytes"]),
        complete=plain["complete"] is True,
    )


def _texts(plain: object) -> tuple[str, ...]:
    if not isinstance(plain, list):
        raise TypeError("not a list")
    return tuple(str(text) for text in plain)


def _count(plain: object) -> int:
    if not isinstance(plain, int) or plain < 0:
        raise TypeError("not a count")
    return plain
