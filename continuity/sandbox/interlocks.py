"""Where a sandbox may never be."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say, shown

# Nothing of ours belongs in these.
_CLOSED = (
    *(b"/bin", b"/boot", b"/dev", b"/etc", b"/lib", b"/lib32", b"/lib64"),
    *(b"/proc", b"/sbin", b"/sys", b"/usr"),
)
# A directory of its own in these is right, they themselves are not.
_SHARED = (
    *(b"/", b"/dev/shm", b"/home", b"/media", b"/mnt", b"/opt", b"/root", b"/run", b"/srv"),
    *(b"/tmp", b"/var", b"/var/cache", b"/var/lib", b"/var/log", b"/var/tmp"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interlocks:
    """What a restore must never touch: absolute paths that people protect or that we keep."""

    sources: tuple[bytes, ...] = ()
    repositories: tuple[bytes, ...] = ()
    workspace: bytes | None = None


def check_place(place: Path, interlocks: Interlocks) -> Path:
    """Give the true path of a place for sandboxes, which need not exist yet.

    Raises ConfigurationError when it is, holds or lies within something protected, is a link, or
    could be changed by somebody else.
    """
    written = os.path.abspath(os.fsencode(place))
    if os.path.islink(written):
        raise _refusal(N_("{place} cannot hold sandboxes: it is a symbolic link."), written)
    true = os.path.realpath(written)
    for protected, template in _protected(interlocks):
        if _overlap(true, os.path.realpath(protected)) or _same_tree(true, protected):
            raise _refusal(template, true, protected)
    _check_system(true)
    _check_owner(true)
    for parent in _upwards(os.path.dirname(true)):
        _check_parent(true, parent)
    return Path(os.fsdecode(true))


def overlapped(place: bytes, others: Iterable[bytes]) -> bytes | None:
    """Give the first of some paths that a place is, holds or lies within, under whatever name."""
    true = os.path.realpath(place)
    return next(
        (
            other
            for other in others
            if _overlap(true, os.path.realpath(other)) or _same_tree(true, other)
        ),
        None,
    )


def held_within(place: bytes, others: Iterable[bytes]) -> bytes | None:
    """Give the first of some paths that a place is or holds, under whatever name."""
    true = os.path.realpath(place)
    return next(
        (
            other
            for other in others
            if _within(os.path.realpath(other), true) or _is_above(true, other)
        ),
        None,
    )


def in_system(place: bytes) -> bool:
    """Tell whether a place is one of the directories that belong to the system, or lies in one."""
    true = os.path.realpath(place)
    closed = any(_within(true, os.path.realpath(directory)) for directory in _CLOSED)
    return true in _SHARED or (closed and not _within(true, b"/dev/shm"))


def _protected(interlocks: Interlocks) -> Iterator[tuple[bytes, str]]:
    for source in interlocks.sources:
        yield source, N_("{place} cannot hold sandboxes: it overlaps the source {path}.")
    for repository in interlocks.repositories:
        yield repository, N_("{place} cannot hold sandboxes: it overlaps the repository {path}.")
    if interlocks.workspace is not None:
        workspace = interlocks.workspace
        yield workspace, N_("{place} cannot hold sandboxes: it overlaps the workspace {path}.")


def _check_system(true: bytes) -> None:
    template = N_("{place} cannot hold sandboxes: it overlaps the system directory {path}.")
    for directory in (*_CLOSED, *_SHARED, _home()):
        if _within(directory, true):
            raise _refusal(template, true, directory)
    # Memory is a good place for small restores, and the only one in a closed directory.
    if _within(true, b"/dev/shm"):
        return
    for directory in _CLOSED:
        if _within(true, os.path.realpath(directory)):
            raise _refusal(template, true, directory)


def _check_owner(true: bytes) -> None:
    if not os.path.lexists(true):
        return
    found = os.stat(true, follow_symlinks=False)
    if not stat.S_ISDIR(found.st_mode):
        raise _refusal(N_("{place} cannot hold sandboxes: it is not a directory."), true)
    if found.st_uid != os.geteuid():
        raise _refusal(N_("{place} cannot hold sandboxes: it belongs to another user."), true)
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _refusal(N_("{place} cannot hold sandboxes: other users may write in it."), true)


def _check_parent(true: bytes, parent: bytes) -> None:
    if not os.path.lexists(parent):
        return
    mode = os.stat(parent).st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        template = N_("{place} cannot hold sandboxes: everybody may rename what is in {path}.")
        raise _refusal(template, true, parent)


def _same_tree(true: bytes, protected: bytes) -> bool:
    """Find a protected directory under another name, as bind mounts give it."""
    return _is_above(protected, true) or _is_above(true, protected)


def _is_above(directory: bytes, path: bytes) -> bool:
    identity = _identity(directory)
    if identity is None:
        return False
    return any(_identity(parent) == identity for parent in _upwards(os.path.realpath(path)))


def _identity(path: bytes) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _upwards(path: bytes) -> Iterator[bytes]:
    while True:
        yield path
        if path == os.path.dirname(path):
            return
        path = os.path.dirname(path)


def _overlap(path: bytes, other: bytes) -> bool:
    return _within(path, other) or _within(other, path)


def _within(path: bytes, directory: bytes) -> bool:
    return path == directory or path.startswith(directory.rstrip(b"/") + b"/")


def _home() -> bytes:
    return os.path.realpath(os.path.expanduser(b"~"))


def _refusal(template: str, place: bytes, path: bytes = b"") -> ConfigurationError:
    return ConfigurationError(
        say(template, place=shown(place), path=shown(path)),
        remedy=say(
            N_(
                "Name a directory of its own, outside sources, repositories and the workspace,"
                " such as /var/tmp/continuity."
            )
        ),
    )
