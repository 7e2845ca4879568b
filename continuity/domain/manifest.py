"""What the source was at backup time, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The type of a directory entry."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    FIFO = "fifo"
    SOCKET = "socket"
    CHARACTER_DEVICE = "character-device"
    BLOCK_DEVICE = "block-device"


class Seal(StrEnum):
    """How far an entry can be trusted as the truth about the source.

    SURVEYED: seen, not yet joined with a snapshot. SEALED: the snapshot's own listing agrees.
    UNSEALED: it does not, or could not be asked. UNSTABLE: the file changed while it was read.
    UNREADABLE: it could not be read.
    """

    SURVEYED = "surveyed"
    SEALED = "sealed"
    UNSEALED = "unsealed"
    UNSTABLE = "unstable"
    UNREADABLE = "unreadable"


class Entry(NamedTuple):
    """One path of a source as it was when it was surveyed.

    A named tuple, not a dataclass: a night handles a million of them, and a frozen dataclass of
    this width takes six times as long to make. Make it with keywords.

    ``path`` is absolute. ``size`` is in bytes and 0 for anything but a file. Times are
    nanoseconds since the epoch. ``mode`` holds permission bits only (``stat.S_IMODE``).
    ``sha256`` is the digest of a file's content, None where there is none to state.
    ``links`` is the link count; entries with one ``device`` and ``inode`` are hard links.
    ``reason`` says why an entry is not sealed, as a stable word.
    """

    path: bytes
    kind: Kind
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int
    links: int
    mode: int
    uid: int
    gid: int
    link_target: bytes | None = None
    sha256: bytes | None = None
    seal: Seal = Seal.SURVEYED
    reason: str = ""


def tree_order(path: bytes) -> bytes:
    """Give the sort key under which a directory precedes its content, as in a depth-first walk.

    Names are compared byte by byte within a directory, so ``/a/b`` comes before ``/a.txt``.
    """
    return path.replace(b"/", b"\0")


@dataclass(frozen=True, kw_only=True, slots=True)
class ManifestSummary:
    """Counts over one manifest; sizes in bytes, ``digest`` its content address (SHA-256, hex)."""

    digest: str
    entries: int
    files: int
    bytes: int
    sealed: int
    unsealed: int
    unstable: int
    unreadable: int
