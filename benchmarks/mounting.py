"""A repository mounted by restic, and files read from there; or why that cannot be done here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.tools import Restic

_PATIENCE = 60.0
_PAUSE = 0.02
_TAIL = 300


class NotPossibleHereError(Exception):
    """Nothing can be mounted on this machine; says why."""


def read_mounted(restic: Restic, paths: Sequence[bytes], place: Path) -> float:
    """Mount, read the files to their ends, and give the seconds; taking it away is not counted.

    Raises NotPossibleHereError.
    """
    began = time.monotonic()
    with _mounted(restic, place) as newest:
        for path in sorted(paths):
            with open(newest + path, "rb") as file:  # noqa: PTH123 - a path of bytes
                hashlib.file_digest(file, "sha256")
        return time.monotonic() - began


@contextmanager
def _mounted(restic: Restic, place: Path) -> Iterator[bytes]:
    _require_fuse()
    place.mkdir(exist_ok=True)
    newest = place / "snapshots" / "latest"
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(
            (restic.program, "mount", place),
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.STDOUT,
            env={**os.environ, **restic.environ},
        )
        try:
            if not _came_up(child, newest):
                told.seek(0)
                raise NotPossibleHereError(told.read().decode(errors="replace").strip()[-_TAIL:])
            yield os.fsencode(newest)
        finally:
            _taken_away(child, place)


def _require_fuse() -> None:
    if shutil.which("fusermount") is None and shutil.which("fusermount3") is None:
        raise NotPossibleHereError("fusermount is not installed")
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        raise NotPossibleHereError(f"/dev/fuse: {error.strerror}") from error


def _came_up(child: subprocess.Popen[bytes], newest: Path) -> bool:
    patient_until = time.monotonic() + _PATIENCE
    while child.poll() is None and time.monotonic() < patient_until:
        if newest.exists():
            return True
        time.sleep(_PAUSE)
    return False


def _taken_away(child: subprocess.Popen[bytes], place: Path) -> None:
    # A mount whose program is gone can be neither read nor removed, so it goes first; a path that
    # was never mounted is refused, and nothing is lost by it.
    program = shutil.which("fusermount") or "fusermount3"
    subprocess.run((program, "-u", "-z", place), check=False, capture_output=True)
    child.terminate()
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
