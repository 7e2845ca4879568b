"""Taking a long stream in large pieces from a program that writes small ones.

mariadb-dump writes 4 KiB at a time, and each piece costs as much to pass on as a large one does.
So the pipe is made wide, and when little is in it, it is left alone for a moment: the program goes
on writing meanwhile, and what it wrote comes in one piece.
"""

from __future__ import annotations

import fcntl
import struct
import termios
import time

WIDE = 1 << 20
"""What a pipe may hold for everybody, unless the machine's owner said less."""

# Left alone, a pipe is not full before this many bytes a second have come: nobody waits for us.
_FASTEST = 512e6
_ENOUGH = 4


def widen(pipe: int) -> None:
    """Let a pipe hold more, where this account may still have more."""
    try:
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, WIDE)
    except OSError:  # what all pipes of an account may hold together is bounded
        return


def let_fill(pipe: int) -> None:
    """Give a pipe that can be read a moment to fill; one that has ended is not waited for."""
    room = fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
    (held,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    if 0 < held < room // _ENOUGH:
        time.sleep(room / _FASTEST)
