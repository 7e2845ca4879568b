"""Where restored data lands on this machine: apart first, then in its place beside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConflictError, NoSpaceError, SourceError
from continuity.domain.text import N_, say, shown
from continuity.hosts.removal import open_directory, remove_tree

_MARGIN = 1.05
_STAGE = ".continuity-"


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


def _not_written(path: bytes, error: OSError) -> SourceError:
    cause = error.strerror or type(error).__name__
    return SourceError(
        say(N_("{path} could not be written: {cause}."), path=shown(path), cause=cause),
        remedy=say(N_("Look at the disk and at the rights of this account, then try again.")),
    )
