"""Colours, without the library that reads commands: it would cost a third of a start."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
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


class Unheard(io.TextIOWrapper):
    """Stands where a stream stood that takes nothing any more; ``why`` is what it said."""

    def __init__(self, why: OSError | None) -> None:
        super().__init__(Path(os.devnull).open("wb"), encoding="utf-8")  # noqa: SIM115 - until exit
        self.why = why


def write_line(stream: TextIO, text: str) -> None:
    """Write a line; letters that the reader's character set does not have become ``?``.

    A reader who left or a full disk raises nothing, as no work stops because nobody reads of it:
    the stream is put in silence, see ``Unheard``.
    """
    line = f"{text}\n" if takes_colours(stream) else f"{unpainted(text)}\n"
    try:
        _write(stream, line)
    except OSError as error:
        put_in_silence(stream, error)


def put_in_silence(stream: TextIO, why: OSError) -> None:
    """Let nothing more be written to a standard stream, not even what it still holds back."""
    if stream is sys.stdout:
        sys.stdout = Unheard(why)
    elif stream is sys.stderr:
        sys.stderr = Unheard(why)


def _write(stream: TextIO, line: str) -> None:
    try:
        stream.write(line)
    except UnicodeEncodeError:
        known = stream.encoding or "ascii"
        stream.write(line.encode(known, "replace").decode(known))
    stream.flush()
