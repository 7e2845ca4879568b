"""Look at what was restored, without opening, executing or following any of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NAMED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Oddities:
    """What in a restored tree needs care; the first hundred paths of each, and full counts.

    They are left as they are, because the comparison has to see them. Paths are the ones of the
    source. ``set_id`` holds files with a set-user-id or set-group-id bit.
    """

    devices: tuple[bytes, ...]
    set_id: tuple[bytes, ...]
    device_count: int
    set_id_count: int


def inspect_tree(tree: Path) -> Oddities:
    """Find devices and set-id files in a restored tree."""
    devices, set_id = _Found(), _Found()
    root = os.fsencode(tree)
    for path, mode in _modes(root):
        if stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
            devices.add(path[len(root) :])
        elif stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            set_id.add(path[len(root) :])
    return Oddities(
        devices=tuple(devices.first),
        set_id=tuple(set_id.first),
        device_count=devices.count,
        set_id_count=set_id.count,
    )


class _Found:
    """The first paths of a kind, and how many there are."""

    def __init__(self) -> None:
        self.first: list[bytes] = []
        self.count = 0

    def add(self, path: bytes) -> None:
        self.count += 1
        if self.count <= _NAMED:
            self.first.append(path)


def _modes(root: bytes) -> Iterator[tuple[bytes, int]]:
    """Walk everything below a directory, without recursion: trees may be very deep."""
    waiting = [root]
    while waiting:
        for path, mode in _entries(waiting.pop()):
            if stat.S_ISDIR(mode):
                waiting.append(path)
            yield path, mode


def _entries(directory: bytes) -> Iterator[tuple[bytes, int]]:
    with os.scandir(directory) as entries:
        for entry in entries:
            yield entry.path, entry.stat(follow_symlinks=False).st_mode
