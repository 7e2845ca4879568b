"""Keep a stream as a generation of one file, without rsync: there is nothing to compare with."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.failure import ConfigurationError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import BackupResult, OnProgress, Progress, StreamRequest
from continuity.engines.rsync.copy import discard
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.repository import Point, Repository, id_from_time
from continuity.engines.rsync.retention import PARTIAL

_WRITING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """How much was written, and how many directories lead there."""

    bytes: int
    directories: int


def keep_stream(
    program: Program, repository: Repository, request: StreamRequest, on_progress: OnProgress
) -> BackupResult:
    """Write the stream into a new generation; the caller holds the repository."""
    names = _names(request.path)
    partial = repository.generations / f"{PARTIAL}{secrets.token_hex(16)}"
    partial.mkdir(mode=0o700)
    try:
        moment = datetime.fromtimestamp(partial.stat().st_mtime, UTC)
        kept = _write(partial, names, request.pieces, on_progress)
        program.make_durable(partial, request.timeout)
        point = _point(request, kept, moment)
        repository.publish(partial, point)
    except Exception:  # an interrupted run is not kept waiting: the next one removes what it left
        with contextlib.suppress(OSError):  # the first error is the one that counts
            discard(partial)
        raise
    return BackupResult(
        snapshot=point.snapshot,
        parent=None,
        unchanged_tree=False,
        files=1,
        bytes=kept.bytes,
        added_bytes=kept.bytes,
        complete=True,
        warnings=(),
    )


def _names(path: bytes) -> list[bytes]:
    """Take a path apart. Raises ConfigurationError for one that is not absolute and plain."""
    names = path.split(b"/")[1:]
    if not path.startswith(b"/") or any(name in {b"", b".", b".."} for name in names):
        raise ConfigurationError(
            say(N_("{path} is no absolute path, so no stream can be kept there."), path=shown(path))
        )
    return names


def _write(
    partial: Path, names: list[bytes], pieces: Iterator[bytes], on_progress: OnProgress
) -> _Kept:
    folder = os.fsencode(partial)
    for name in names[:-1]:
        folder = os.path.join(folder, name)
        os.mkdir(folder, 0o755)
    written = 0
    file = os.open(os.path.join(folder, names[-1]), _WRITING, 0o600)
    with os.fdopen(file, "wb", buffering=0) as stream:
        os.fchmod(file, stat.S_IRUSR | stat.S_IWUSR)
        for piece in pieces:
            _write_all(stream.fileno(), piece)
            written += len(piece)
            on_progress(Progress(files=0, bytes=written, total_files=None, total_bytes=None))
        os.fsync(file)
    return _Kept(bytes=written, directories=len(names))


def _write_all(file: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(file, left) :]


def _point(request: StreamRequest, kept: _Kept, moment: datetime) -> Point:
    point_id = id_from_time(moment)
    return Point(
        snapshot=Snapshot(
            id=point_id,
            time=moment,
            host=request.host,
            paths=(request.path,),
            tags=request.tags,
            tree=point_id,
        ),
        parent=None,
        excludes=(),
        one_file_system=False,
        entries=kept.directories + 1,
        files=1,
        bytes=kept.bytes,
        complete=True,
    )
