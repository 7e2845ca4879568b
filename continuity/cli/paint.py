"""Colours, without the library that reads commands: it would cost a third of a start."""

from __future__ import annotations

import os
import re
from typing import TextIO

_SGR = {"red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36}
_ESCAPES = re.compile("\x1b\\[[0-9;]*m")


def painted(text: str, colour: str) -> str:
    """Colour a text and make it bold."""
    return f"\x1b[{_SGR[colour]}m\x1b[1m{text}\x1b[0m"


def unpainted(text: str) -> str:
    """Take colours away."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def takes_colours(stream: TextIO) -> bool:
    """Tell whether somebody looks at it who wants colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_line(stream: TextIO, text: str) -> None:
    """Write a line; letters that the reader's character set does not have become ``?``."""
    line = f"{text}\n" if takes_colours(stream) else f"{unpainted(text)}\n"
    try:
        stream.write(line)
    except UnicodeEncodeError:
        known = stream.encoding or "ascii"
        stream.write(line.encode(known, "replace").decode(known))
    stream.flush()
