"""Looking at a restored tree, or at live files, without trusting anything in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path

from continuity.domain.manifest import Entry, Kind, Seal
from continuity.hosts.reading import read_file, reason_from_error
from continuity.hosts.survey import entry_from_reading, entry_from_status, entry_from_visit
from continuity.hosts.walk import Scope, walk


def observe(
    target: Path,
    *,
    wanted: Container[bytes] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Entry]:
    """Give everything below a directory, named as if the directory were ``/``, in tree order.

    No link is followed, no pipe or device opened. Only the content of ``wanted`` paths is read,
    all of it when None. ``on_progress`` is told files and bytes read so far. Raises SourceError
    when the directory itself cannot be read.
    """
    progress = _Progress(on_progress)
    for visit in walk(Scope(roots=(b"/",), top=os.fsencode(target))):
        entry = entry_from_visit(visit)._replace(reason=visit.problem)
        is_file = entry.kind is Kind.FILE and entry.seal is Seal.SURVEYED
        if is_file and (wanted is None or entry.path in wanted):
            entry = entry_from_reading(
                entry, read_file(visit.name, visit.directory, progress.read_part)
            )
            progress.read_file(entry.size)
        yield entry


def observe_live(paths: Iterable[bytes]) -> Iterator[Entry]:
    """Give the present state of absolute paths, without content; what is gone is left out.

    A link at the path's end is not followed.
    """
    for path in paths:
        try:
            status = os.lstat(path)
            target = os.readlink(path) if stat.S_ISLNK(status.st_mode) else None
        except OSError:
            continue
        yield entry_from_status(path, status)._replace(link_target=target)


def read_live(entry: Entry, path: bytes) -> Entry:
    """Add the content of a live file to its entry; UNSTABLE or UNREADABLE when that fails."""
    try:
        directory = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        return entry._replace(seal=Seal.UNREADABLE, reason=reason_from_error(error))
    try:
        reading = read_file(os.path.basename(path), directory, lambda _count: None)
    finally:
        os.close(directory)
    return entry_from_reading(entry, reading)._replace(path=entry.path)


class _Progress:
    """Counts files and bytes, and tells somebody."""

    def __init__(self, tell: Callable[[int, int], None] | None) -> None:
        self._tell = tell
        self._files = 0
        self._done = 0
        self._part = 0

    def read_part(self, count: int) -> None:
        """Note a part of a large file."""
        self._part += count
        self._report()

    def read_file(self, size: int) -> None:
        """Note that a file was read to its end."""
        self._files += 1
        self._done += size
        self._part = 0
        if self._files % 100 == 0:
            self._report()

    def _report(self) -> None:
        if self._tell is not None:
            self._tell(self._files, self._done + self._part)
