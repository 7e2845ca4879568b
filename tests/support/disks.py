"""Disks that are small, full, or can only be read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.programs import missing


@contextmanager
def small_disk(place: Path, kibibytes: int) -> Iterator[None]:
    """Mount a file system of this size over a directory and what is in it."""
    if os.geteuid() != 0:
        missing("only root can mount a small disk")
    place.mkdir(mode=0o700, exist_ok=True)
    held = place.with_name(place.name + ".held")
    place.rename(held)
    place.mkdir(mode=0o700)
    argv = ["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=0700", "none", str(place)]
    if subprocess.run(argv, capture_output=True, check=False).returncode != 0:
        missing("this root may not mount")
    try:
        subprocess.run(["cp", "-a", f"{held}/.", place], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> None:
    """Leave no room at all."""
    for block in (1 << 16, 1 << 12):
        with (
            (place / f"ballast-{block}").open("wb", buffering=0) as ballast,
            suppress(OSError),  # being refused at last is what this is for
        ):
            while ballast.write(bytes(block)):
                pass


def forbid_writing(place: Path) -> None:
    """Let what is mounted there be read alone from now on."""
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
