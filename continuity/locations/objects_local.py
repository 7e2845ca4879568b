"""The objects of a repository in a directory of this machine."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Iterator

from continuity.locations.objects import not_readable, not_there

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_MOST_OPEN = 32


class LocalObjects:
    """Reads with ``pread``; no link is followed at the end of a name, and no pipe is opened."""

    lanes = 1

    def __init__(self, root: bytes) -> None:
        try:
            self._root = os.open(root, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        except OSError as error:
            raise _understood(os.fsdecode(root), error) from error
        self._open: OrderedDict[str, int] = OrderedDict()

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Walk a folder."""
        try:
            entries = sorted(self._entries(folder))
        except OSError as error:
            raise _understood(folder, error) from error
        for name, is_folder, size in entries:
            if is_folder:
                yield from self.list(name)
            else:
                yield name, size

    def _entries(self, folder: str) -> Iterator[tuple[str, bool, int]]:
        opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, dir_fd=self._root)
        try:
            with os.scandir(opened) as entries:
                for entry in entries:
                    status = entry.stat(follow_symlinks=False)
                    is_folder = stat.S_ISDIR(status.st_mode)
                    yield f"{folder}/{entry.name}", is_folder, status.st_size
        finally:
            os.close(opened)

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a part."""
        pieces: list[bytes] = []
        try:
            opened = self._opened(name)
            while length > 0 and (piece := os.pread(opened, length, offset)):
                pieces.append(piece)
                offset += len(piece)
                length -= len(piece)
        except OSError as error:
            raise _understood(name, error) from error
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def size(self, name: str) -> int:
        """Ask the file system."""
        try:
            return os.fstat(self._opened(name)).st_size
        except OSError as error:
            raise _understood(name, error) from error

    def close(self) -> None:
        """Close every descriptor."""
        for opened in (*self._open.values(), self._root):
            os.close(opened)
        self._open.clear()

    def _opened(self, name: str) -> int:
        if name in self._open:
            self._open.move_to_end(name)
            return self._open[name]
        opened = os.open(name, _FLAGS, dir_fd=self._root)
        self._open[name] = opened
        if len(self._open) > _MOST_OPEN:
            os.close(self._open.popitem(last=False)[1])
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise not_readable(name, "not a regular file")
        return opened


def _understood(name: str, error: OSError) -> Exception:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return not_there(name)
    return not_readable(name, error.strerror or type(error).__name__)
