"""What a runbook leaves to be filled in: the marks that those of a new workspace come with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from continuity.config.reader import UnreadableFileError, text_of

_MARK = re.compile(r"(?:TO\s+FILL\s+IN|POR\s+RELLENAR)\s+\(([^()]*)\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Blank:
    """A place in a file, and what somebody must write there."""

    file: str
    line: int
    what: str


def blanks_in(root: Path, file: str) -> Iterator[Blank]:
    """Find what is left to fill in; nothing in a file that cannot be read."""
    try:
        text = text_of(root, file)
    except UnreadableFileError:
        return
    for mark in _MARK.finditer(text):
        line = text.count("\n", 0, mark.start()) + 1
        yield Blank(file=file, line=line, what=" ".join(mark[1].split()))
