"""What reading a repository took of its storage: requests and bytes."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from continuity.locations.objects import Objects

_LISTED_AT_ONCE = 1_000
"""How many objects one request lists in a bucket."""


class CountedObjects:
    """The objects of a repository, with a count of what was asked and of what came."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._lock = Lock()
        self.requests = 0
        self.bytes = 0

    @property
    def lanes(self) -> int:
        """How many reads at a time make it faster."""
        return self._objects.lanes

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Give name and size of every object in a folder; counted as a bucket counts it."""
        self._count(0)
        for position, one in enumerate(self._objects.list(folder), 1):
            if position % _LISTED_AT_ONCE == 0:
                self._count(0)
            yield one

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a part of an object."""
        self._count(0)
        part = self._objects.read(name, offset, length)
        self._count(len(part), requests=0)
        return part

    def size(self, name: str) -> int:
        """Tell how many bytes an object has."""
        self._count(0)
        return self._objects.size(name)

    def close(self) -> None:
        """Let go of it."""
        self._objects.close()

    def _count(self, size: int, *, requests: int = 1) -> None:
        with self._lock:
            self.requests += requests
            self.bytes += size
