"""What becomes of a program's output: bounded, whatever it prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from continuity.hosts.host import Command


class Sink(Protocol):
    """Takes one stream of output as it comes."""

    @property
    def cut(self) -> bool:
        """Whether more came than was kept or handed over."""

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def end(self) -> bytes:
        """Say that no more comes; gives what was kept."""


class Tail:
    """Keeps the last bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.cut = False

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._kept += chunk
        if len(self._kept) > 2 * self._limit:
            self._trim()

    def end(self) -> bytes:
        """Finish; gives what was kept."""
        self._trim()
        return bytes(self._kept)

    def _trim(self) -> None:
        surplus = len(self._kept) - self._limit
        if surplus > 0:
            self.cut = True
            del self._kept[:surplus]


class Overheard:
    """Keeps the last bytes of a stream, and lets somebody hear each line of it."""

    def __init__(self, limit: int, on_line: Callable[[bytes], None], longest: int) -> None:
        self._tail = Tail(limit)
        self._lines = Lines(on_line, longest)

    @property
    def cut(self) -> bool:
        """Whether more came than was kept."""
        return self._tail.cut

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._tail.take(chunk)
        self._lines.take(chunk)

    def end(self) -> bytes:
        """Finish; gives what was kept."""
        return self._tail.end()


def complaints(command: Command) -> Tail | Overheard:
    """Make the sink of a command's standard error."""
    if command.on_complaint is None:
        return Tail(command.keep)
    return Overheard(command.keep, command.on_complaint, command.longest_line)


class Pieces:
    """Holds what came until it is handed over."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self.cut = False

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._held.append(chunk)

    def give(self) -> list[bytes]:
        """Hand over what came since the last time."""
        held, self._held = self._held, []
        return held

    def end(self) -> bytes:
        """Finish; everything was handed over."""
        return b""


class Lines:
    """Hands over whole lines; one that is too long is handed over cut, and its rest dropped.

    A cut line is handed over at once, so that a listener can refuse what never ends.
    """

    def __init__(self, on_line: Callable[[bytes], None], limit: int) -> None:
        self._on_line = on_line
        self._limit = limit
        self._begun = bytearray()
        self._dropping = False
        self.cut = False

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        parts = chunk.split(b"\n")
        for part in parts[:-1]:
            if self._begun or self._dropping or len(part) > self._limit:
                self._grow(part)
                self._finish_line()
            else:
                self._on_line(part)
        self._grow(parts[-1])

    def end(self) -> bytes:
        """Hand over a last line that has no newline."""
        if self._begun:
            self._finish_line()
        return b""

    def _grow(self, part: bytes) -> None:
        if self._dropping:
            return
        self._begun += part[: self._limit + 1 - len(self._begun)]
        if len(self._begun) > self._limit:
            del self._begun[self._limit :]
            self.cut = True
            self._finish_line()
            self._dropping = True

    def _finish_line(self) -> None:
        if self._dropping:
            self._dropping = False
            return
        line = bytes(self._begun)
        self._begun.clear()
        self._on_line(line)
