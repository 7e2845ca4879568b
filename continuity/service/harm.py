"""Harm to the copy of a repository, of the sort that disks do."""

from __future__ import annotations

import os
from pathlib import Path


def size_of(place: Path) -> int:
    """Give the bytes of all files below a folder."""
    walked = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
    return sum(path.lstat().st_size for path in walked)


def largest_file(copy: Path, point: str) -> Path:
    """Find a large file of the newest restore point, or of the data that all points share."""
    folders = (copy / "generations" / point, copy / "data", copy)
    folder = next(place for place in folders if place.is_dir())
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return max(files, key=lambda path: (path.stat().st_size, os.fsencode(path)))


def flip_a_byte(path: Path) -> None:
    """Invert all bits of the byte in the middle of a file."""
    before = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(before.st_size // 2)
        byte = file.read(1)
        file.seek(before.st_size // 2)
        file.write(bytes(one ^ 0xFF for one in byte))
    path.chmod(before.st_mode & 0o7777)
    # As rot does it: the times say nothing.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
