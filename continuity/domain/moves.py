"""How many of the files that vanished are there under another name?"""

from __future__ import annotations

from collections import Counter

_MOST = 1 << 14


class Moves:
    """Counts content that vanished here and appeared there, in memory that does not grow.

    Of many files only those with the smallest digests are kept, of both sides alike, which is a
    sample that no name or order can sway.
    """

    def __init__(self) -> None:
        self._vanished: Counter[bytes] = Counter()
        self._appeared: Counter[bytes] = Counter()
        self._below = b"\xff" * 32

    def vanish(self, digest: bytes | None) -> None:
        """Count a file that is gone; None for content that is not known."""
        self._count(self._vanished, digest)

    def appear(self, digest: bytes | None) -> None:
        """Count a file that is new."""
        self._count(self._appeared, digest)

    def _count(self, side: Counter[bytes], digest: bytes | None) -> None:
        if digest is None or digest > self._below:
            return
        side[digest] += 1
        if len(side) > _MOST:
            self._below = sorted(side)[_MOST // 2]
            for counted in (self._vanished, self._appeared):
                for other in [digest for digest in counted if digest > self._below]:
                    del counted[other]

    def of(self, removed: int) -> int:
        """Tell how many of so many files that vanished only have another name now."""
        kept = self._vanished.total()
        return removed * (self._vanished & self._appeared).total() // kept if kept else 0
