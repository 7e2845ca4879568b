"""Open a sandbox: a private directory, with room, where nothing protected can be harmed."""

from __future__ import annotations

import math
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from continuity.domain.failure import NoSpaceError, UnreachableError
from continuity.domain.text import N_, say, shown
from continuity.hosts.process import identify_self
from continuity.hosts.removal import open_directory
from continuity.sandbox.interlocks import Interlocks, check_place
from continuity.sandbox.isolation import Isolation
from continuity.sandbox.marker import Marker, name_from_token, write_marker

_MARGIN = 1.2
_GIB = 1 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """What a restore will take. ``reserve_bytes`` stay free for everybody else."""

    expected_bytes: int
    expected_entries: int = 0
    reserve_bytes: int = _GIB


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """An open sandbox. Restores go into ``tree``; the marker lies beside it.

    ``room_bytes`` is what may be written without touching the reserve.
    ``shares_source_file_system`` is no fault but evidence: a full disk would hurt both.
    """

    path: Path
    tree: Path
    token: str
    run_id: str
    isolation: Isolation
    room_bytes: int
    shares_source_file_system: bool


def open_sandbox(
    place: Path, *, run_id: str, interlocks: Interlocks, room: Room, now: datetime
) -> Sandbox:
    """Make a sandbox in ``place``, which is made as well when it is not there.

    Raises ConfigurationError when the place is too near to anything protected, NoSpaceError when
    1.2 times the expected bytes and the reserve are not free, UnreachableError when it cannot be
    made.
    """
    true = check_place(place, interlocks)
    try:
        _make_private(true)
        free = _check_room(true, room)
        token = secrets.token_hex(16)
        path = _make_directory(true, token, run_id, now)
    except OSError as error:
        raise _not_made(true, error) from error
    return Sandbox(
        path=path,
        tree=path / "tree",
        token=token,
        run_id=run_id,
        isolation=Isolation.B,
        room_bytes=free - room.reserve_bytes,
        shares_source_file_system=_shares(path, interlocks.sources),
    )


def _make_private(place: Path) -> None:
    missing = [parent for parent in (place, *place.parents) if not parent.exists()]
    for directory in reversed(missing):
        directory.mkdir(0o700, exist_ok=True)


def _check_room(place: Path, room: Room) -> int:
    """Give the free bytes. Raises NoSpaceError."""
    found = os.statvfs(place)
    free = found.f_bavail * found.f_frsize
    needed = math.ceil(room.expected_bytes * _MARGIN) + room.reserve_bytes
    if free < needed:
        raise NoSpaceError(
            say(
                N_("{place} has {free} MiB free, and this restore needs {needed} MiB."),
                place=shown(os.fsencode(place)),
                free=free >> 20,
                needed=(needed >> 20) + 1,
            ),
            remedy=say(
                N_("Free some space, name another place for the sandbox, or draw a smaller sample.")
            ),
        )
    entries = math.ceil(room.expected_entries * _MARGIN)
    # Some file systems (btrfs) make inodes as they need them and state 0.
    if found.f_files and found.f_favail < entries:
        raise NoSpaceError(
            say(
                N_("{place} can hold {free} more files, and this restore needs {needed}."),
                place=shown(os.fsencode(place)),
                free=found.f_favail,
                needed=entries,
            ),
            remedy=say(N_("Name a place for the sandbox on a file system with more inodes.")),
        )
    return free


def _make_directory(place: Path, token: str, run_id: str, now: datetime) -> Path:
    """Make the directory under a passing name, so that it is never seen without its marker."""
    parent = open_directory(place)
    try:
        passing = f"new-{token}"
        os.mkdir(passing, 0o700, dir_fd=parent)
        directory = open_directory(passing, parent)
        try:
            _furnish(directory, token, run_id, now)
        finally:
            os.close(directory)
        os.rename(passing, name_from_token(token), src_dir_fd=parent, dst_dir_fd=parent)
    finally:
        os.close(parent)
    return place / name_from_token(token)


def _furnish(directory: int, token: str, run_id: str, now: datetime) -> None:
    marker = Marker(
        token=token,
        run_id=run_id,
        created=now,
        process=identify_self(),
        inode=os.fstat(directory).st_ino,
    )
    write_marker(directory, marker)
    os.mkdir("tree", 0o700, dir_fd=directory)


def _shares(path: Path, sources: tuple[bytes, ...]) -> bool:
    own = path.stat().st_dev
    return any(os.path.exists(source) and os.stat(source).st_dev == own for source in sources)


def _not_made(place: Path, error: OSError) -> UnreachableError:
    return UnreachableError(
        say(
            N_("No sandbox could be made in {place}: {reason}."),
            place=shown(os.fsencode(place)),
            reason=error.strerror or "",
        ),
        remedy=say(N_("Make the directory, owned by the user who runs this, with mode 0700.")),
    )
