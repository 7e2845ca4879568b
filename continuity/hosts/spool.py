"""Long lists kept on disk for a moment, and sorted there when memory is too small for them."""

from __future__ import annotations

import errno
import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Generic, NamedTuple, TypeVar

import msgspec

from continuity.domain.failure import NoSpaceError
from continuity.domain.text import N_, say

T = TypeVar("T")
NewFile = Callable[[], BinaryIO]


class Pair(NamedTuple):
    """A key to sort by, and what it stands for."""

    key: bytes
    value: bytes


_LENGTH = 8
# Python takes three times as much for pairs of this size: 50 MB at most.
_SORTED_AT_ONCE = 16 << 20


@contextmanager
def room_to_spool() -> Iterator[None]:
    """Say in our own words that a disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise NoSpaceError(
            say(N_("There is no room to keep the listing of a source.")),
            remedy=say(N_("Free space on the disk of the workspace's state.")),
        ) from error


class Spool(Generic[T]):
    """Values of one type, appended in blocks and read from the beginning, again and again.

    A block that is not whole, as a killed program leaves it, ends the reading.
    """

    def __init__(self, file: BinaryIO, shape: type[T], *, block: int = 1_000) -> None:
        self._file = file
        self._block = block
        self._decoder = msgspec.msgpack.Decoder(list[shape])  # type: ignore[valid-type]  # a value
        self._encoder = msgspec.msgpack.Encoder()
        self._begun: list[T] = []

    def append(self, value: T) -> None:
        """Keep one more value, in memory until a block is full."""
        self._begun.append(value)
        if len(self._begun) >= self._block:
            self.flush()

    def extend(self, values: Iterable[T]) -> None:
        """Keep more values."""
        for value in values:
            self.append(value)
        self.flush()

    def flush(self) -> None:
        """Write what is still in memory."""
        if self._begun:
            block = self._encoder.encode(self._begun)
            self._begun = []
            self._file.seek(0, 2)
            self._file.write(len(block).to_bytes(_LENGTH, "big") + block)
            self._file.flush()

    def __iter__(self) -> Iterator[T]:
        self.flush()
        at = 0
        while block := self._read(at):
            at += _LENGTH + len(block)
            try:
                yield from self._decoder.decode(block)
            except msgspec.DecodeError:
                return

    def _read(self, at: int) -> bytes:
        self._file.seek(at)
        length = int.from_bytes(self._file.read(_LENGTH), "big")
        block = self._file.read(length)
        return block if len(block) == length else b""


@contextmanager
def nameless_files(place: Path) -> Iterator[NewFile]:
    """Give files without a name as often as asked; all are gone at the end."""
    with ExitStack() as files:
        yield lambda: files.enter_context(tempfile.TemporaryFile(dir=place))


class Sorter:
    """Pairs in order, however many: what memory cannot hold is sorted in parts on disk."""

    def __init__(self, new_file: NewFile, *, at_once: int = _SORTED_AT_ONCE) -> None:
        self._new_file = new_file
        self._at_once = at_once
        self._begun: list[Pair] = []
        self._bytes = 0
        self._parts: list[Spool[Pair]] = []

    def add(self, key: bytes, value: bytes) -> None:
        """Take one more pair."""
        self._begun.append(Pair(key, value))
        self._bytes += len(key) + len(value)
        if self._bytes > self._at_once:
            part = Spool[Pair](self._new_file(), Pair)
            self._begun.sort()
            part.extend(self._begun)
            self._parts.append(part)
            self._begun, self._bytes = [], 0

    def __iter__(self) -> Iterator[Pair]:
        self._begun.sort()
        if not self._parts:
            return iter(self._begun)
        return heapq.merge(*self._parts, self._begun)


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut a stream into lists of at most this length."""
    several = iter(values)
    while batch := list(islice(several, size)):
        yield batch
