"""The streams of one program of another machine."""

from __future__ import annotations

import select
import signal
from collections.abc import Callable
from threading import Event
from typing import Final, Protocol

_CHUNK: Final = 1 << 18
# The code comes some packets after the end of the output, and nothing wakes who waits for it.
_CODE_GLANCE: Final = 0.02


class Channel(Protocol):
    """What is used of the SSH library's channel; its names are the library's."""

    eof_received: bool
    closed: bool
    exit_status: int
    status_event: Event

    def setblocking(self, blocking: bool, /) -> None:
        """Say whether reading and writing wait."""

    def fileno(self) -> int:
        """Give a descriptor that is readable when something came."""

    def recv_ready(self) -> bool:
        """Tell whether standard output holds something."""

    def recv(self, nbytes: int, /) -> bytes:
        """Read standard output."""

    def recv_stderr_ready(self) -> bool:
        """Tell whether standard error holds something."""

    def recv_stderr(self, nbytes: int, /) -> bytes:
        """Read standard error."""

    def send(self, piece: memoryview, /) -> int:
        """Write to standard input; gives how much was taken."""

    def shutdown_write(self) -> None:
        """End standard input."""

    def close(self) -> None:
        """Let go."""


class Wire:
    """The streams of one program of another machine; only ``wait`` waits.

    ``quietly`` does something that a broken connection may spoil.
    """

    def __init__(self, channel: Channel, quietly: Callable[[Callable[[], object]], None]) -> None:
        self._channel = channel
        self._quietly = quietly
        self._torn = False
        channel.setblocking(False)
        self._readable = select.poll()
        self._readable.register(channel.fileno(), select.POLLIN)

    def wait(self, seconds: float) -> None:
        """Wait at most so long for output, or after its end for the code."""
        if self._channel.eof_received:
            self._channel.status_event.wait(min(seconds, _CODE_GLANCE))
        else:
            self._readable.poll(seconds * 1000)

    def take_output(self) -> bytes:
        """Take what came on standard output; nothing when nothing is there."""
        return self._taken(self._channel.recv) if self._channel.recv_ready() else b""

    def take_errors(self) -> bytes:
        """Take what came on standard error."""
        return self._taken(self._channel.recv_stderr) if self._channel.recv_stderr_ready() else b""

    def send(self, piece: memoryview) -> int:
        """Send what the program's machine has room for; gives how much that was."""
        sent: list[int] = []
        # No room now, or broken: the code or its absence tells which.
        self._quietly(lambda: sent.append(self._channel.send(piece[:_CHUNK])))
        return sum(sent)

    def end_input(self) -> None:
        """Let the program see the end of its input."""
        self._quietly(self._channel.shutdown_write)

    def _taken(self, read: Callable[[int], bytes]) -> bytes:
        """Read, and remember when something was lost: reading asks the other side for more."""
        got: list[bytes] = []
        self._quietly(lambda: got.append(read(_CHUNK)))
        self._torn = self._torn or not got
        return b"".join(got)

    @property
    def is_at_end(self) -> bool:
        """Whether all output was taken and no more comes."""
        if self._torn:
            return True
        channel = self._channel
        ended = channel.eof_received or channel.closed
        return ended and not channel.recv_ready() and not channel.recv_stderr_ready()

    @property
    def code(self) -> int | None:
        """How the program ended, negative by a signal; None as long as the server has not said.

        After output was lost nobody knows any more.
        """
        if self._torn:
            return None
        name = getattr(self._channel, "ended_by", None)
        if name is not None:
            return -int(getattr(signal, f"SIG{name}", signal.SIGKILL))
        status = self._channel.exit_status
        return status if self._channel.status_event.is_set() and status >= 0 else None

    @property
    def is_lost(self) -> bool:
        """Whether the server can say no more how it ended."""
        return self._torn or (self._channel.closed and self.is_at_end and self.code is None)

    def close(self) -> None:
        """Let go; what still runs is left alone."""
        self._quietly(self._channel.close)
