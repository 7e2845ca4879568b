"""Listing and fingerprinting what is to be backed up, reading as little as is safe.

Only local file systems; every entry is made of one state of its file: the digest counts when
nothing moved between two looks around the read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final

from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.seal import NAME_AMBIGUOUS
from continuity.hosts.reading import CHANGED, VANISHED, Reading, read_file, reason_from_error
from continuity.hosts.reuse import (
    REMEMBERED_LINKS,
    Earlier,
    Memory,
    OnProgress,
    State,
    SurveyTally,
    state_of,
)
from continuity.hosts.walk import Scope, Visit, walk

_KINDS: Final = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
    stat.S_IFCHR: Kind.CHARACTER_DEVICE,
    stat.S_IFBLK: Kind.BLOCK_DEVICE,
}
_FORMAT: Final = 0o170000
_PERMISSIONS: Final = 0o7777
_PROGRESS_ENTRIES: Final = 1000


def survey(
    scope: Scope,
    tally: SurveyTally,
    *,
    earlier: Earlier | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[Entry]:
    """Give every entry of the scope in tree order, in memory that does not grow with their number.

    ``on_progress`` is told files and bytes done, reused ones included. Raises SourceError when a
    root cannot be reached.
    """
    surveyor = _Surveyor(tally, earlier, on_progress or _silent)
    for visit in walk(scope):
        yield surveyor.entry(visit)
        tally.entries += 1
    surveyor.report()


def entry_from_status(path: bytes, status: os.stat_result) -> Entry:
    """Write down what a look at a path tells, without content."""
    mode = status.st_mode
    kind = _KINDS.get(mode & _FORMAT, Kind.FILE)
    return Entry(
        path,
        kind,
        status.st_size if kind is Kind.FILE else 0,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_dev,
        status.st_ino,
        status.st_nlink,
        mode & _PERMISSIONS,
        status.st_uid,
        status.st_gid,
    )


def entry_from_visit(visit: Visit) -> Entry:
    """Write down all of a visited path but a file's content."""
    if visit.status is None:
        return unseen(visit.path, visit.problem)
    entry = entry_from_status(visit.path, visit.status)
    if visit.ambiguous:
        entry = entry._replace(reason=NAME_AMBIGUOUS)
    if visit.problem:
        return entry._replace(seal=Seal.UNREADABLE, reason=visit.problem)
    if entry.kind is Kind.SYMLINK:
        return _with_target(visit, entry)
    return entry


def entry_from_reading(entry: Entry, reading: Reading) -> Entry:
    """Add a file's content to its entry, with the state in which it was read."""
    if reading.status is not None:
        entry = entry_from_status(entry.path, reading.status)._replace(reason=entry.reason)
    if not reading.problem:
        return entry._replace(sha256=reading.sha256)
    moved = reading.problem in (CHANGED, VANISHED)
    seal = Seal.UNSTABLE if moved else Seal.UNREADABLE
    return entry._replace(seal=seal, reason=reading.problem)


class _Surveyor:
    """Joins the walk with the earlier survey and decides for every file whether to read it."""

    def __init__(
        self, tally: SurveyTally, earlier: Earlier | None, on_progress: OnProgress
    ) -> None:
        self._tally = tally
        self._memory = Memory(earlier, tally)
        self._on_progress = on_progress
        self._files = 0
        self._bytes = 0
        self._linked: dict[State, bytes] = {}

    def entry(self, visit: Visit) -> Entry:
        """Give the entry of a visited path."""
        entry = entry_from_visit(visit)
        if entry.kind is not Kind.FILE or entry.seal is not Seal.SURVEYED:
            return entry
        known = self._memory.known(entry)
        if known is not None and known.sha256 is not None and self._memory.trusts(known):
            self._tally.reused_files += 1
            self._count(entry.size)
            return entry._replace(sha256=known.sha256)
        entry = self._read(visit, entry)
        self._count(0)
        return entry if known is None else self._memory.compared(entry, known)

    def report(self) -> None:
        """Tell how far the survey is."""
        self._on_progress(self._files, self._bytes)

    def _read(self, visit: Visit, entry: Entry) -> Entry:
        if entry.links > 1 and (digest := self._linked.get(state_of(entry))):
            self._bytes += entry.size
            return entry._replace(sha256=digest)
        before = self._bytes
        reading = read_file(visit.name, visit.directory, self._on_bytes)
        self._tally.read_files += 1
        self._tally.read_bytes += entry.size
        self._bytes = before + entry.size
        entry = entry_from_reading(entry, reading)
        if entry.links > 1 and entry.sha256 and len(self._linked) < REMEMBERED_LINKS:
            self._linked[state_of(entry)] = entry.sha256
        return entry

    def _count(self, size: int) -> None:
        self._files += 1
        self._bytes += size
        if self._files % _PROGRESS_ENTRIES == 0:
            self.report()

    def _on_bytes(self, count: int) -> None:
        self._bytes += count
        self.report()


def _with_target(visit: Visit, entry: Entry) -> Entry:
    try:
        return entry._replace(link_target=os.readlink(visit.name, dir_fd=visit.directory))
    except OSError as error:
        return entry._replace(seal=Seal.UNSTABLE, reason=reason_from_error(error))


def unseen(path: bytes, problem: str) -> Entry:
    """Write down a name of which nothing else could be learnt."""
    # Its kind is not known; a file is what a reader would expect to find there.
    nothing = Entry(path, Kind.FILE, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return nothing._replace(seal=Seal.UNREADABLE, reason=problem)


def _silent(files: int, size: int) -> None:
    """Tell nobody."""
