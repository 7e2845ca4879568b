"""Which restored files should share their content on disk, and do not."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.manifest import Entry, Kind


class HardLinks:
    """The restored members of every group of hard links; memory grows with these alone."""

    def __init__(self) -> None:
        self._groups: dict[tuple[int, int], list[tuple[bytes, int, tuple[int, int]]]] = {}

    def add(self, wanted: Entry, found: Entry) -> None:
        """Note a restored file; one that had a single name is forgotten at once."""
        if wanted.kind is Kind.FILE and wanted.links > 1:
            group = self._groups.setdefault((wanted.device, wanted.inode), [])
            group.append((wanted.path, wanted.links, (found.device, found.inode)))

    def broken(self) -> Iterator[bytes]:
        """Give the files that are not one with the first of their group.

        A group counts only when every link of it was restored: of a part of it nothing follows.
        """
        for group in self._groups.values():
            _, links, first = group[0]
            if len(group) == links:
                yield from (path for path, _, identity in group if identity != first)
