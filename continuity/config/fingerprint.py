"""A cheap answer to one question: did anything that people write change?

Only the standard library is imported, because a command that finds nothing changed ends here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

STATE = "CONTINUITY_STATE"
"""Names another directory than ``store.state``, with the record in a file of it."""

FOLDERS = {"config": (".yaml",), "jobs": (".yaml",), "runbooks": (".md",)}


def fingerprint(root: Path) -> str:
    """Give a text that changes when a file of the workspace appears, goes or is written.

    It looks at names, sizes, times and inodes, never at content; ctime is among them because a
    program can set mtime back, but not ctime. It also changes with the product's version of this
    rule and with the folder's real place, since relative paths start there.
    """
    digest = hashlib.sha256(b"workspace/1\0" + os.fsencode(os.path.realpath(root)))
    for folder, suffixes in FOLDERS.items():
        for line in sorted(_lines(root / folder, suffixes)):
            digest.update(line + b"\0")
    return digest.hexdigest()


def _lines(folder: Path, suffixes: tuple[str, ...]) -> Iterator[bytes]:
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        yield f"{folder.name} {error.errno}".encode()
        return
    for entry in entries:
        if entry.name.endswith(suffixes):
            yield os.fsencode(f"{folder.name}/{entry.name}") + b"\0" + _stamp(entry).encode()


def _stamp(entry: os.DirEntry[str]) -> str:
    try:
        found = entry.stat()
    except OSError as error:
        return f"error {error.errno}"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino} {found.st_mode}"
