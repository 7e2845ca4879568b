"""Delete sandboxes: one's own at once, and what killed processes left behind later."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.failure import ResidueError
from continuity.domain.text import N_, say, shown
from continuity.hosts.process import Life, Process, life_of
from continuity.hosts.removal import empty_directory, open_directory
from continuity.sandbox.marker import MARKER, Marker, read_marker
from continuity.sandbox.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Teardown:
    """How a deletion went: entries removed, entries left, and the first hundred of those."""

    seconds: float
    removed: int
    left: int
    residue: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaped:
    """A sandbox that outlived its process, and how it was deleted."""

    path: Path
    run_id: str
    created: datetime
    teardown: Teardown


def tear_down(sandbox: Sandbox) -> Teardown:
    """Delete a sandbox with all that was restored into it.

    What cannot be deleted is residue, and the marker stays with it for the reaper. Raises
    ResidueError, with nothing deleted, when the marker is missing or is not this sandbox's.
    """
    began = time.monotonic()
    with contextlib.ExitStack() as opened:
        try:
            place = open_directory(sandbox.path.parent)
            opened.callback(os.close, place)
            directory = open_directory(sandbox.path.name, place)
            opened.callback(os.close, directory)
        except OSError as error:
            raise _not_ours(sandbox.path) from error
        marker = read_marker(directory, sandbox.path.name)
        if marker is None or marker.token != sandbox.token:
            raise _not_ours(sandbox.path)
        return _delete(place, directory, sandbox.path.name, began)


def reap(
    place: Path,
    *,
    now: datetime,
    ttl: timedelta,
    state_of: Callable[[Process], Life] = life_of,
) -> tuple[Reaped, ...]:
    """Delete the sandboxes in ``place`` whose process is dead, or unknown for longer than ``ttl``.

    A sandbox of a living process stays, however old. Nothing without our own marker is touched.
    """
    try:
        parent = open_directory(place)
    except FileNotFoundError:
        return ()
    try:
        found = [
            _reap_one(parent, place / name, lambda marker: _is_left(marker, now, ttl, state_of))
            for name in sorted(os.listdir(parent))
        ]
    finally:
        os.close(parent)
    return tuple(reaped for reaped in found if reaped is not None)


def _reap_one(parent: int, path: Path, is_left: Callable[[Marker], bool]) -> Reaped | None:
    began = time.monotonic()
    try:
        directory = open_directory(path.name, parent)
    except OSError:
        return None
    try:
        marker = read_marker(directory, path.name)
        if marker is None or not is_left(marker):
            return None
        teardown = _delete(parent, directory, path.name, began)
    finally:
        os.close(directory)
    return Reaped(path=path, run_id=marker.run_id, created=marker.created, teardown=teardown)


def _is_left(
    marker: Marker, now: datetime, ttl: timedelta, state_of: Callable[[Process], Life]
) -> bool:
    life = state_of(marker.process)
    return life is Life.DEAD or (life is Life.UNKNOWN and now - marker.created > ttl)


def _delete(place: int, directory: int, name: str, began: float) -> Teardown:
    """Empty the directory; its marker goes last, so that a killed deletion can be taken up."""
    removal = empty_directory(directory, keep=frozenset({MARKER}))
    left, residue = removal.left, removal.residue
    if not left:
        try:
            os.unlink(MARKER, dir_fd=directory)
            os.rmdir(name, dir_fd=place)
        except FileNotFoundError:
            pass  # another reaper was faster
        except OSError:
            left, residue = 1, (os.fsencode(name),)
    return Teardown(
        seconds=time.monotonic() - began, removed=removal.removed, left=left, residue=residue
    )


def _not_ours(path: Path) -> ResidueError:
    return ResidueError(
        say(
            N_("{path} was not deleted: its marker is missing or is not the one of this run."),
            path=shown(os.fsencode(path)),
        ),
        remedy=say(N_("Look what is in it, and delete it by hand when it is restored data.")),
    )
