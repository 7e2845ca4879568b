"""An input that ends when we say so, and not because we died.

A pipe ends when its last writer is gone, so a program that is fed a stream takes the death of its
feeder for the end of the stream: restic then keeps half a dump as a whole one (seen with 0.14,
0.18 and 0.19 after SIGKILL). A pair of sockets ends by a word of its own, ``shutdown``; the program
is given our end as well, and holds it open when we are gone. It waits for ever then, or is ended by
SIGPIPE as soon as it reports its progress to nobody (restic: within a quarter of a second).
"""

from __future__ import annotations

import contextlib
import socket


class Inlet:
    """Our end of a program's input."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()

    @property
    def closed(self) -> bool:
        """Whether nothing more can be written."""
        return self._ours.fileno() < 0

    def fileno(self) -> int:
        """Give the descriptor to write to, which the program must inherit."""
        return self._ours.fileno()

    def close(self) -> None:
        """Let the program read to the end, and then see one."""
        with contextlib.suppress(OSError):  # it has closed its own end already
            self._ours.shutdown(socket.SHUT_WR)
        self._ours.close()
