"""Write a tar archive piece by piece, so that no second copy of a large record is needed."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20
_BLOCK = tarfile.BLOCKSIZE


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file of the archive; ``content`` is a file where it is too large to be held."""

    name: str
    content: bytes | Path
    secret: bool = False


def archive_from_members(members: Iterable[Member], seconds: int) -> Iterator[bytes]:
    """Give the archive; every file in it is for its owner alone. Raises OSError."""
    for member in members:
        content = member.content
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        info = tarfile.TarInfo(member.name)
        info.size, info.mtime, info.mode = size, seconds, 0o600
        yield info.tobuf(tarfile.PAX_FORMAT)
        yield from _content(content)
        yield b"\0" * (-size % _BLOCK)
    yield b"\0" * tarfile.RECORDSIZE


def _content(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield piece
