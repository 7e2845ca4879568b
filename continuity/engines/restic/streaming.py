"""Keep a stream as one file: what is not whole leaves no snapshot."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC

from continuity.domain.failure import ContinuityError, ToolError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say
from continuity.engines.engine import BackupResult, OnProgress, Progress, StreamRequest
from continuity.engines.restic.answers import (
    BackupSummary,
    snapshot_from_line,
    trouble_lines,
)
from continuity.engines.restic.backing import (
    Output,
    added_bytes,
    ask_snapshot,
    done,
    no_summary,
)
from continuity.engines.restic.calls import Call, Caller, Word
from continuity.engines.restic.caring import forget, unlock_dead
from continuity.engines.restic.failures import safe
from continuity.engines.restic.reading import full_id
from continuity.hosts.host import Finished

# From 0.17 on, a restic that waits for its input does not stop when it is asked to, however long
# it is waited for (0.18.0, 0.19.1: more than 12 s); 0.14 is gone within 10 ms. So it is killed
# soon, with its input still open, and leaves a lock.
_GRACE = 2.0


class _Fed:
    """Counts what restic was given, and notes whether that was everything."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.bytes = 0
        self.whole = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.bytes += len(piece)
            yield piece
        self.whole = True


def keep_stream(caller: Caller, request: StreamRequest, on_progress: OnProgress) -> BackupResult:
    """Pump the stream into a new snapshot, and believe in it only when all of it arrived."""
    fed = _Fed(request.pieces)
    output = Output(lambda _: on_progress(_progress(fed)))
    call = Call(
        words=_words(request),
        timeout=request.timeout,
        grace=_GRACE,
        silence=caller.patience,
        stdin=iter(fed),
    )
    try:
        finished = caller.run(call, output.take)
    except Exception:  # whatever it was; it goes on below
        with contextlib.suppress(ContinuityError):  # the first error is the one that counts
            unlock_dead(caller)
        raise
    summary = _judge(caller, request, fed, output, finished)
    snapshot = _snapshot(caller, request, summary)
    on_progress(done(summary))
    lines = (*output.others, *finished.stderr.splitlines())
    return BackupResult(
        snapshot=snapshot,
        parent=None,
        unchanged_tree=False,
        files=summary.total_files_processed,
        bytes=summary.total_bytes_processed,
        added_bytes=added_bytes(summary),
        complete=True,
        warnings=tuple(safe(text) for text in trouble_lines(lines)),
    )


def _words(request: StreamRequest) -> tuple[Word, ...]:
    words: list[Word] = ["backup", "--json", "--host", request.host]
    for tag in request.tags:
        words += ("--tag", tag)
    if request.time is not None:
        words += ("--time", request.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))
    return (*words, "--stdin", "--stdin-filename", request.path)


def _judge(
    caller: Caller, request: StreamRequest, fed: _Fed, output: Output, finished: Finished
) -> BackupSummary:
    """Give the summary of a stream that was kept whole. Raises for every other one."""
    summary = output.summary
    if finished.code != 0:
        _take_back(caller, request, summary)
        raise caller.refusal(finished)
    if summary is None:
        raise no_summary()
    if not fed.whole or summary.total_bytes_processed != fed.bytes:
        _take_back(caller, request, summary)
        raise ToolError(
            say(
                N_("restic kept {kept} bytes of a stream of which it was given {given}."),
                kept=summary.total_bytes_processed,
                given=fed.bytes,
            ),
            remedy=say(N_("Run the doctor command: the program may not be the real restic.")),
        )
    return summary


def _snapshot(caller: Caller, request: StreamRequest, summary: BackupSummary) -> Snapshot:
    """Describe the new snapshot; restic is asked only for what was not fixed before it began.

    A question costs 0.5 s, and who seals the stream lists the snapshot by this id in any case.
    """
    identity = full_id(caller, summary.snapshot_id)
    if identity is None or request.time is None:
        return snapshot_from_line(ask_snapshot(caller, summary.snapshot_id))
    return Snapshot(
        id=identity,
        time=request.time.astimezone(UTC).replace(microsecond=0),
        host=request.host,
        paths=(request.path,),
        tags=request.tags,
        tree="",
    )


def _take_back(caller: Caller, request: StreamRequest, summary: BackupSummary | None) -> None:
    """Remove the snapshot of what is not the stream; nobody will be told of it in any case."""
    if summary is None:
        return
    with contextlib.suppress(ContinuityError):  # what stays is in no record, so never believed
        found = snapshot_from_line(ask_snapshot(caller, summary.snapshot_id))
        if found.paths == (request.path,):
            forget(caller, (found.id,), prune=False, timeout=caller.patience)


def _progress(fed: _Fed) -> Progress:
    return Progress(files=0, bytes=fed.bytes, total_files=None, total_bytes=None)
