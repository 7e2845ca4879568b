"""The objects of a repository in a directory of another machine, read over SFTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from continuity.hosts.sftp import NoFileError, SftpFiles, UnreadableError
from continuity.locations.objects import not_readable, not_there


class SftpObjects:
    """Reads below a directory; many parts are asked for before the first one has come."""

    lanes = 1

    def __init__(self, files: SftpFiles, root: bytes) -> None:
        self._files = files
        self._root = root.rstrip(b"/")

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """Walk a folder."""
        with _understood(folder):
            found = sorted(self._files.list(self._path(folder)))
        for name, is_folder, size in found:
            if is_folder:
                yield from self.list(f"{folder}/{name}")
            else:
                yield f"{folder}/{name}", size

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Read a part."""
        with _understood(name):
            return self._files.read(self._path(name), offset, length)

    def size(self, name: str) -> int:
        """Ask the server."""
        with _understood(name):
            return self._files.size(self._path(name))

    def close(self) -> None:
        """End the session; the connection is the host's."""
        self._files.close()

    def _path(self, name: str) -> bytes:
        return self._root + b"/" + os.fsencode(name)


@contextmanager
def _understood(name: str) -> Iterator[None]:
    try:
        yield
    except NoFileError as error:
        raise not_there(name) from error
    except UnreadableError as error:
        raise not_readable(name, str(error)) from error
