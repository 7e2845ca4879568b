"""What was read of another machine before the connection was lost, so that it need not be again."""

from __future__ import annotations

import contextlib
import heapq
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from continuity.domain.manifest import Entry, Seal, tree_order
from continuity.hosts.reuse import state_of
from continuity.hosts.spool import Spool

_SUFFIX = ".read"
_MOST_FILES = 64


class Notes:
    """Entries of files that were read, in one file for each of several surveys cut short.

    The name of each begins with the nanosecond before which its files had to be left alone to be
    believed: one that was written while it was read may have been written twice in one tick.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    @contextlib.contextmanager
    def taking(self, settled_before_ns: int, block: int) -> Iterator[Spool[Entry]]:
        """Keep entries in tree order; what has been kept stays, however this ends."""
        name = f"{settled_before_ns}-{secrets.token_hex(8)}{_SUFFIX}"
        with (self._place / name).open("w+b") as file:
            spool = Spool[Entry](file, Entry, block=block)
            try:
                yield spool
            finally:
                spool.flush()

    @contextlib.contextmanager
    def remembered(self) -> Iterator[Recollection]:
        """Open what earlier surveys have read."""
        with contextlib.ExitStack() as files:
            parts = []
            for path in self._paths()[-_MOST_FILES:]:
                file = files.enter_context(path.open("rb"))
                parts.append(_settled(file, int(path.name.partition("-")[0])))
            yield Recollection(heapq.merge(*parts, key=_order))

    def forget(self) -> None:
        """Remove everything."""
        for path in self._paths():
            path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        names = [name for name in os.listdir(self._place) if name.endswith(_SUFFIX)]
        return sorted((self._place / name for name in names), key=lambda path: path.stat().st_mtime)


class Recollection:
    """Asked for one file after the other, in tree order."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self._next = next(entries, None)

    def digest(self, entry: Entry) -> bytes | None:
        """Give the digest of a file that has not moved since it was read."""
        if self._next is None:
            return None
        key = tree_order(entry.path)
        found = None
        while self._next is not None and _order(self._next) <= key:
            if self._next.path == entry.path and state_of(self._next) == state_of(entry):
                found = self._next.sha256
            self._next = next(self._entries, None)
        return found


def _settled(file: BinaryIO, before_ns: int) -> Iterable[Entry]:
    for entry in Spool[Entry](file, Entry):
        if entry.seal is Seal.SURVEYED and entry.ctime_ns < before_ns:
            yield entry


def _order(entry: Entry) -> bytes:
    return tree_order(entry.path)
