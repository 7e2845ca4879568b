"""Let the user of a cell read what was restored, after it was compared and before anything runs."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from continuity.sandbox.walls import User

_READ = stat.S_IRUSR
_ENTER = stat.S_IRUSR | stat.S_IXUSR


def hand_over(tree: Path, user: User) -> int:
    """Let the user read every file and enter every directory, and write to none; gives how many.

    Where the user is somebody else it gets in by its group, so that even without a read-only mount
    it cannot write; set-id bits go, and what everybody could write stays with its owner. Links,
    devices and pipes are left as they are. Owners and modes are others afterwards: compare first.
    """
    count = 0
    for path, found in _walk(os.fsencode(tree)):
        if user.switch:
            owner = 0 if found.st_uid == user.uid else -1
            os.chown(path, owner, user.gid, follow_symlinks=False)
        os.chmod(path, _readable(found.st_mode, user))
        count += 1
    return count


def _readable(mode: int, user: User) -> int:
    needed = _ENTER if stat.S_ISDIR(mode) else _READ
    owners = (mode & stat.S_IRWXU) | needed
    if not user.switch:
        return owners
    # The owner's bits moved to the group, without the one for writing.
    return owners | ((owners & ~stat.S_IWUSR) >> 3)


def _walk(root: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """Give all files and directories, each directory after it was read: trees may be very deep."""
    waiting = [root]
    while waiting:
        directory = waiting.pop()
        inside = list(_entries(directory))
        yield directory, os.stat(directory, follow_symlinks=False)
        for path, found in inside:
            if stat.S_ISDIR(found.st_mode):
                waiting.append(path)
            elif stat.S_ISREG(found.st_mode):
                yield path, found


def _entries(directory: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    with os.scandir(directory) as entries:
        for entry in entries:
            yield entry.path, entry.stat(follow_symlinks=False)
