"""Lay files out below a directory, never outside it and never over anything."""

from __future__ import annotations

import errno
import os
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from continuity.domain.failure import NoSpaceError, ToolError
from continuity.domain.text import N_, say, shown
from continuity.hosts.removal import open_directory

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_OPEN = 64
_ROOT = b""


class Outside(NamedTuple):
    """What is around a content; ``owner`` is None where it cannot or must not be given away."""

    mode: int
    mtime_ns: int
    owner: tuple[int, int] | None


class LaidTree:
    """A tree that grows below one directory; paths are absolute as if that were ``/``.

    Every step is relative to a descriptor that was opened without following links. Methods raise
    NoSpaceError and ToolError.
    """

    def __init__(self, root: Path) -> None:
        self._folders: OrderedDict[bytes, int] = OrderedDict({_ROOT: open_directory(root)})
        self._dressed: dict[bytes, Outside] = {}

    def folder(self, path: bytes, outside: Outside | None) -> None:
        """Make a directory and those above it; what is around it is set when all is done."""
        with _Told(path):
            self._folder(path)
        if outside is not None:
            self._dressed[path] = outside

    def file(self, path: bytes) -> LaidFile:
        """Begin a new file."""
        above, _, name = path.rpartition(b"/")
        with _Told(path):
            folder = self._folder(above)
            return LaidFile(path, os.open(name, _NEW, 0o600, dir_fd=folder), name, folder)

    def link(self, path: bytes, target: bytes, outside: Outside) -> None:
        """Make a symbolic link, which may point anywhere and is never followed here."""
        above, _, name = path.rpartition(b"/")
        with _Told(path):
            folder = self._folder(above)
            os.symlink(target, name, dir_fd=folder)
            times = (outside.mtime_ns, outside.mtime_ns)
            if outside.owner is not None:
                os.chown(name, *outside.owner, dir_fd=folder, follow_symlinks=False)
            with suppress(OverflowError):  # a time that no file system has; the comparison sees it
                os.utime(name, ns=times, dir_fd=folder, follow_symlinks=False)

    def another_name(self, path: bytes, first: bytes) -> None:
        """Give a file that was laid another name."""
        above, _, name = path.rpartition(b"/")
        above_first, _, name_first = first.rpartition(b"/")
        with _Told(path):
            # Making one directory may close another one's descriptor.
            source = os.dup(self._folder(above_first))
            try:
                folder = self._folder(above)
                os.link(
                    name_first, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False
                )
            finally:
                os.close(source)

    def finish(self) -> None:
        """Set what is around directories, the deepest first, and let go."""
        for path in sorted(self._dressed, key=lambda path: -path.count(b"/")):
            with _Told(path):
                _dress(self._folder(path), self._dressed[path])
        self.close()

    def close(self) -> None:
        """Close every descriptor."""
        while self._folders:
            os.close(self._folders.popitem()[1])

    def _folder(self, path: bytes) -> int:
        if path in self._folders:
            self._folders.move_to_end(path)
            return self._folders[path]
        above, _, name = path.rpartition(b"/")
        within = self._folder(above)
        with suppress(FileExistsError):  # there already is as wanted; no link is followed below
            os.mkdir(name, 0o700, dir_fd=within)
        opened = open_directory(name, within)
        self._folders[path] = opened
        if len(self._folders) > _MOST_OPEN:
            # The first one is in use by every path; the oldest after it goes.
            oldest = next(key for key in self._folders if key not in (_ROOT, path))
            os.close(self._folders.pop(oldest))
        return opened


class LaidFile:
    """A file that is being written; it is dressed when it is whole, and gone when it is not."""

    def __init__(self, path: bytes, opened: int, name: bytes, folder: int) -> None:
        self._path = path
        self._opened = opened
        self._name = name
        self._folder = folder

    def write(self, content: bytes) -> None:
        """Append."""
        view = memoryview(content)
        with _Told(self._path):
            while view:
                view = view[os.write(self._opened, view) :]

    def finish(self, outside: Outside) -> None:
        """Set what is around it."""
        with _Told(self._path):
            try:
                _dress(self._opened, outside)
            finally:
                os.close(self._opened)

    def give_up(self) -> None:
        """Remove it: half a file must not be taken for the whole."""
        os.close(self._opened)
        with _Told(self._path):
            os.unlink(self._name, dir_fd=self._folder)


def _dress(opened: int, outside: Outside) -> None:
    if outside.owner is not None:
        os.fchown(opened, *outside.owner)
    os.fchmod(opened, outside.mode)
    with suppress(OverflowError):  # a time that no file system has; the comparison sees it
        os.utime(opened, ns=(outside.mtime_ns, outside.mtime_ns))


class _Told:
    """Turns what the system says into our own errors."""

    def __init__(self, path: bytes) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(
                say(N_("There is no room left to write {path}."), path=shown(self._path)),
                remedy=say(N_("Free some space, or name another place.")),
            ) from error
        raise ToolError(
            say(
                N_("{path} cannot be written: {reason}."),
                path=shown(self._path),
                reason=error.strerror or type(error).__name__,
            ),
            remedy=say(N_("Name another place, on a file system that takes such names.")),
        ) from error
