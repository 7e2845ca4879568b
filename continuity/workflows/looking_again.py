"""Look at the source once more after the copy, where survey and snapshot may not tell the truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.seal import ABSENT, SIZE_DIFFERS
from continuity.hosts.files import Files
from continuity.hosts.reading import CHANGED

_KEPT_SKIPPED = 100
_BATCH = 10_000


def look_twice(files: Files, entries: Iterable[Entry], hot_since_ns: int) -> Iterator[Entry]:
    """Read files that were written shortly before once more, now that the engine has read them.

    What is written through a memory map (SQLite's -shm file, many databases) can change without
    any change of size or time: survey and snapshot then hold different bytes, and nobody is to
    blame. A file that reads the same on both sides of the backup was the same during it.
    """
    for batch in _batches(entries):
        hot = [entry for entry in batch if _is_hot(entry, hot_since_ns)]
        again = {entry.path: entry.sha256 for entry in files.read(hot)} if hot else {}
        for entry in batch:
            if again.get(entry.path, entry.sha256) == entry.sha256:
                yield entry
            else:
                yield entry._replace(seal=Seal.UNSTABLE, reason=CHANGED)


def _is_hot(entry: Entry, since_ns: int) -> bool:
    is_sealed_file = entry.seal is Seal.SEALED and entry.kind is Kind.FILE
    return is_sealed_file and (entry.mtime_ns >= since_ns or entry.ctime_ns >= since_ns)


def watch_skipped(files: Files, entries: Iterable[Entry], skipped: list[bytes]) -> Iterator[Entry]:
    """Pass entries on, noting files that the engine did not copy whole although they did not move.

    A file removed or changed meanwhile is no fault of the engine; one that still stands as it was
    surveyed is: it is excluded there and not here, or the tool only pretends to work.
    """
    for batch in _batches(entries):
        suspects = [entry for entry in batch if _is_unkept(entry)]
        if suspects and len(skipped) < _KEPT_SKIPPED:
            skipped += _still_standing(files, suspects)[: _KEPT_SKIPPED - len(skipped)]
        yield from batch


def _is_unkept(entry: Entry) -> bool:
    return entry.kind is Kind.FILE and entry.reason in {ABSENT, SIZE_DIFFERS}


def _still_standing(files: Files, suspects: Sequence[Entry]) -> list[bytes]:
    now = {
        found.path: (found.inode, found.ctime_ns)
        for found in files.look(entry.path for entry in suspects)
    }
    return [
        entry.path for entry in suspects if now.get(entry.path) == (entry.inode, entry.ctime_ns)
    ]


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a stream so that a machine far away is asked seldom, and memory stays small."""
    several = iter(entries)
    while batch := list(islice(several, _BATCH)):
        yield batch
