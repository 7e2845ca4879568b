"""The lines of a compressed file, none of them longer than it may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

import zstandard

from continuity.store.manifests.blocks import LONGEST_LINE, MalformedError

# Four times what our own compression level needs; a hostile file may ask for gigabytes.
_WINDOW: Final = 1 << 23
_CHUNK: Final = 1 << 18


def lines(file: BinaryIO) -> Iterator[bytes]:
    """Decompress line by line, in memory bounded by the longest line a manifest may have.

    Raises MalformedError for a longer line, one without an end, or what is not Zstandard.
    """
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    parts: list[bytes] = []
    length = 0
    with decompressor.stream_reader(file, closefd=False) as stream:
        while chunk := _chunk(stream):
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                yield b"".join([*parts, line])
                parts, length = [], 0
            parts.append(rest)
            length += len(rest)
            if length > LONGEST_LINE:
                raise MalformedError("a line without measure")
    if length:
        raise MalformedError("a line without end")


def _chunk(stream: zstandard.ZstdDecompressionReader) -> bytes:
    try:
        return stream.read(_CHUNK)
    except zstandard.ZstdError as error:
        raise MalformedError(str(error)) from error
