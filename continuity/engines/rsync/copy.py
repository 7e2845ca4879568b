"""Make a generation: a whole tree in which unchanged files are hard links to the one before."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.failure import SourceError, ToolError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import BackupRequest, BackupResult, OnProgress
from continuity.engines.rsync.failures import (
    INCOMPLETE,
    TOO_MANY_DELETIONS,
    SuspectSourceError,
    complaints,
    failure_from,
    require_connection,
)
from continuity.engines.rsync.output import Counts, Reading, ignore_progress
from continuity.engines.rsync.program import Program
from continuity.engines.rsync.reaching import Origin, origin_of
from continuity.engines.rsync.repository import Point, Repository, id_from_time
from continuity.engines.rsync.retention import PARTIAL
from continuity.engines.rsync.source import ancestors_of, check_sources
from continuity.hosts.host import Finished
from continuity.hosts.removal import open_directory, remove_tree


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """One backup on its way. ``parent`` is the generation that unchanged files are linked to."""

    program: Program
    repository: Repository
    request: BackupRequest
    roots: tuple[bytes, ...]
    parent: Point | None
    max_delete: int | None
    partial: Path


def back_up(
    program: Program,
    repository: Repository,
    request: BackupRequest,
    max_delete: int | None,
    on_progress: OnProgress,
) -> BackupResult:
    """Copy the sources into a new generation; the caller holds the repository."""
    roots = check_sources(request, repository.root)
    partial = repository.generations / f"{PARTIAL}{secrets.token_hex(16)}"
    copy = Copy(
        program=program,
        repository=repository,
        request=request,
        roots=roots,
        parent=_parent(repository.points(), request.host, roots),
        max_delete=max_delete,
        partial=partial,
    )
    partial.mkdir(mode=0o700)
    try:
        return _fill_and_publish(copy, on_progress)
    except Exception:  # an interrupted run is not kept waiting: the next one removes what it left
        with contextlib.suppress(OSError):  # the first error is the one that counts
            discard(partial)
        raise


def _fill_and_publish(copy: Copy, on_progress: OnProgress) -> BackupResult:
    # The time is the file system's, taken before anything is read: capture begins here.
    moment = datetime.fromtimestamp(copy.partial.stat().st_mtime, UTC)
    reading = Reading(on_progress, ancestors_of(copy.roots))
    origin = origin_of(copy.roots, copy.request.transport)
    finished = copy.program.stream(
        _arguments(copy, origin), copy.request.timeout, reading.take, origin.stdin
    )
    _require_success(copy, finished)
    counts = _believed_counts(copy, reading)
    _check_losses(copy, counts)
    copy.program.make_durable(copy.partial, copy.request.timeout)
    unchanged = _is_unchanged(copy, reading, counts)
    point = _point(copy, finished, counts, moment, unchanged)
    copy.repository.publish(copy.partial, point)
    return BackupResult(
        snapshot=point.snapshot,
        parent=point.parent,
        unchanged_tree=unchanged,
        files=counts.files,
        bytes=counts.bytes,
        added_bytes=counts.transferred_bytes,
        complete=point.complete,
        warnings=complaints(finished.stderr),
    )


def _require_success(copy: Copy, finished: Finished) -> None:
    if copy.request.transport is not None:
        require_connection(finished, copy.request.transport)
    error = failure_from(finished)
    if error is not None:
        raise error


def _parent(points: tuple[Point, ...], host: str, roots: tuple[bytes, ...]) -> Point | None:
    """Choose the newest generation of the same sources."""
    same = [
        point for point in points if (point.snapshot.host, point.snapshot.paths) == (host, roots)
    ]
    return same[-1] if same else None


def _arguments(copy: Copy, origin: Origin) -> tuple[bytes | str, ...]:
    linked: tuple[bytes | str, ...] = ()
    if copy.parent is not None:
        before = copy.repository.generations / copy.parent.snapshot.id
        linked = (b"--link-dest=" + os.fsencode(before),)
    exact = copy.program.exact_times() if _keeps_nanoseconds(copy.partial) else ()
    chosen = (*exact, *_selection(copy), *linked, *origin.words)
    return (*chosen, "--", *origin.operands, os.fsencode(copy.partial) + b"/")


def _keeps_nanoseconds(directory: Path) -> bool:
    """Try whether a file system stores whole times; on a coarse one nothing looks unchanged."""
    sought = 1_000_000_000_123_456_789
    os.utime(directory, ns=(sought, sought))
    return directory.stat().st_mtime_ns == sought


def _selection(copy: Copy) -> tuple[bytes | str, ...]:
    """What is copied, and from where its paths count.

    Excludes are given as filter rules, so that one that begins with a plus stays an exclude. A
    leading slash anchors a pattern at the root of the file system, because paths are absolute.
    """
    one = ("--one-file-system",) if copy.request.one_file_system else ()
    filters = tuple(b"--filter=- " + os.fsencode(pattern) for pattern in copy.request.excludes)
    return ("--relative", *one, *filters)


def _believed_counts(copy: Copy, reading: Reading) -> Counts:
    """Take rsync's counts only when they are there and the copy is, too."""
    counts = reading.counts()
    if counts is None:
        raise ToolError(
            say(N_("rsync ended well but did not say what it copied.")),
            remedy=say(N_("Look which program is installed as rsync on this host.")),
        )
    for root in copy.roots:
        if not os.path.lexists(os.fsencode(copy.partial) + root):
            raise SourceError(
                say(N_("The source {path} is not in the copy."), path=shown(root)),
                remedy=say(N_("Look whether it vanished meanwhile, or is excluded.")),
            )
    if counts.entries <= counts.directories:
        raise SourceError(
            say(N_("The sources hold no files at all.")),
            remedy=say(N_("Look whether their disks are mounted, and what the excludes leave.")),
        )
    return counts


def _check_losses(copy: Copy, counts: Counts) -> None:
    """Refuse a generation that has lost more entries than people expect.

    Entries that vanished = entries before - (entries now - made new). rsync counts a hard link
    whose group changed as new, so this can be too many, never too few; then it is asked itself.
    """
    if copy.max_delete is None or copy.parent is None:
        return
    lost = copy.parent.entries - (counts.entries - counts.created)
    if lost <= copy.max_delete or not _loses_more_than(copy, copy.max_delete):
        return
    raise SuspectSourceError(
        say(
            N_("More than {limit} entries have vanished from the source since the last copy."),
            limit=copy.max_delete,
        ),
        remedy=say(
            N_("If this is right, raise max_delete for one run. Older generations are untouched.")
        ),
    )


def _loses_more_than(copy: Copy, limit: int) -> bool:
    """Let rsync count, changing nothing, what it would delete from the generation before."""
    if copy.parent is None:
        return False
    before = copy.repository.generations / copy.parent.snapshot.id
    origin = origin_of(copy.roots, copy.request.transport)
    reading = Reading(ignore_progress)
    finished = copy.program.stream(
        (
            "--dry-run",
            "--delete",
            f"--max-delete={limit}",
            "--existing",
            "--ignore-existing",
            *_selection(copy),
            *origin.words,
            "--",
            *origin.operands,
            os.fsencode(before) + b"/",
        ),
        copy.request.timeout,
        reading.take,
        origin.stdin,
    )
    if finished.code == TOO_MANY_DELETIONS:
        return True
    _require_success(copy, finished)
    # After an error of reading rsync deletes nothing, so its silence proves nothing.
    return finished.code in INCOMPLETE


def _is_unchanged(copy: Copy, reading: Reading, counts: Counts) -> bool:
    parent = copy.parent
    return (
        parent is not None
        and parent.complete
        and reading.changed == 0
        and counts.entries == parent.entries
        and parent.excludes == copy.request.excludes
        and parent.one_file_system == copy.request.one_file_system
    )


def _point(
    copy: Copy, finished: Finished, counts: Counts, moment: datetime, unchanged: bool
) -> Point:
    point_id = id_from_time(moment)
    parent = copy.parent
    tree = parent.snapshot.tree if unchanged and parent is not None else point_id
    return Point(
        snapshot=Snapshot(
            id=point_id,
            time=moment,
            host=copy.request.host,
            paths=copy.roots,
            tags=copy.request.tags,
            tree=tree,
        ),
        parent=None if parent is None else parent.snapshot.id,
        excludes=copy.request.excludes,
        one_file_system=copy.request.one_file_system,
        entries=counts.entries,
        files=counts.files,
        bytes=counts.bytes,
        complete=finished.code not in INCOMPLETE,
    )


def discard(partial: Path) -> None:
    """Remove an unfinished generation."""
    parent = open_directory(partial.parent)
    try:
        remove_tree(parent, partial.name)
    finally:
        os.close(parent)
