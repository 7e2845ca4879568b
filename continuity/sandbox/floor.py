"""Stop what runs in a cell before it takes the room that others need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType

from continuity.domain.failure import NoSpaceError
from continuity.domain.text import N_, say

# A disk that takes 1 GiB a second loses a quarter of one before anybody looks again.
_GLANCE = 0.25


class Floor:
    """Watches how much is free where a cell writes, and stops its commands when it is too little.

    A quota would be better, but needs rights and file systems that not everybody has.
    """

    def __init__(self, place: Path, reserve_bytes: int) -> None:
        self._place = place
        self._reserve = reserve_bytes
        self._lock = Lock()
        self._running: list[Event] = []
        self._broken = Event()
        self._over = Event()
        self._watching = Thread(target=self._watch, name="floor", daemon=True)

    def __enter__(self) -> Floor:
        self._watching.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._watching.join()
        self._stop_all()

    @contextmanager
    def kept(self, stop: Event) -> Iterator[None]:
        """Set ``stop`` when the room is used up. Raises NoSpaceError at the end when it was."""
        with self._lock:
            self._running.append(stop)
        if self._broken.is_set() or self._over.is_set():
            stop.set()
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(stop)
        if self._broken.is_set():
            raise NoSpaceError(
                say(
                    N_("What runs in the sandbox used up its room: {reserve} MiB must stay free."),
                    reserve=self._reserve >> 20,
                ),
                remedy=say(N_("Free some space, or name another place for the sandbox.")),
            )

    def _watch(self) -> None:
        while not self._over.wait(_GLANCE):
            found = os.statvfs(self._place)
            if found.f_bavail * found.f_frsize < self._reserve:
                self._broken.set()
                self._stop_all()

    def _stop_all(self) -> None:
        with self._lock:
            for stop in self._running:
                stop.set()
