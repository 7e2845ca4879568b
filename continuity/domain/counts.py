"""Counting what a manifest holds while it goes by."""

from __future__ import annotations

from continuity.domain.manifest import Entry, Kind, ManifestSummary, Seal


class Counts:
    """Counts over the entries of a manifest, added one by one."""

    def __init__(self) -> None:
        self._seals = dict.fromkeys(Seal, 0)
        self._files = 0
        self._bytes = 0

    def add(self, entry: Entry) -> None:
        """Count one entry."""
        self._seals[entry.seal] += 1
        if entry.kind is Kind.FILE:
            self._files += 1
            self._bytes += entry.size

    def summary(self, digest: str) -> ManifestSummary:
        """Give the counts of a manifest with this content address."""
        return ManifestSummary(
            digest=digest,
            entries=sum(self._seals.values()),
            files=self._files,
            bytes=self._bytes,
            sealed=self._seals[Seal.SEALED],
            unsealed=self._seals[Seal.UNSEALED],
            unstable=self._seals[Seal.UNSTABLE],
            unreadable=self._seals[Seal.UNREADABLE],
        )
