"""Objects read no faster than a limit, so that a test leaves the line to those who work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic, sleep

from continuity.locations.objects import Objects

KIB = 1024


class Paced:
    """Objects of which so many bytes a second are read, whoever reads and however many at once."""

    def __init__(
        self,
        objects: Objects,
        bytes_per_second: int,
        clock: Callable[[], float] = monotonic,
        rest: Callable[[float], None] = sleep,
    ) -> None:
        self._objects = objects
        self._rate = bytes_per_second
        self._clock = clock
        self._rest = rest
        self._lock = Lock()
        self._free_at = clock()

    @property
    def lanes(self) -> int:
        """As many as without a limit: they share it."""
        return self._objects.lanes

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Give name and size of every object in a folder; names are few bytes."""
        return self._objects.list(folder)

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a part of an object, and wait until the next one may be read."""
        content = self._objects.read(name, offset, length)
        with self._lock:
            now = self._clock()
            self._free_at = max(now, self._free_at) + len(content) / self._rate
            wait = self._free_at - now
        self._rest(wait)
        return content

    def size(self, name: str) -> int:
        """Tell how many bytes an object has."""
        return self._objects.size(name)

    def close(self) -> None:
        """Let go of them."""
        self._objects.close()
