"""The files of a workspace as they were without problems, for the time somebody breaks one."""

from __future__ import annotations

import shutil
from pathlib import Path

from continuity.config.fingerprint import FOLDERS
from continuity.domain.failure import StoreError
from continuity.domain.text import N_, say

_NAME = "kept-files"
_REMEDY = N_("Make room where the state is kept, and see that this user may write there.")


def kept_files(state: Path) -> Path | None:
    """Give the folder that holds them; None when none were kept yet."""
    place = state / _NAME
    return place if place.is_dir() else None


def keep_files(root: Path, state: Path) -> Path:
    """Copy the files that people wrote, all of them or none. Raises StoreError."""
    place, fresh = state / _NAME, state / f"{_NAME}.new"
    try:
        _copy(root, fresh)
        shutil.rmtree(place, ignore_errors=True)
        return fresh.rename(place)
    except OSError as error:
        why = error.strerror or type(error).__name__
        what = say(N_("The files of the workspace could not be copied aside: {why}."), why=why)
        raise StoreError(what, remedy=say(_REMEDY)) from error


def _copy(root: Path, fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for folder, suffixes in FOLDERS.items():
        (fresh / folder).mkdir()
        for path in sorted((root / folder).glob("*")):
            if path.suffix in suffixes and path.is_file():
                shutil.copyfile(path, fresh / folder / path.name)
