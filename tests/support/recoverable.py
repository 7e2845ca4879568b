"""What is really there: the state of a tree, read with nothing but the standard library."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple


class Stuff(NamedTuple):
    """All that matters of one path: type, content or target, permissions, time of change."""

    kind: int
    content: bytes
    mode: int
    mtime_ns: int
    size: int

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()

    def is_file(self) -> bool:
        return stat.S_ISREG(self.kind)


Tree = dict[bytes, Stuff]


def tree_of(top: Path, below: Path | None = None) -> Tree:
    """Read a tree by the absolute paths it has, or would have without the root ``below``."""
    prefix = b"" if below is None else os.fsencode(below)
    found: Tree = {}
    waiting = [os.fsencode(top)]
    while waiting:
        path = waiting.pop()
        if not os.path.lexists(path):
            continue
        found[path.removeprefix(prefix)] = _stuff(path)
        if os.path.isdir(path) and not os.path.islink(path):
            waiting += [path + b"/" + name for name in os.listdir(path)]
    return found


def _stuff(path: bytes) -> Stuff:
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    content = b""
    if stat.S_ISREG(kind):
        content = Path(os.fsdecode(path)).read_bytes()
    elif stat.S_ISLNK(kind):
        content = os.readlink(path)
    return Stuff(
        kind=kind,
        content=content,
        mode=stat.S_IMODE(status.st_mode),
        mtime_ns=status.st_mtime_ns,
        size=status.st_size if stat.S_ISREG(kind) else 0,
    )


def restored_by_restic(repository: Path, password: Path, snapshot: str, into: Path) -> Tree:
    """Let restic alone bring a snapshot back, whatever it complains about, and read the tree."""
    command: list[str | Path] = [
        "restic",
        "-r",
        repository,
        "--password-file",
        password,
        "--no-cache",
        "--no-lock",
    ]
    subprocess.run(
        [*command, "restore", snapshot, "--target", into],
        capture_output=True,
        timeout=60,
        check=False,
    )
    return {path: stuff for path, stuff in tree_of(into, into).items() if path}
