"""Read what people wrote and what signs: each file once, whole, and unmoved meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from continuity.domain.failure import ConfigurationError, SourceError
from continuity.domain.text import N_, say, shown
from continuity.sources.own.archive import Member
from continuity.sources.premises import Premises
from continuity.store.keys import PRIVATE, open_keys
from continuity.store.signers import SIGNERS

FOLDERS = ("config", "jobs", "runbooks")
"""What people write; nothing else of the workspace is copied unless the job says so."""

_LARGEST = 16 << 20
_TRIES = 3


def keys_of(state: Path) -> tuple[Member, ...]:
    """Read the keys while nobody replaces one; the first is made where there is none.

    Raises StoreError, AuthenticationError and SourceError.
    """
    directory = state / "keys"
    _require_no_loss(directory)
    keys = open_keys(directory)
    if not any(signer.public == keys.public() for signer in keys.signers()):
        raise _lost(directory)
    with _still(directory):
        return tuple(
            Member(name=f"state/keys/{path.name}", content=_read(path), secret=_signs(path))
            for path in sorted(directory.iterdir())
            if path.is_file()
        )


def _require_no_loss(directory: Path) -> None:
    """Refuse where a key was and is none any more: a new one would hide that."""
    private = directory / PRIVATE
    if (directory / SIGNERS).exists() and not private.exists():
        raise _lost(private)


def _lost(path: Path) -> SourceError:
    return SourceError(
        say(
            N_("The key that signs the record is gone or another one: {path}."),
            path=shown(os.fsencode(path)),
        ),
        remedy=say(N_("Bring it back from an older copy of Continuity itself; those stay.")),
    )


def _signs(path: Path) -> bool:
    return path.name.partition(".key")[1] == ".key" and path.suffix != ".pub"


@contextmanager
def _still(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def written_of(premises: Premises, also: Iterable[str]) -> tuple[Member, ...]:
    """Read what people wrote, and the secrets that belong to it. Raises SourceError."""
    root = premises.workspace
    roots = [*(root / folder for folder in FOLDERS), *(_inside(root, path) for path in also)]
    paths = {path for start in roots for path in _files(start)} - set(premises.secrets)
    told = [Member(name=_name(root, path), content=_read(path)) for path in sorted(paths)]
    for path in premises.secrets:
        told.append(Member(name=_name(root, path), content=_read(path), secret=True))
    return tuple(told)


def _inside(root: Path, text: str) -> Path:
    path = Path(text)
    if not path.is_relative_to(root) or path == root:
        raise ConfigurationError(
            say(N_("{path} is not in the workspace."), path=shown(os.fsencode(text))),
            remedy=say(N_("Protect it by a job of its own, of kind files.")),
        )
    return path


def _files(start: Path) -> Iterator[Path]:
    if start.is_file():
        yield start
        return
    # Without following links to folders, which might lead in circles or anywhere.
    yield from (path for path in start.rglob("*") if path.is_file())


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _read(path: Path) -> bytes:
    try:
        for _ in range(_TRIES):
            before = path.stat()
            content = path.read_bytes()
            after = path.stat()
            if _same(before, after) and len(content) == after.st_size <= _LARGEST:
                return content
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from error
    raise _unreadable(path, "it changes, or is too large")


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_ino, before.st_size, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_ino,
        after.st_size,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def _unreadable(path: Path, cause: str) -> SourceError:
    return SourceError(
        say(
            N_("{path} belongs to Continuity's own copy and cannot be read: {cause}."),
            path=shown(os.fsencode(path)),
            cause=cause,
        ),
        remedy=say(N_("Put it back, or take it out of the settings; older copies stay.")),
    )
