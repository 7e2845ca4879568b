"""What makes a file outlive a loss of power."""

from __future__ import annotations

import os
from pathlib import Path


def settle(directory: Path) -> None:
    """Make a new name in a directory outlive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
