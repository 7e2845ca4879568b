"""Keeps the few greatest of many, in memory for the few."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

from continuity.domain.manifest import Entry

_Key = TypeVar("_Key", int, tuple[int, int], tuple[float, int])


class Greatest(Generic[_Key]):
    """The entries with the greatest keys among all that were offered; keys are distinct."""

    __slots__ = ("_heap", "_room")

    def __init__(self, room: int) -> None:
        self._room = room
        self._heap: list[tuple[_Key, Entry]] = []

    def offer(self, key: _Key, entry: Entry) -> None:
        """Keep the entry if it is among the greatest so far."""
        if len(self._heap) < self._room:
            heapq.heappush(self._heap, (key, entry))
        elif self._heap and key > self._heap[0][0]:
            heapq.heapreplace(self._heap, (key, entry))

    def ordered(self) -> list[Entry]:
        """List what was kept, the greatest first."""
        return [entry for _, entry in sorted(self._heap, reverse=True)]
