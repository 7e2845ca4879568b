"""One backup: refuse what is no source, copy, and believe only what can be shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from datetime import UTC, datetime

from continuity.domain.failure import ContinuityError, SourceError, ToolError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say, shown
from continuity.engines.engine import BackupRequest, BackupResult, OnProgress, Progress
from continuity.engines.restic.answers import (
    BackupSummary,
    SnapshotLine,
    progress_from_status,
    read_line,
    read_snapshots,
    snapshot_from_line,
    time_from_restic,
    trouble_lines,
)
from continuity.engines.restic.calls import WRITER_GRACE, Call, Caller, Word
from continuity.engines.restic.failures import safe
from continuity.engines.restic.reading import full_id
from continuity.hosts.host import Finished

_MOST_WARNINGS = 100
# 3: a snapshot was made, and something in the source could not be read.
_INCOMPLETE = 3


class Output:
    """Reads a running backup."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self.summary: BackupSummary | None = None
        self.others: list[bytes] = []

    def take(self, line: bytes) -> None:
        """Take one line of its output."""
        progress = progress_from_status(line)
        if progress is not None:
            self._on_progress(progress)
            return
        summary = read_line(line, BackupSummary)
        if summary is not None and summary.message_type == "summary":
            self.summary = summary
        elif len(self.others) < _MOST_WARNINGS:
            self.others.append(line)


def back_up(caller: Caller, request: BackupRequest, on_progress: OnProgress) -> BackupResult:
    """Copy the paths into a new snapshot, with the fewest calls that tell the truth."""
    if caller.on_this_machine:
        _refuse_no_source(request.paths)
    pinned = request.parent
    output, finished = _run(caller, request, pinned, on_progress)
    if pinned is not None and _parent_is_gone(pinned, output, finished):
        pinned = None
        output, finished = _run(caller, request, pinned, on_progress)
    summary = _judge(caller, request, output, finished)
    parent, snapshot = _snapshot(caller, request, pinned, summary)
    on_progress(done(summary))
    lines = (*output.others, *finished.stderr.splitlines())
    complete = finished.code == 0
    return BackupResult(
        snapshot=snapshot,
        parent=parent,
        unchanged_tree=complete and parent is not None and _same(caller, summary, request),
        files=summary.total_files_processed,
        bytes=summary.total_bytes_processed,
        added_bytes=added_bytes(summary),
        complete=complete,
        warnings=tuple(safe(text) for text in trouble_lines(lines)[:_MOST_WARNINGS]),
    )


def _run(
    caller: Caller, request: BackupRequest, parent: str | None, on_progress: OnProgress
) -> tuple[Output, Finished]:
    output = Output(on_progress)
    call = Call(
        words=_words(caller, request, parent),
        timeout=request.timeout,
        grace=WRITER_GRACE,
        # It reports four times a second once it has opened the repository.
        silence=caller.patience,
    )
    return output, caller.run(call, output.take)


def _words(caller: Caller, request: BackupRequest, parent: str | None) -> tuple[Word, ...]:
    words: list[Word] = ["backup", "--json", "--host", request.host]
    for tag in request.tags:
        words += ("--tag", tag)
    for exclude in request.excludes:
        words += ("--exclude", exclude)
    if request.one_file_system:
        words.append("--one-file-system")
    if parent is not None:
        words += ("--parent", parent)
    if parent is not None or not caller.on_this_machine:
        words += _time_words(caller, request)
    return (*words, "--", *request.paths)


def _time_words(caller: Caller, request: BackupRequest) -> tuple[str, ...]:
    """Fix the snapshot's time where restic would not tell which one it took (before 0.17).

    Elsewhere it is always fixed: the clock of that machine is not the one that runs are dated by.
    """
    told = caller.on_this_machine and "full-id" in caller.tool.capabilities
    if request.time is None or told:
        return ()
    return ("--time", request.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))


def _parent_is_gone(parent: str, output: Output, finished: Finished) -> bool:
    """Tell whether restic stopped before it began because it does not know the parent."""
    named = parent[:10].encode() in finished.stderr
    return finished.code == 1 and output.summary is None and named


def _judge(
    caller: Caller, request: BackupRequest, output: Output, finished: Finished
) -> BackupSummary:
    """Give the summary of a backup that took place. Raises for every other one."""
    skipped = _skipped(request.paths, finished.stderr.splitlines())
    if caller.on_this_machine:
        skipped = skipped or [path for path in request.paths if not os.path.lexists(path)]
    if skipped:
        # restic 0.14 to 0.18 exit 0 when one of several sources is missing.
        raise _source_missing(skipped[0])
    if finished.code not in (0, _INCOMPLETE):
        raise caller.refusal(finished)
    if output.summary is None:
        raise no_summary()
    if output.summary.total_files_processed == 0:
        raise _source_empty(request.paths[0])
    return output.summary


def _skipped(paths: Iterable[bytes], lines: Iterable[bytes]) -> list[bytes]:
    said = set(lines)
    return [path for path in paths if path + b" does not exist, skipping" in said]


def _snapshot(
    caller: Caller, request: BackupRequest, pinned: str | None, summary: BackupSummary
) -> tuple[str | None, Snapshot]:
    """Describe the new snapshot, without asking restic again where all is known already.

    A question costs 0.5 s, a third of a backup in which nothing changed. When a parent was asked
    for, restic has taken that one or has stopped.
    """
    identity = full_id(caller, summary.snapshot_id)
    moment = _moment(caller, request, summary)
    if pinned is None or identity is None or moment is None:
        line = ask_snapshot(caller, summary.snapshot_id)
        return line.parent, snapshot_from_line(line)
    known = Snapshot(
        id=identity,
        time=moment,
        host=request.host,
        paths=request.paths,
        tags=request.tags,
        tree="",
    )
    return pinned, known


def _moment(caller: Caller, request: BackupRequest, summary: BackupSummary) -> datetime | None:
    """Give the new snapshot's time where it is known without asking."""
    if request.time is not None and _time_words(caller, request):
        return request.time.astimezone(UTC).replace(microsecond=0)
    return None if summary.backup_start is None else time_from_restic(summary.backup_start)


def ask_snapshot(caller: Caller, begun: str) -> SnapshotLine:
    """Ask restic for the one snapshot whose id begins like this. Raises ToolError."""
    lines = read_snapshots(caller.ask("snapshots", "--json", begun))
    if len(lines) != 1 or not lines[0].id.startswith(begun):
        raise ToolError(
            say(N_("restic reports the snapshot {id} and does not list it."), id=safe(begun)),
            remedy=say(N_("Run the backup again; check the repository if it happens twice.")),
        )
    return lines[0]


def _same(caller: Caller, summary: BackupSummary, request: BackupRequest) -> bool:
    # On another machine nobody here can tell whether a path is a directory.
    return nothing_changed(summary, request.paths if caller.on_this_machine else ())


def nothing_changed(summary: BackupSummary, paths: tuple[bytes, ...]) -> bool:
    """Tell from the counts whether everything below the paths is as in the parent.

    A change below a path changes that directory and all above it, up to the root. So when no
    more directories changed than lie above the shortest path, none of the paths did: their
    parents were touched, as /tmp is all the time. Counts do not cover what is neither a file nor
    a directory, so the rule needs paths that are directories.
    """
    if summary.files_new or summary.files_changed or summary.dirs_new:
        return False
    if not paths or not all(_is_directory(path) for path in paths):
        return summary.dirs_changed == 0
    return summary.dirs_changed < min(len(path.rstrip(b"/").split(b"/")) - 1 for path in paths)


def _is_directory(path: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def added_bytes(summary: BackupSummary) -> int:
    """Give the bytes that came into the repository; before 0.15 only their size unpacked."""
    packed = summary.data_added_packed
    return summary.data_added if packed is None else packed


def done(summary: BackupSummary) -> Progress:
    """Give the progress of a backup that is through."""
    files, size = summary.total_files_processed, summary.total_bytes_processed
    return Progress(files=files, bytes=size, total_files=files, total_bytes=size)


def _refuse_no_source(paths: tuple[bytes, ...]) -> None:
    """Refuse what is missing, and directories with nothing in them, before anything is stored."""
    for path in paths:
        if not os.path.lexists(path):
            raise _source_missing(path)
    if all(_is_empty(path) for path in paths):
        raise _source_empty(paths[0])


def _is_empty(path: bytes) -> bool:
    if not _is_directory(path):
        return False
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is None
    except OSError:  # restic will say what it could not read
        return False


def _source_missing(path: bytes) -> ContinuityError:
    return SourceError(
        say(N_("The source {path} does not exist."), path=shown(path)),
        remedy=say(N_("See whether its disk is mounted, or correct the path in the job.")),
    )


def _source_empty(path: bytes) -> ContinuityError:
    return SourceError(
        say(N_("There is no file to back up in {path}."), path=shown(path)),
        remedy=say(N_("See whether its disk is mounted, or correct the path in the job.")),
    )


def no_summary() -> ContinuityError:
    """Make the error for a restic that ends well and says nothing."""
    return ToolError(
        say(N_("restic ended without saying what it backed up.")),
        remedy=say(N_("Run the doctor command: the program may not be the real restic.")),
    )
