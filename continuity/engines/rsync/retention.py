"""Remove generations, and what killed runs left half done."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from continuity.domain.failure import ConfigurationError, ResidueError, TimedOutError
from continuity.domain.text import N_, say, shown
from continuity.engines.rsync.repository import Repository
from continuity.hosts.removal import open_directory, remove_tree

PARTIAL = ".partial-"
_GONE = ".gone-"


def forget(repository: Repository, snapshots: tuple[str, ...], timeout: float) -> None:
    """Remove exactly these generations; the caller holds the repository.

    Raises ConfigurationError rather than remove the last one, UnreachableError for one that is not
    there, with nothing removed; ResidueError when files could not be deleted.
    """
    until = time.monotonic() + timeout
    for snapshot in snapshots:
        repository.generation(snapshot)
    kept = sorted(repository.published() - set(snapshots))
    if not snapshots:
        return
    if not kept:
        raise ConfigurationError(
            say(N_("The last generation is never removed.")),
            remedy=say(N_("Make a new copy first, or keep more generations.")),
        )
    if repository.latest_id() in snapshots:
        repository.point_latest_at(kept[-1])
    for snapshot in dict.fromkeys(snapshots):
        if time.monotonic() > until:
            raise TimedOutError(
                say(N_("Removing generations was stopped because it took too long.")),
                remedy=say(N_("Allow more time; what was begun is finished by the next run.")),
            )
        repository.withdraw(snapshot)
        _remove_withdrawn(repository, snapshot)


def sweep(repository: Repository) -> None:
    """Finish or undo what a killed run began; the caller holds the repository, so it is dead.

    A program that it started may outlive it for a moment: what it still writes to is left to the
    next sweep.
    """
    for snapshot in repository.withdrawn():
        with contextlib.suppress(ResidueError):  # what is held is left to the next sweep
            _remove_withdrawn(repository, snapshot)
    for name in os.listdir(repository.generations):
        if name.startswith((PARTIAL, _GONE)) and not _is_in_use(name):
            with contextlib.suppress(OSError, ResidueError):  # as above
                _remove(repository.generations, name)
    for name in os.listdir(repository.root):
        if name.startswith(".latest-"):
            (repository.root / name).unlink(missing_ok=True)
    published = repository.published()
    if published and repository.latest_id() != max(published):
        repository.point_latest_at(max(published))


def _remove_withdrawn(repository: Repository, snapshot: str) -> None:
    """Rename first: a name that people may know never leads to half a tree."""
    gone = f"{_GONE}{secrets.token_hex(16)}"
    with contextlib.suppress(FileNotFoundError):  # a sweep that was killed removed it
        (repository.generations / snapshot).rename(repository.generations / gone)
        _remove(repository.generations, gone)
    repository.forget_withdrawn(snapshot)


def _remove(folder: Path, name: str) -> None:
    within = open_directory(folder)
    try:
        removal = remove_tree(within, name)
    finally:
        os.close(within)
    if removal.left:
        raise ResidueError(
            say(
                N_("{count} entries of a removed generation could not be deleted, such as {path}."),
                count=removal.left,
                path=shown(next(iter(removal.residue), b"")),
            ),
            remedy=say(
                N_("Look for immutable files or mounts below {path}."),
                path=shown(os.fsencode(folder / name)),
            ),
        )


def _is_in_use(name: str) -> bool:
    """Find a program that was started with this unguessable name in its arguments."""
    return any(os.fsencode(name) in arguments for arguments in _running())


def _running() -> Iterator[bytes]:
    """Give the command lines of this machine's processes."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):  # ended meanwhile: it holds nothing
                yield (process / "cmdline").read_bytes()
