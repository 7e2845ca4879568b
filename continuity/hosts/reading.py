"""Reading one file so that its digest belongs to one known state of it, whatever it is."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from typing import Final, NamedTuple

CHANGED: Final = "changed-while-read"
VANISHED: Final = "vanished"

_CHUNK: Final = 1 << 20
# Not to follow a link that took the place of a file, nor to wait for the writer of a pipe.
_SAFELY: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REASONS: Final = {
    errno.EACCES: "permission-denied",
    errno.EPERM: "permission-denied",
    errno.ENOENT: VANISHED,
    errno.ELOOP: CHANGED,
    errno.ENOTDIR: CHANGED,
    errno.ESTALE: VANISHED,
    errno.EIO: "input-output-error",
    errno.ENXIO: CHANGED,
}


class Reading(NamedTuple):
    """A file's digest and the state it belongs to; ``problem`` is empty when both are certain."""

    status: os.stat_result | None
    sha256: bytes | None
    problem: str


def reason_from_error(error: OSError) -> str:
    """Give the stable word for a failure to read."""
    number = error.errno or 0
    return _REASONS.get(number) or f"error-{errno.errorcode.get(number, 'unknown').lower()}"


def read_file(name: bytes, directory: int, on_bytes: Callable[[int], None]) -> Reading:
    """Hash a regular file below an open directory, a second time when it moved meanwhile.

    ``on_bytes`` hears of every mebibyte read of a large file.
    """
    reading = _read_once(name, directory, on_bytes)
    if reading.problem == CHANGED:
        reading = _read_once(name, directory, on_bytes)
    return reading


def open_quietly(name: bytes, directory: int | None, flags: int = 0) -> int:
    """Open for reading without following a link, and without touching the access time if allowed.

    Raises OSError.
    """
    try:
        return os.open(name, _SAFELY | flags | os.O_NOATIME, dir_fd=directory)
    except PermissionError:
        # Only a file's owner may keep the access time; everybody else reads as usual.
        return os.open(name, _SAFELY | flags, dir_fd=directory)


def same_state(one: os.stat_result, other: os.stat_result) -> bool:
    """Tell whether nothing about a file's content can have changed between two looks at it."""
    return (
        one.st_mtime_ns == other.st_mtime_ns
        and one.st_ctime_ns == other.st_ctime_ns
        and one.st_size == other.st_size
        and one.st_ino == other.st_ino
    )


def _read_once(name: bytes, directory: int, on_bytes: Callable[[int], None]) -> Reading:
    try:
        descriptor = open_quietly(name, directory)
    except OSError as error:
        return Reading(None, None, reason_from_error(error))
    try:
        return _read_open(descriptor, on_bytes)
    except OSError as error:
        return Reading(None, None, reason_from_error(error))
    finally:
        os.close(descriptor)


def _read_open(descriptor: int, on_bytes: Callable[[int], None]) -> Reading:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return Reading(None, None, CHANGED)
    if before.st_size < _CHUNK:
        # One byte more than there should be, so that a file that grew is noticed.
        content = os.read(descriptor, before.st_size + 1)
        length, sha256 = len(content), hashlib.sha256(content).digest()
    else:
        length, sha256 = _digest(descriptor, before.st_size, on_bytes)
    after = os.fstat(descriptor)
    if length != before.st_size or not same_state(before, after):
        return Reading(after, None, CHANGED)
    return Reading(after, sha256, "")


def _digest(descriptor: int, size: int, on_bytes: Callable[[int], None]) -> tuple[int, bytes]:
    """Hash a large file, never further than one chunk beyond the size it had."""
    buffer = memoryview(bytearray(_CHUNK))
    digest = hashlib.sha256()
    length = 0
    while length <= size and (got := os.readv(descriptor, [buffer])):
        digest.update(buffer[:got])
        length += got
        on_bytes(got)
    return length, digest.digest()
