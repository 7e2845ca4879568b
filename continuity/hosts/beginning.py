"""The beginning of a file, to see what sort of content it has."""

from __future__ import annotations

import os

LOOK = 4096
"""Bytes that are looked at."""


def beginning_of(path: bytes) -> bytes:
    """Read the beginning of a regular file; nothing of a link, or of what cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(descriptor, LOOK)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
