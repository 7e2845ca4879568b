"""Walk and read back what generations hold."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from continuity.domain.failure import TimedOutError
from continuity.domain.manifest import Kind
from continuity.domain.snapshot import Listed
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import OnProgress, Progress, Slice
from continuity.engines.rsync.failures import understood
from continuity.engines.rsync.repository import Generations

_CHUNK = 1 << 20
_NAMED = 100
_KINDS = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.CHARACTER_DEVICE,
    stat.S_IFBLK: Kind.BLOCK_DEVICE,
}


def walk(generation: Path) -> Iterator[Listed]:
    """List a generation in tree order, by exact names and without following links."""
    root = os.fsencode(generation)
    # The last of the list is next, so that a directory is followed by what is in it.
    waiting = _children(root, b"")
    while waiting:
        path = waiting.pop()
        found = os.lstat(root + path)
        kind = _KINDS[stat.S_IFMT(found.st_mode)]
        if kind is Kind.DIRECTORY:
            waiting += _children(root, path)
        yield Listed(
            path=path,
            kind=kind,
            size=found.st_size if kind is Kind.FILE else 0,
            mtime_ns=found.st_mtime_ns,
            mode=stat.S_IMODE(found.st_mode),
            link_target=os.readlink(root + path) if kind is Kind.SYMLINK else None,
        )


def _children(root: bytes, path: bytes) -> list[bytes]:
    names = sorted(os.listdir(root + path), reverse=True)
    return [path + b"/" + name for name in names]


def listing(repository: Generations, snapshot: str) -> Iterator[Listed]:
    """List a published generation; one that is removed meanwhile raises UnreachableError."""
    with understood(repository.root):
        yield from walk(repository.generation(snapshot))
        repository.generation(snapshot)


class Reader:
    """Reads stored files back, each inode once, and remembers what could not be read.

    A slice is a share of the inodes, so that generations that share a file read it once and n
    slices together read everything. No checksums are kept here: what is shown is that every byte
    can still be read from the disk. That they are the right bytes is shown by drills, which
    compare them with the sealed manifest.
    """

    def __init__(self, part: Slice, timeout: float, on_progress: OnProgress) -> None:
        self._part = part
        self._until = time.monotonic() + timeout
        self._on_progress = on_progress
        self._seen: set[tuple[int, int]] = set()
        self._files = 0
        self._bytes = 0
        self.problems: list[Message] = []

    def read(self, generation: Path) -> None:
        """Read the files of the slice in one generation."""
        root = os.fsencode(generation)
        for listed in walk(generation):
            if listed.kind is Kind.FILE and self._is_due(root + listed.path):
                self._read_file(root + listed.path)

    def _is_due(self, path: bytes) -> bool:
        if time.monotonic() > self._until:
            raise TimedOutError(
                say(N_("Reading back was stopped because it took too long.")),
                remedy=say(N_("Allow more time, or read smaller slices.")),
            )
        found = os.lstat(path)
        # Inode numbers come in runs; the multiplication (Knuth's) spreads them over the slices.
        spread = (found.st_ino * 0x9E3779B97F4A7C15 & (1 << 64) - 1) >> 32
        if spread % self._part.n != self._part.k - 1:
            return False
        identity = (found.st_dev, found.st_ino)
        if identity in self._seen:
            return False
        if found.st_nlink > 1:
            self._seen.add(identity)
        return True

    def _read_file(self, path: bytes) -> None:
        try:
            expected, read = _read_to_the_end(path)
        except OSError as error:
            self._note(
                say(
                    N_("{path} cannot be read: {reason}."),
                    path=shown(path),
                    reason=error.strerror or "",
                )
            )
            return
        if read != expected:
            self._note(say(N_("{path} is shorter than its size."), path=shown(path)))
        self._files += 1
        self._bytes += read
        self._on_progress(
            Progress(files=self._files, bytes=self._bytes, total_files=None, total_bytes=None)
        )

    def _note(self, problem: Message) -> None:
        if len(self.problems) < _NAMED:
            self.problems.append(problem)


def _read_to_the_end(path: bytes) -> tuple[int, int]:
    """Give the size of a file and how many bytes came, from the disk and not from memory."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        read = 0
        while chunk := os.read(file, _CHUNK):
            read += len(chunk)
        return os.fstat(file).st_size, read
    finally:
        os.close(file)
