"""The directories that are open while a tree is walked."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from continuity.domain.failure import SourceError
from continuity.domain.lossy import ambiguous_names
from continuity.domain.text import N_, say, shown
from continuity.hosts.reading import open_quietly, reason_from_error

# Descriptors held for a deep tree; the limit of a process is often 1,024.
_HELD: Final = 128
_CLOSED: Final = -1


@dataclass(slots=True)
class Root:
    """A node of the tree of roots; the nodes above a root are passed, not surveyed."""

    is_root: bool = False
    below: dict[bytes, Root] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Level:
    """A directory that is being walked; ``names`` are those still to come.

    ``surveyed`` says that its content belongs to a root; ``device`` is that root's.
    """

    prefix: bytes
    descriptor: int
    identity: tuple[int, int]
    names: Iterator[bytes]
    node: Root | None
    surveyed: bool
    device: int
    ambiguous: frozenset[bytes]


def root_tree(roots: Sequence[bytes]) -> Root:
    """Join absolute roots at the directories they share."""
    top = Root()
    for root in roots:
        node = top
        for name in posixpath.normpath(root).split(b"/"):
            if name:
                node = node.below.setdefault(name, Root())
        node.is_root = True
    return top


def unreachable_root(path: bytes, error: OSError) -> SourceError:
    """Phrase that a root, or a directory on the way to it, is not there for us."""
    return SourceError(
        say(
            N_("The source {path} cannot be reached: {reason}."),
            path=shown(path),
            reason=error.strerror or reason_from_error(error),
        ),
        remedy=say(N_("Check that it exists, is mounted, and may be read by this user.")),
    )


def top_level(top: bytes, roots: Sequence[bytes]) -> Level:
    """Open the directory that stands for ``/``. Raises SourceError."""
    node = root_tree(roots)
    try:
        descriptor = _open(top, None, surveyed=node.is_root, passed=not node.is_root)
        device = os.fstat(descriptor).st_dev
        names = _names(descriptor, node, surveyed=node.is_root)
    except OSError as error:
        raise unreachable_root(top, error) from error
    return _level(b"/", descriptor, names, node, (node.is_root, device))


def enter(levels: list[Level], name: bytes, node: Root | None, inside: tuple[bool, int]) -> Level:
    """Open a directory of the last level; ``inside`` is what the new level is of a root.

    Raises OSError when it cannot be opened or listed.
    """
    above = levels[-1]
    surveyed, _ = inside
    passed = node is not None and bool(node.below)
    descriptor = _open(name, above.descriptor, surveyed=surveyed, passed=passed)
    names = _names(descriptor, node, surveyed=surveyed)
    return _level(above.prefix + name + b"/", descriptor, names, node, inside)


def descend(levels: list[Level], below: Level) -> None:
    """Go on in a directory that was entered; a level far above lets its descriptor go."""
    levels.append(below)
    if len(levels) > _HELD:
        far = levels[-_HELD - 1]
        os.close(far.descriptor)
        far.descriptor = _CLOSED


def leave(levels: list[Level]) -> None:
    """Go back to the directory above. Raises SourceError when it is no longer above."""
    done = levels.pop()
    try:
        if levels and levels[-1].descriptor == _CLOSED:
            levels[-1].descriptor = _open_above(done, levels)
    except OSError as error:
        raise unreachable_root(levels[-1].prefix, error) from error
    finally:
        os.close(done.descriptor)


def close(levels: list[Level]) -> None:
    """Let every descriptor go."""
    for level in levels:
        if level.descriptor != _CLOSED:
            os.close(level.descriptor)


def _open(name: bytes, directory: int | None, *, surveyed: bool, passed: bool) -> int:
    if not passed:
        return open_quietly(name, directory, os.O_DIRECTORY)
    # The way to a root may lead through links, and through directories that cannot be listed.
    access = os.O_RDONLY if surveyed else os.O_PATH
    return os.open(name, access | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=directory)


def _names(descriptor: int, node: Root | None, *, surveyed: bool) -> set[bytes]:
    """List an open directory, which is closed when that fails."""
    names = set(node.below) if node else set()
    if surveyed:
        try:
            names.update(map(os.fsencode, os.listdir(descriptor)))
        except OSError:
            os.close(descriptor)
            raise
    return names


def _level(
    prefix: bytes, descriptor: int, names: set[bytes], node: Root | None, inside: tuple[bool, int]
) -> Level:
    surveyed, device = inside
    return Level(
        prefix=prefix,
        descriptor=descriptor,
        identity=_identity(descriptor),
        names=iter(sorted(names)),
        node=node,
        surveyed=surveyed,
        device=device,
        ambiguous=frozenset() if _is_text(names) else ambiguous_names(names),
    )


def _is_text(names: set[bytes]) -> bool:
    try:
        b"/".join(names).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _open_above(level: Level, levels: list[Level]) -> int:
    descriptor = os.open(b"..", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=level.descriptor)
    if _identity(descriptor) != levels[-1].identity:
        os.close(descriptor)
        raise NotADirectoryError("moved while it was walked")
    return descriptor


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino
