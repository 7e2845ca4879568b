"""The words of a PDF, by its own tables of what each glyph means."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")
_SHOWN = re.compile(rb"\[(.*?)\]\s*TJ|<([0-9a-fA-F]+)>\s*Tj", re.DOTALL)
_GLYPHS = re.compile(rb"<([0-9a-fA-F]+)>")


def texts_of(pdf: bytes) -> list[str]:
    """Read all pages once with the table of each font, without blanks: one of them is right."""
    streams = list(_streams(pdf))
    tables = [_table(one) for one in streams if b"beginbfchar" in one]
    pages = [one for one in streams if b" Tf" in one]
    glyphs = [list(_codes(page)) for page in pages]
    return [
        "".join("".join(table.get(code, "") for code in page) for page in glyphs).replace(" ", "")
        for table in tables
    ]


def _streams(pdf: bytes) -> Iterator[bytes]:
    for found in _STREAM.finditer(pdf):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            yield found[1]


def _table(stream: bytes) -> dict[int, str]:
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
        for code, text in _PAIR.findall(stream)
    }


def _codes(page: bytes) -> Iterator[int]:
    for several, one in _SHOWN.findall(page):
        for found in _GLYPHS.findall(several) if several else [one]:
            yield from (int(found[at : at + 4], 16) for at in range(0, len(found) - 3, 4))
