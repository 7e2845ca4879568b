"""Bytes of a regular file, and never of a pipe, a device or a directory in its place."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class NotRegularError(OSError):
    """There is something by this name, but it is no regular file."""


def read_regular(path: Path, most: int) -> tuple[int, bytes]:
    """Give the mode and at most ``most`` bytes. Raises OSError, NotRegularError."""
    # Without O_NONBLOCK a pipe by this name would wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise NotRegularError
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return mode, opened.read(most)
    finally:
        os.close(descriptor)
