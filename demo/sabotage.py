"""Break things on purpose, always in a copy or in the demonstration's own files."""

from __future__ import annotations

import os
from pathlib import Path


def flip_byte(path: Path) -> None:
    """Invert all bits of the byte in the middle, keeping size and modification time."""
    before = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(before.st_size // 2)
        byte = file.read(1)[0]
        file.seek(before.st_size // 2)
        file.write(bytes([byte ^ 0xFF]))
    path.chmod(before.st_mode & 0o7777)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def largest_pack(repository: Path) -> Path:
    """Find the largest data file of a restic repository."""
    packs = [path for path in (repository / "data").rglob("*") if path.is_file()]
    return max(packs, key=lambda path: path.stat().st_size)


def some_file(folder: Path) -> Path:
    """Find an ordinary file of some size, the same one each time."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return max(files, key=lambda path: (path.stat().st_size, os.fsencode(path)))
