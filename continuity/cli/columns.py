"""Columns of text that line up in every language, whatever the words and colours in them."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Sequence

from continuity.cli.paint import unpainted
from continuity.domain.text import shown

NARROW = 80


def room(least: int = NARROW) -> int:
    """Give the columns there are, or the least: those of the terminal, and 80 without one."""
    if not sys.stdout.isatty():
        return NARROW
    import shutil  # loads compression, which only a terminal is worth

    return max(least, shutil.get_terminal_size((NARROW, 24)).columns)


def plain(text: str) -> str:
    """Write what people named so that no terminal can be tricked by it."""
    return shown(os.fsencode(text))


def width(text: str) -> int:
    """Count the columns a text takes on a terminal."""
    seen = unpainted(text)
    if _UNUSUAL.search(seen) is None:
        return len(seen)
    return sum(map(_width_of, seen))


# Anything but Latin letters and usual signs may take two columns, or none.
_UNUSUAL = re.compile("[^\u0020-\u02ff\u2000-\u203a]")


def _width_of(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def left(text: str, columns: int) -> str:
    """Fill up at the right."""
    return text + " " * (columns - width(text))


def right(text: str, columns: int) -> str:
    """Fill up at the left."""
    return " " * (columns - width(text)) + text


def cut(text: str, columns: int) -> str:
    """Shorten a text that is too long; an ellipsis says that it was."""
    if width(text) <= columns:
        return text
    kept = text[: columns - 1]
    while width(kept) >= columns:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def joined(rows: Sequence[Sequence[str]], aligned: str, gap: str = " ") -> list[str]:
    """Join cells to lines; ``aligned`` has ``<`` or ``>`` for each column."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    sides = [right if side == ">" else left for side in aligned]
    return [
        gap.join(
            side(cell, columns) for side, cell, columns in zip(sides, row, widths, strict=True)
        )
        for row in rows
    ]


def wrapped(text: str, indent: str, columns: int) -> list[str]:
    """Break a text into lines that start with an indent."""
    if len(indent) + len(text) <= columns:
        return [indent + text]
    import textwrap  # most reasons fit

    return textwrap.wrap(
        text,
        columns,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
