"""Read every member of archives: ``archives MOST_BYTES PATH…``.

What an archive is, its first bytes say, not its name. No more than MOST_BYTES are unpacked in all,
and nothing is kept of them: a bomb costs time and no room.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Protocol

from .files import files

_CHUNK = 1 << 18
_NAMED = 10
_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
)
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_HEAD = 512
_TAR_AT = 257
_TAR = b"ustar"
# POSIX ends a tar with two blocks of zeros; without them it was cut, at whatever place.
_TAR_END = bytes(1024)


class Source(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes, none at the end."""

    def close(self) -> None:
        """Give up what reading took."""


Opener = Callable[[str], Source]

_STREAMS: tuple[tuple[bytes, Opener], ...] = (
    (b"\x1f\x8b", gzip.GzipFile),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
)


class TooMuchError(Exception):
    """More came out of the archives than may."""


class Tally:
    """Counts what was read, and stops at the limit."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.archives = 0
        self.members = 0
        self.broken: list[str] = []
        self.foreign: list[str] = []

    def count(self, size: int) -> None:
        """Count bytes. Raises TooMuchError."""
        self.left -= size
        if self.left < 0:
            raise TooMuchError

    def read_all(self, source: Source) -> None:
        """Read to the end. Raises TooMuchError."""
        self.members += 1
        while chunk := source.read(_CHUNK):
            self.count(len(chunk))


class Counted(io.BufferedIOBase):
    """A source whose bytes are counted, and whose last ones are remembered."""

    def __init__(self, source: Source, tally: Tally) -> None:
        super().__init__()
        self._source = source
        self._tally = tally
        self.tail = b""

    def read(self, size: int | None = -1, /) -> bytes:
        """Give the next bytes, none at the end."""
        chunk = self._source.read(-1 if size is None else size)
        self._tally.count(len(chunk))
        self.tail = (self.tail + chunk)[-len(_TAR_END) :]
        return chunk


def tell(words: list[str]) -> dict[str, object]:
    """Read all archives among the files at or below the paths."""
    tally = Tally(int(words[0]))
    return {
        "stopped": _examine(tally, words[1:]),
        "archives": tally.archives,
        "members": tally.members,
        "broken": len(tally.broken),
        "first": tally.broken[:_NAMED],
        "foreign": tally.foreign,
    }


def _examine(tally: Tally, paths: Iterable[str]) -> str:
    """Look at all; gives why not all could be read, or nothing."""
    try:
        for path, named in files(paths):
            _look(path, named, tally)
    except TooMuchError:
        return "size"
    except MemoryError:
        return "memory"
    except RuntimeError:
        return "password"
    return ""


def _look(path: str, named: bool, tally: Tally) -> None:
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
        if head.startswith(_ZSTANDARD):
            tally.foreign.append(path)
        elif (way := _way(head)) is not None:
            tally.archives += 1
            way(path, tally)
        elif named:
            tally.broken.append(f"{path}: no archive")
    except NotImplementedError as error:
        tally.broken.append(f"{path}: {error}")
    except _BROKEN as error:
        tally.broken.append(f"{path}: {error}")


def _way(head: bytes) -> Callable[[str, Tally], None] | None:
    if head.startswith(_ZIPS):
        return _read_zip
    if _is_tar(head):
        return lambda path, tally: _read_stream(io.FileIO, path, tally)
    for magic, opener in _STREAMS:
        if head.startswith(magic):
            return lambda path, tally: _read_stream(opener, path, tally)
    return None


def _is_tar(head: bytes) -> bool:
    return head[_TAR_AT:].startswith(_TAR)


def _read_zip(path: str, tally: Tally) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as content:
                tally.read_all(content)


def _read_stream(opener: Opener, path: str, tally: Tally) -> None:
    """Read a packed file; when a tar is in it, its members."""
    with closing(opener(path)) as stream:
        is_tar = _is_tar(stream.read(_HEAD))
    with closing(opener(path)) as stream:
        if is_tar:
            _read_tar(Counted(stream, tally), tally)
        else:
            tally.read_all(stream)


def _read_tar(source: Counted, tally: Tally) -> None:
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for _ in archive:
            tally.members += 1
    while source.read(_CHUNK):
        pass
    if source.tail != _TAR_END:
        raise EOFError("it is cut short")
