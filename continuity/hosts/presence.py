"""Is the source there at all? Asked before anything is copied, lest a void replace data."""

from __future__ import annotations

import os
from dataclasses import dataclass

from continuity.domain.failure import SourceError
from continuity.domain.text import N_, say, shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed:
    """What must be there: ``roots`` that can be read, mount points, and sentinel files."""

    roots: tuple[bytes, ...]
    mounts: tuple[bytes, ...] = ()
    sentinels: tuple[bytes, ...] = ()


def require_here(needed: Needed) -> None:
    """Refuse a source of this machine that is missing, not mounted or without its sentinel files.

    Raises SourceError naming the first path that is wrong. A program such as restic 0.14 skips a
    missing source with exit code 0, and rsync empties the copy of an empty one.
    """
    for mount in needed.mounts:
        if not os.path.ismount(mount):
            raise not_mounted(mount)
    for root in needed.roots:
        _require_present(root)
    for sentinel in needed.sentinels:
        if not os.path.lexists(sentinel):
            raise without_sentinel(sentinel)


def _require_present(root: bytes) -> None:
    try:
        os.lstat(root)
        if os.path.isdir(root):
            os.listdir(root)
    except FileNotFoundError:
        raise absent(root) from None
    except OSError as error:
        raise unreadable(root, error.strerror or type(error).__name__) from None


def not_mounted(path: bytes) -> SourceError:
    """Say that a place is no mount point."""
    return SourceError(
        say(N_("{path} is not mounted, so what is there is not the source."), path=shown(path)),
        remedy=say(N_("Mount it and run again; the copies made before stay as they are.")),
    )


def absent(path: bytes) -> SourceError:
    """Say that a source is not there."""
    return SourceError(
        say(N_("The source {path} does not exist."), path=shown(path)),
        remedy=say(N_("Bring it back, or correct the job's paths if it moved.")),
    )


def unreadable(path: bytes, cause: str) -> SourceError:
    """Say that a source is there and not for us."""
    return SourceError(
        say(N_("The source {path} cannot be read: {cause}."), path=shown(path), cause=cause),
        remedy=say(N_("Give the account that runs the backup the right to read it.")),
    )


def without_sentinel(path: bytes) -> SourceError:
    """Say that the file that marks the right disk is missing."""
    return SourceError(
        say(N_("The sentinel file {path} is missing from the source."), path=shown(path)),
        remedy=say(N_("Look whether the right disk or share is mounted and not emptied.")),
    )
