"""Keeps the few greatest of many, in memory for the few."""

from __future__ import annotations

import heapq
from operator import itemgetter
from typing import Generic, TypeVar

_Key = TypeVar("_Key", int, tuple[int, int], tuple[float, int])
_Kept = TypeVar("_Kept")


class Greatest(Generic[_Key, _Kept]):
    """What has the greatest keys among all that was offered; keys are distinct."""

    __slots__ = ("_heap", "_room")

    def __init__(self, room: int) -> None:
        self._room = room
        self._heap: list[tuple[_Key, _Kept]] = []

    def offer(self, key: _Key, one: _Kept) -> None:
        """Keep it if it is among the greatest so far."""
        if len(self._heap) < self._room:
            heapq.heappush(self._heap, (key, one))
        elif self._heap and key > self._heap[0][0]:
            heapq.heapreplace(self._heap, (key, one))

    def ordered(self) -> list[_Kept]:
        """List what was kept, the greatest first."""
        return [one for _, one in sorted(self._heap, key=itemgetter(0), reverse=True)]
