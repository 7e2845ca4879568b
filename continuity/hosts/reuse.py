"""What an earlier survey knows of files that have not moved since, and when that is believed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.seal import CHANGED_SILENTLY

OnProgress = Callable[[int, int], None]
"""Told how many files and bytes are done."""

State = tuple[int, int, int, int, int]
"""Device, inode, size, modification and change time: while they stay, so does the content."""

REMEMBERED_LINKS: Final = 100_000
"""How many files with several names a survey keeps in mind, to read each of them once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SilentChange:
    """A file whose bytes changed while its whole stat stayed: rot, or somebody's hand.

    ``known`` is the digest of the earlier survey, ``found`` the one read now.
    """

    path: bytes
    known: bytes
    found: bytes


@dataclass(kw_only=True, slots=True)
class SurveyTally:
    """What a survey did, filled while it goes on; sizes in bytes."""

    entries: int = 0
    read_files: int = 0
    read_bytes: int = 0
    reused_files: int = 0
    silent_changes: list[SilentChange] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The manifest of an earlier survey, to reuse digests from.

    ``entries`` come in tree order. An entry changed at ``settled_before_ns`` or later is read
    again: a second change could have shared the tick of the clock that the first was stamped with.
    Give the instant at which the earlier survey began, less a second or two. ``rehash`` names the
    k-th of n shares of the paths, k from 1, that is read again although nothing seems to have
    changed.
    """

    entries: Iterator[Entry]
    settled_before_ns: int | None = None
    rehash: tuple[int, int] | None = None


def state_of(entry: Entry) -> State:
    """Give what tells one state of a file from any other."""
    return entry.device, entry.inode, entry.size, entry.mtime_ns, entry.ctime_ns


class Memory:
    """The earlier survey, asked for one file after the other in tree order."""

    def __init__(self, earlier: Earlier | None, tally: SurveyTally) -> None:
        self._tally = tally
        self._entries = iter(()) if earlier is None else earlier.entries
        self._settled = earlier.settled_before_ns if earlier else None
        self._share = earlier.rehash if earlier else None
        self._next = next(self._entries, None)

    def known(self, entry: Entry) -> Entry | None:
        """Find the earlier entry of a path, when its whole state is still the same."""
        path = entry.path
        known = self._next
        if known is None:
            return None
        if known.path != path:
            key = tree_order(path)
            while known is not None and tree_order(known.path) < key:
                known = next(self._entries, None)
            self._next = known
            if known is None or known.path != path:
                return None
        same = (
            known.inode == entry.inode
            and known.ctime_ns == entry.ctime_ns
            and known.mtime_ns == entry.mtime_ns
            and known.size == entry.size
            and known.device == entry.device
            and known.kind is Kind.FILE
        )
        return known if same else None

    def trusts(self, known: Entry) -> bool:
        """Tell whether an earlier digest may stand for the content of today."""
        if known.seal is not Seal.SEALED and known.seal is not Seal.SURVEYED:
            return False
        if self._settled is not None and known.ctime_ns >= self._settled:
            return False
        if self._share is None:
            return True
        k, n = self._share
        return zlib.crc32(known.path) % n != k - 1

    def compared(self, entry: Entry, known: Entry) -> Entry:
        """Say when a file reads differently although nothing in its state moved.

        The digest of the earlier survey is kept: it is the last one known to be good, and the one
        the snapshots hold, since the engine sees no change either. So the file stays suspect until
        somebody writes it anew.
        """
        found, good = entry.sha256, known.sha256
        if found is None or good is None or found == good or known.ctime_ns != entry.ctime_ns:
            return entry
        if self._settled is not None and known.ctime_ns >= self._settled:
            return entry
        self._tally.silent_changes.append(SilentChange(path=entry.path, known=good, found=found))
        return entry._replace(sha256=good, seal=Seal.UNSEALED, reason=CHANGED_SILENTLY)
