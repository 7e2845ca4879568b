"""Walking directories in tree order, by descriptor, following no link below a root."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from continuity.domain.exclude import Excludes
from continuity.hosts.levels import (
    Level,
    Root,
    close,
    descend,
    enter,
    leave,
    top_level,
    unreachable_root,
)
from continuity.hosts.reading import reason_from_error


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What to walk: absolute ``roots``, which may overlap and may be files.

    ``top`` is the directory that stands for ``/``: another one when a restored tree is read. With
    ``one_file_system`` a mount point is seen and its content is not, as restic does.
    """

    roots: tuple[bytes, ...]
    excludes: Excludes = field(default_factory=Excludes)
    one_file_system: bool = False
    top: bytes = b"/"


class Visit(NamedTuple):
    """One path, with the descriptor of its directory, open until the next visit.

    ``status`` is None when it could not be looked at; ``problem`` says in a stable word why it, or
    the content of a directory, could not. ``ambiguous``: a name beside it has the same lossy form.
    """

    path: bytes
    name: bytes
    directory: int
    status: os.stat_result | None
    problem: str
    ambiguous: bool


def walk(scope: Scope) -> Iterator[Visit]:
    """Visit the roots, all below them and the directories above them, in tree order.

    Memory grows with the names of the directories on one path, not with the tree. Raises
    SourceError when a root is missing or cannot be reached.
    """
    levels = [top_level(scope.top, scope.roots)]
    try:
        while levels:
            name = next(levels[-1].names, None)
            if name is None:
                leave(levels)
                continue
            visit, below = _look(scope, levels, name)
            if visit is not None:
                yield visit
            if below is not None:
                descend(levels, below)
    finally:
        close(levels)


def _look(scope: Scope, levels: list[Level], name: bytes) -> tuple[Visit | None, Level | None]:
    level = levels[-1]
    node = level.node.below.get(name) if level.node else None
    # A directory above another root is in the snapshot whatever the excludes say of it.
    passed = node is not None and bool(node.below)
    path = level.prefix + name
    try:
        status = os.stat(name, dir_fd=level.descriptor, follow_symlinks=passed)
    except OSError as error:
        if node is not None:
            raise unreachable_root(path, error) from error
        return _unseen(scope, level, name, error), None
    is_directory = stat.S_ISDIR(status.st_mode)
    if not passed and scope.excludes.leave_out(path, is_directory):
        return None, None
    if passed and not is_directory:
        raise unreachable_root(path, NotADirectoryError(errno.ENOTDIR, "Not a directory"))
    if is_directory:
        return _look_into(scope, levels, name, (status, node))
    if scope.one_file_system and node is None and status.st_dev != level.device:
        return None, None
    return _visit(level, name, status, ""), None


def _look_into(
    scope: Scope, levels: list[Level], name: bytes, seen: tuple[os.stat_result, Root | None]
) -> tuple[Visit, Level | None]:
    level = levels[-1]
    status, node = seen
    is_root = node is not None and node.is_root
    device = status.st_dev if is_root else level.device
    surveyed = is_root or level.surveyed
    if scope.one_file_system and node is None and status.st_dev != device:
        return _visit(level, name, status, ""), None
    try:
        below = enter(levels, name, node, (surveyed, device))
    except OSError as error:
        if node is not None and node.below:
            raise unreachable_root(level.prefix + name, error) from error
        return _visit(level, name, status, reason_from_error(error)), None
    return _visit(level, name, status, ""), below


def _visit(level: Level, name: bytes, status: os.stat_result | None, problem: str) -> Visit:
    return Visit(
        level.prefix + name, name, level.descriptor, status, problem, name in level.ambiguous
    )


def _unseen(scope: Scope, level: Level, name: bytes, error: OSError) -> Visit | None:
    """Report a name that was listed and cannot be looked at; one that is gone is no entry."""
    if isinstance(error, FileNotFoundError):
        return None
    if scope.excludes.leave_out(level.prefix + name, False):
        return None
    return _visit(level, name, None, reason_from_error(error))
