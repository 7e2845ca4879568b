"""Wait until nothing of a cell is left: bubblewrap is gone a moment before what it kills."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

_PATIENCE = 10.0
_PAUSE = 0.005


def await_end(home: Path) -> None:
    """Return when no process has the cell's home mounted, or after ten seconds.

    What is being killed may still be writing, and clearing away must come after it.
    """
    # The last names are random and plain; what stands above may be written in another way there.
    name = os.fsencode(Path(*home.parts[-3:]))
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and any(_inside(name)):
        time.sleep(_PAUSE)


def _inside(home: bytes) -> Iterator[bool]:
    """Tell of each process whether it has the home as a mount of its own, as only a cell's do."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            yield home in _mounts(name)


def _mounts(process: str) -> bytes:
    try:
        with open(f"/proc/{process}/mountinfo", "rb") as mounts:
            return mounts.read()
    except OSError:
        return b""  # it is gone, or another user's
