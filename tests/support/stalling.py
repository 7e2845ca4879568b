"""A line that lets so many bytes through, and then nothing more until somebody mends it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

_PIECE = 4_096


@dataclass(kw_only=True)
class Line:
    """A way to a port of this machine; ``left`` bytes still go up before it stalls."""

    port: int
    to: int
    left: int
    stalled: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def mend(self) -> None:
        """Let everything through from here on."""
        with self._lock:
            self.left = 1 << 40

    def take(self, size: int) -> bool:
        """Tell whether so much still goes up."""
        with self._lock:
            self.left -= size
            if self.left < 0:
                self.stalled.set()
            return self.left >= 0

    def carry(self, caller: socket.socket) -> None:
        """Carry one connection until either end closes it, or the line stalls."""
        with caller, socket.create_connection(("127.0.0.1", self.to)) as server:
            Thread(target=_down, args=(server, caller), daemon=True).start()
            with contextlib.suppress(OSError):  # either end may hang up
                self._up(caller, server)

    def _up(self, caller: socket.socket, server: socket.socket) -> None:
        goes_up = True
        while piece := caller.recv(_PIECE):
            # What has been taken off a line that stalls is lost, and nobody is told.
            goes_up = goes_up and self.take(len(piece))
            if goes_up:
                server.sendall(piece)


def _down(server: socket.socket, caller: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either end may hang up
        while piece := server.recv(_PIECE):
            caller.sendall(piece)


@contextmanager
def stalling_line(to: int, after: int) -> Iterator[Line]:
    """Listen before a server; its clients come this way."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(port=listener.getsockname()[1], to=to, left=after)
        Thread(target=_accept, args=(listener, line), daemon=True).start()
        yield line


def _accept(listener: socket.socket, line: Line) -> None:
    with contextlib.suppress(OSError):  # closed by the test's end
        while True:
            caller, _ = listener.accept()
            Thread(target=line.carry, args=(caller,), daemon=True).start()
