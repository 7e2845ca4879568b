"""Files of another machine read over SFTP, for which nothing need run there."""

from __future__ import annotations

import errno
import stat
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from threading import Lock
from typing import Protocol

_MOST_OPEN = 16
_ONE_REQUEST = 32_768
"""As many bytes as the library asks for at once."""


class Attributes(Protocol):
    """What is used of the SSH library's file attributes."""

    filename: str
    st_mode: int | None
    st_size: int | None


class RemoteFile(Protocol):
    """What is used of the SSH library's open file."""

    def seek(self, offset: int, /) -> None:
        """Go to a place in it."""

    def read(self, size: int, /) -> bytes:
        """Read from there; fewer bytes where it ends before."""

    def readv(self, chunks: list[tuple[int, int]], /) -> Iterable[bytes]:
        """Ask for parts at once and give them in order."""

    def stat(self) -> Attributes:
        """Tell what it is."""

    def close(self) -> None:
        """Let go."""


class Channel(Protocol):
    """What is used of the SSH library's SFTP session."""

    def open(self, filename: bytes, mode: str, /) -> RemoteFile:
        """Open a file."""

    def lstat(self, path: bytes, /) -> Attributes:
        """Tell what is there, following no link."""

    def listdir_attr(self, path: bytes, /) -> list[Attributes]:
        """List a directory."""

    def close(self) -> None:
        """End the session."""


class NoFileError(Exception):
    """There is no such file on the other machine."""


class UnreadableError(Exception):
    """The other machine does not give a file out; the text says why."""


class SftpFiles:
    """Reads parts of files; names are bytes, absolute or below the home.

    ``understood`` turns what the library raises when the connection is lost into our own errors;
    what the server refuses is NoFileError or UnreadableError.
    """

    def __init__(
        self, channel: Channel, understood: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._channel = channel
        self._understood = understood
        self._open: OrderedDict[bytes, tuple[RemoteFile, int]] = OrderedDict()
        self._lock = Lock()

    def read(self, name: bytes, offset: int, length: int) -> bytes:
        """Read a part; fewer bytes where the file ends before."""
        with self._lock, self._understood(), _told():
            opened, size = self._opened(name)
            # The library waits for ever for what is asked for behind the end.
            length = min(length, size - offset)
            if length <= 0:
                return b""
            if length > _ONE_REQUEST:
                return b"".join(opened.readv([(offset, length)]))
            # Asked for ahead it takes a thread, which outlives a connection that is lost.
            opened.seek(offset)
            return opened.read(length)

    def size(self, name: bytes) -> int:
        """Tell how many bytes a file has."""
        with self._lock, self._understood(), _told():
            return self._opened(name)[1]

    def list(self, folder: bytes) -> Iterator[tuple[str, bool, int]]:
        """Give name, whether it is a folder, and size of what is in a folder."""
        with self._lock, self._understood(), _told():
            found = self._channel.listdir_attr(folder)
        for one in found:
            yield one.filename, stat.S_ISDIR(one.st_mode or 0), one.st_size or 0

    def close(self) -> None:
        """End the session."""
        self._open.clear()
        self._channel.close()

    def _opened(self, name: bytes) -> tuple[RemoteFile, int]:
        if name in self._open:
            self._open.move_to_end(name)
            return self._open[name]
        if not stat.S_ISREG(self._channel.lstat(name).st_mode or 0):
            raise UnreadableError("not a regular file")
        opened = self._channel.open(name, "rb")
        self._open[name] = opened, opened.stat().st_size or 0
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1][0].close()
        return self._open[name]


class _told(AbstractContextManager[None]):  # noqa: N801 - used as a verb
    """Tell a refusal of the server, which has a number or a text, from a lost connection."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise NoFileError from error
        if isinstance(error, PermissionError) or (
            isinstance(error, OSError) and error.errno is None and not isinstance(error, EOFError)
        ):
            raise UnreadableError(error.strerror or str(error) or "refused") from error
        if isinstance(error, OSError) and error.errno == errno.ENOENT:
            raise NoFileError from error
        if isinstance(error, UnicodeDecodeError):
            raise UnreadableError("a name in it is not UTF-8") from error
