"""Where restored data lands on this machine: apart first, then in its place with one rename."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConflictError, NoSpaceError, SourceError
from continuity.domain.text import N_, say, shown
from continuity.hosts.removal import open_directory, remove_tree

_MARGIN = 1.05
_STAGE = ".continuity-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Swap:
    """One thing that takes the place of another: ``aside`` is where the old one goes.

    All three are on one file system, so that each move is one rename.
    """

    live: bytes
    fresh: bytes
    aside: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """What stands where something else will: entries, their bytes, and the newest change."""

    entries: int
    bytes: int
    newest: float


def stage_name(mark: str) -> str:
    """Name the directory in which a restore waits until it was compared."""
    return f"{_STAGE}{mark}"


def require_room(place: Path, needed: int, reserve: int) -> int:
    """Give how many bytes may be written. Raises NoSpaceError when that is not enough."""
    there = next(path for path in (place, *place.parents) if path.is_dir())
    found = os.statvfs(there)
    free = found.f_bavail * found.f_frsize
    wanted = int(needed * _MARGIN) + reserve
    if free >= wanted:
        return free - reserve
    raise NoSpaceError(
        say(
            N_("{place} has {free} MiB free, and this restore needs {needed} MiB."),
            place=shown(os.fsencode(place)),
            free=free >> 20,
            needed=(wanted >> 20) + 1,
        ),
        remedy=say(N_("Make room there, or restore to another place.")),
    )


def make_stage(room: Path, mark: str) -> Path:
    """Make the empty directory of a restore, after clearing away what a killed one left of it."""
    stage = room / stage_name(mark)
    clear_stage(stage)
    try:
        stage.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise _not_written(os.fsencode(stage), error) from error
    return stage


def clear_stage(stage: Path) -> None:
    """Remove a stage, if it is there."""
    if not os.path.lexists(stage):
        return
    above = open_directory(stage.parent)
    try:
        remove_tree(above, stage.name)
    finally:
        os.close(above)


def require_empty(place: Path, mark: str) -> None:
    """Refuse a place beside in which anything lies but what a killed restore of ours left."""
    if not os.path.lexists(place):
        return
    if place.is_symlink() or not place.is_dir() or {*os.listdir(place)} - {stage_name(mark)}:
        raise ConflictError(
            say(
                N_("{path} is not an empty directory, so nothing was restored into it."),
                path=shown(os.fsencode(place)),
            ),
            remedy=say(N_("Empty it, or move away what is there; then try the step again.")),
        )


def put_beside(stage: Path, place: Path) -> None:
    """Move what was restored from its stage into the place, and clear the stage away."""
    try:
        for name in sorted(os.listdir(os.fsencode(stage))):
            os.rename(os.path.join(os.fsencode(stage), name), os.fsencode(place) + b"/" + name)
        stage.rmdir()
    except OSError as error:
        raise _not_written(os.fsencode(place), error) from error


def room_beside(live: bytes) -> Path:
    """Give the directory from which a path is replaced: above it, or itself if it is a mount."""
    inside = os.path.ismount(live)
    room = live if inside else os.path.dirname(live.rstrip(b"/"))
    if not os.path.isdir(room):
        raise SourceError(
            say(N_("There is no directory {path} to restore into."), path=shown(room)),
            remedy=say(N_("Mount its disk, or make the directory if it is the right place.")),
        )
    return Path(os.fsdecode(room))


def swaps_for(lives: Sequence[bytes], stage: Path) -> tuple[Swap, ...]:
    """Tell what takes the place of what, and where the old goes; nothing of it is ever deleted."""
    return tuple(swap for live in lives for swap in _swaps(live, stage))


def _swaps(live: bytes, stage: Path) -> Iterator[Swap]:
    mark = stage.name.removeprefix(_STAGE)
    fresh = os.fsencode(stage) + live
    if not os.path.ismount(live):
        yield Swap(live=live, fresh=fresh, aside=_free(f"{os.fsdecode(live)}.before-{mark}"))
        return
    # A mount point cannot be renamed: what is in it is, name by name.
    aside = _free(f"{os.fsdecode(live)}/.before-{mark}")
    ours = (b".continuity-", b".before-", b"lost+found")
    old = {name for name in os.listdir(live) if not name.startswith(ours)}
    for name in sorted(old | {*os.listdir(fresh)}):
        yield Swap(
            live=os.path.join(live, name),
            fresh=os.path.join(fresh, name),
            aside=os.path.join(aside, name),
        )


def _free(wanted: str) -> bytes:
    path, number = wanted, 1
    while os.path.lexists(path):
        number += 1
        path = f"{wanted}-{number}"
    return os.fsencode(path)


def swap_all(swaps: Sequence[Swap]) -> None:
    """Let each new thing take its place; when one cannot, all are put back as they were."""
    moved: list[tuple[bytes, bytes]] = []
    try:
        for swap in swaps:
            if os.path.lexists(swap.live):
                os.makedirs(os.path.dirname(swap.aside), mode=0o700, exist_ok=True)
                _move(swap.live, swap.aside, moved)
            if os.path.lexists(swap.fresh):
                _move(swap.fresh, swap.live, moved)
    except OSError as error:
        for origin, goal in reversed(moved):
            os.rename(goal, origin)
        raise _not_written(swaps[0].live, error) from error


def _move(origin: bytes, goal: bytes, moved: list[tuple[bytes, bytes]]) -> None:
    os.rename(origin, goal)
    moved.append((origin, goal))


def take_looks(fresh: bytes, live: bytes) -> None:
    """Give a directory that stayed the mode, the owner and the time of the restored one."""
    found = os.stat(fresh)
    try:
        os.chown(live, found.st_uid, found.st_gid)
        os.chmod(live, found.st_mode & 0o7777)
        os.utime(live, ns=(found.st_atime_ns, found.st_mtime_ns))
    except OSError as error:
        raise _not_written(live, error) from error


def inventory(paths: Sequence[bytes]) -> Inventory:
    """Count what stands at some paths, following no link."""
    entries, size, newest = 0, 0, 0.0
    for path in paths:
        for found in _below(path):
            entries, size, newest = entries + 1, size + found.st_size, max(newest, found.st_mtime)
    return Inventory(entries=entries, bytes=size, newest=newest)


def _below(path: bytes) -> Iterator[os.stat_result]:
    try:
        yield os.lstat(path)
    except OSError:
        return
    if os.path.islink(path) or not os.path.isdir(path):
        return
    for above, directories, files in os.walk(path):
        for name in (*directories, *files):
            try:
                yield os.lstat(os.path.join(above, name))
            except OSError:
                continue


def same_file_system(paths: Sequence[bytes]) -> bool:
    """Tell whether the directories above some paths are on one file system."""
    return len({os.stat(room_beside(path)).st_dev for path in paths}) <= 1


def _not_written(path: bytes, error: OSError) -> SourceError:
    cause = error.strerror or type(error).__name__
    return SourceError(
        say(N_("{path} could not be written: {cause}."), path=shown(path), cause=cause),
        remedy=say(N_("Look at the disk and at the rights of this account, then try again.")),
    )
