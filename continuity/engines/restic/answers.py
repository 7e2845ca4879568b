"""What restic prints, read without trusting it: JSON lines, plain lines and garbage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from continuity.domain.failure import ToolError
from continuity.domain.manifest import Kind
from continuity.domain.snapshot import Listed, Snapshot
from continuity.domain.text import N_, say
from continuity.engines.engine import Progress

_FULL_ID = re.compile("[0-9a-f]{64}")
# 2026-11-21T09:22:59 is what comes before a fraction or a zone.
_TO_SECONDS = 19
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_KINDS = {
    "file": Kind.FILE,
    "dir": Kind.DIRECTORY,
    "symlink": Kind.SYMLINK,
    "fifo": Kind.FIFO,
    "socket": Kind.SOCKET,
    "chardev": Kind.CHARACTER_DEVICE,
    "dev": Kind.BLOCK_DEVICE,
}
# Go's mode bits for setuid, setgid and sticky, and the ones of POSIX.
_MODE_BITS = ((1 << 23, 0o4000), (1 << 22, 0o2000), (1 << 20, 0o1000))


class Gathered:
    """Collects an answer that must be short; more than that is not an answer."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._text = bytearray()

    def take(self, line: bytes) -> None:
        """Take one line. Raises ToolError when it becomes too much."""
        self._text += line
        self._text += b"\n"
        if len(self._text) > self._limit:
            raise ToolError(say(N_("restic printed far more than an answer.")))

    def answer(self) -> bytes:
        """Give all that was taken."""
        return bytes(self._text)


class Status(msgspec.Struct, frozen=True):
    """A progress line; which keys are there depends on command and version."""

    message_type: str = ""
    files_done: int = 0
    files_restored: int = 0
    bytes_done: int = 0
    bytes_restored: int = 0
    total_files: int = 0
    total_bytes: int = 0


class Complaint(msgspec.Struct, frozen=True):
    """What went wrong with one thing."""

    message: str = ""


class Trouble(msgspec.Struct, frozen=True):
    """A line about an error, with the thing it is about where that is known."""

    message_type: str = ""
    message: str = ""
    item: str = ""
    error: Complaint = Complaint()


class BackupSummary(msgspec.Struct, frozen=True):
    """The last line of a backup; without it nothing was backed up."""

    message_type: str
    snapshot_id: str
    files_new: int
    files_changed: int
    dirs_new: int
    dirs_changed: int
    data_added: int
    total_files_processed: int
    total_bytes_processed: int
    data_added_packed: int | None = None
    backup_start: str | None = None


class CheckSummary(msgspec.Struct, frozen=True):
    """The last line of a check since 0.18."""

    message_type: str
    num_errors: int
    broken_packs: list[str] | None = None


class SnapshotLine(msgspec.Struct, frozen=True):
    """A snapshot as restic describes it."""

    id: str
    time: str
    tree: str
    paths: list[str]
    hostname: str = ""
    tags: list[str] | None = None
    parent: str | None = None
    original: str | None = None


class LockLine(msgspec.Struct, frozen=True):
    """A lock as restic describes it."""

    time: str
    hostname: str
    pid: int
    exclusive: bool = False
    username: str = ""


class Node(msgspec.Struct, frozen=True):
    """A line of a listing: a node, or the snapshot's header."""

    struct_type: str = ""
    type: str = ""
    path: str = ""
    id: str = ""
    mtime: str = ""
    size: int = 0
    mode: int = 0


_Shape = TypeVar("_Shape", bound=msgspec.Struct)


def read_line(line: bytes, shape: type[_Shape]) -> _Shape | None:
    """Read a JSON line of this shape; None for plain text and for anything else."""
    if not line.startswith(b"{"):
        return None
    try:
        return msgspec.json.decode(line, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_answer(text: bytes, shape: type[_Shape]) -> _Shape:
    """Read an answer that must have this shape. Raises ToolError."""
    try:
        return msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_understood() from error


def read_snapshots(text: bytes) -> tuple[SnapshotLine, ...]:
    """Read a list of snapshots. Raises ToolError."""
    try:
        return tuple(msgspec.json.decode(text, type=list[SnapshotLine] | None) or ())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise not_understood() from error


def not_understood() -> ToolError:
    """Make the error for an answer that has not the expected form."""
    return ToolError(
        say(N_("restic's answer could not be understood.")),
        remedy=say(N_("Run the doctor command, and try with another version of restic.")),
    )


def progress_from_status(line: bytes) -> Progress | None:
    """Read a progress line; None when it is anything else."""
    status = read_line(line, Status)
    if status is None or status.message_type != "status":
        return None
    return Progress(
        files=status.files_done + status.files_restored,
        bytes=status.bytes_done + status.bytes_restored,
        total_files=status.total_files or None,
        total_bytes=status.total_bytes or None,
    )


def snapshot_from_line(line: SnapshotLine) -> Snapshot:
    """Translate restic's description. Raises ToolError when the id or the time make no sense."""
    if not is_full_id(line.id):
        raise not_understood()
    return Snapshot(
        id=line.id,
        time=time_from_restic(line.time),
        host=line.hostname,
        paths=tuple(path.encode() for path in line.paths),
        tags=tuple(line.tags or ()),
        tree=line.tree,
        original=line.original,
    )


def listed_from_node(node: Node) -> Listed | None:
    """Translate a node; None for kinds that restic stores and nobody else knows."""
    kind = _KINDS.get(node.type)
    if kind is None:
        return None
    return Listed(
        path=node.path.encode(),
        kind=kind,
        size=node.size if kind is Kind.FILE else 0,
        mtime_ns=ns_from_text(node.mtime),
        lossy="\ufffd" in node.path,
        mode=_mode(node.mode),
    )


def is_full_id(text: str) -> bool:
    """Tell whether this is a complete id: 64 hexadecimal digits."""
    return _FULL_ID.fullmatch(text) is not None


def time_from_restic(text: str) -> datetime:
    """Read restic's time, to the microsecond. Raises ToolError."""
    return _EPOCH + timedelta(microseconds=ns_from_text(text) // 1000)


def ns_from_text(text: str) -> int:
    """Read restic's RFC 3339 time to the nanosecond, which datetime cannot hold.

    Raises ToolError.
    """
    end = len(text) - 1 if text.endswith("Z") else len(text) - 6
    try:
        whole = datetime.fromisoformat(text[:_TO_SECONDS] + text[end:])
        fraction = int(text[_TO_SECONDS + 1 : end].ljust(9, "0"))
        return (whole - _EPOCH) // _SECOND * 1_000_000_000 + fraction
    except (TypeError, ValueError) as error:
        raise not_understood() from error


def trouble_lines(lines: Iterable[bytes]) -> tuple[str, ...]:
    """Give what went wrong with single things, in words, from JSON lines and from plain ones."""
    found = (_trouble(line) for line in lines)
    return tuple(text for text in found if text)


def _trouble(line: bytes) -> str:
    trouble = read_line(line, Trouble)
    if trouble is None:
        text = line.decode("utf-8", "replace").strip()
        return text if text.startswith(("ignoring error for ", "error for ")) else ""
    if trouble.message_type != "error":
        return ""
    text = trouble.error.message or trouble.message
    return f"{trouble.item}: {text}" if trouble.item else text


def _mode(mode: int) -> int:
    special = sum(posix for go, posix in _MODE_BITS if mode & go)
    return (mode & 0o777) | special
