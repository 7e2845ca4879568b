"""Directories of this machine that hold offline copies: the newest whole one, and some before."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from continuity.domain.failure import ConfigurationError, NoSpaceError, UnreachableError
from continuity.domain.text import N_, Message, say, shown

KEPT = 3
"""So many whole copies stay at a place; the newest is one of them."""

FOLDERS = ("kit", "record")
"""The folders in a bundle; there are none in them."""

LATEST = "LATEST.txt"
NAMES = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_PART = re.compile(rf"\.part-{NAMES.pattern}")


def write_folder(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write a bundle into a new or empty directory. Raises ConfigurationError."""
    new_folder(directory)
    try:
        _write(directory, files)
    except OSError as error:
        raise _not_written(directory, error) from error


def new_folder(directory: Path) -> None:
    """Make a directory, unless it is there and empty. Raises ConfigurationError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise FileExistsError(None, "it is not empty")
    except OSError as error:
        raise _not_written(directory, error) from error


def _not_written(directory: Path, error: OSError) -> ConfigurationError:
    remedy = say(N_("Name a new directory on a file system with room."))
    return ConfigurationError(_trouble(directory, error), remedy=remedy)


def keep_in_folder(place: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Put a bundle at a place: it has its name only when it is whole and on the disk.

    Earlier ones are left alone until then. The place itself must be there: a stick that is not
    plugged in leaves an empty mount point, which nobody must take for it. Raises UnreachableError,
    NoSpaceError.
    """
    part, whole = place / f".part-{name}", place / name
    try:
        os.scandir(place).close()
        _clear(place)
        part.mkdir(mode=0o700)
        try:
            _write(part, files)
            if whole.exists():  # of this second, and of the same content: the newer one counts
                shutil.rmtree(whole)
            part.rename(whole)
        except BaseException:  # also an interrupt; it goes on below
            shutil.rmtree(part, ignore_errors=True)
            raise
        _point_to(place, name)
        _settle(place)
    except OSError as error:
        kind = NoSpaceError if _is_full(error) else UnreachableError
        raise kind(
            _trouble(place, error), remedy=say(N_("See whether it is mounted, and has room."))
        ) from error
    # One that a wrong clock dated seems newer; what came just now stays all the same.
    for old in sorted(one for one in _whole(place) if one != name)[: 1 - KEPT]:
        shutil.rmtree(place / old, ignore_errors=True)


def _write(directory: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for folder in {(directory / name).parent for name in files}:
        _settle(folder)


def _point_to(place: Path, name: str) -> None:
    fresh = place / f".{LATEST}.new"
    fresh.write_text(f"{name}/index.html\n", "utf-8")
    fresh.replace(place / LATEST)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whole(place: Path) -> list[str]:
    return [one.name for one in place.iterdir() if NAMES.fullmatch(one.name)]


def _clear(place: Path) -> None:
    """Take away what a killed publication left: it never had a name that people look for."""
    for one in place.iterdir():
        if _PART.fullmatch(one.name) and one.is_dir() and not one.is_symlink():
            shutil.rmtree(one, ignore_errors=True)


def _is_full(error: OSError) -> bool:
    return error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def _trouble(path: Path, error: OSError) -> Message:
    return say(
        N_("The offline copy cannot be written to {path}: {why}."),
        path=shown(os.fsencode(path)),
        why=error.strerror or type(error).__name__,
    )
