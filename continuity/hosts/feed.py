"""What a program is fed through its standard input."""

from __future__ import annotations

from collections.abc import Iterator


class Feed:
    """The pieces still to be written; the next one is asked for when the one before has gone."""

    def __init__(self, source: bytes | Iterator[bytes] | None) -> None:
        self._pieces = source if isinstance(source, Iterator) else iter((source or b"",))
        self._unsent = memoryview(b"")

    def unsent(self) -> memoryview:
        """Give what comes next; nothing when all was sent. Raises what the iterator raises."""
        while not self._unsent and (piece := next(self._pieces, None)) is not None:
            self._unsent = memoryview(piece)
        return self._unsent

    def sent(self, count: int) -> None:
        """Say how many bytes of ``unsent`` have gone."""
        self._unsent = self._unsent[count:]
