"""The files of a workspace as they were without problems, for the time somebody breaks one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from continuity.app import KEPT_FILES
from continuity.config.fingerprint import FOLDERS
from continuity.config.loading import load, load_tolerant
from continuity.config.problem import WorkspaceError
from continuity.domain.failure import StoreError
from continuity.domain.text import N_, say
from continuity.workflows.remembering import place_of_memory, recall

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


def environ_to_start(root: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Name the files without problems for a start while those of today have some."""
    try:
        load(root, environ=environ)
    except WorkspaceError:
        kept = next(_kept_before(root, environ), None)
        return environ if kept is None else {**environ, KEPT_FILES: str(kept)}
    return environ


def _kept_before(root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Look for kept files where the state is, which broken settings do not say any more."""
    for state in _states(root, environ):
        kept = kept_files(state)
        if kept is None:
            continue
        try:
            # Whoever moved the state since, or put another workspace there, means other files.
            settings = load_tolerant(root, kept=kept).workspace.settings
        except WorkspaceError:
            continue
        if Path(settings.store.state) == state:
            yield kept


def _states(root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    try:
        yield Path(load_tolerant(root).workspace.settings.store.state)
    except WorkspaceError:
        place = place_of_memory(root, environ)
        memory = None if place is None else recall(place)
        if memory is not None:
            yield memory.database.parent
        yield root.absolute() / "state"
