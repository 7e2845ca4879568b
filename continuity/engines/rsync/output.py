"""Read what rsync prints: itemised changes, progress and counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from continuity.engines.engine import OnProgress, Progress

PRINTING = (
    "--no-human-readable",
    "--stats",
    "--info=progress2",
    "--itemize-changes",
    "--out-format=@%i@%n",
)
"""The arguments that make rsync print what is read here."""

_ESCAPED = re.compile(rb"\\#([0-7]{3})")
_PROGRESS = re.compile(rb"\s*(\d+)\s+\d+%.*\(xfr#\d+, (ir|to)-chk=(\d+)/(\d+)\)")
_COUNT = re.compile(rb"(Number of [a-z ]+|Total [a-z ]+): (\d+)(?: bytes)?(?: \((.*)\))?\s*")
_PART = re.compile(rb"([a-z]+): (\d+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What rsync counted: entries of any kind, and what it made new. Sizes in bytes."""

    entries: int
    files: int
    directories: int
    created: int
    deleted: int
    bytes: int
    transferred_bytes: int


class Reading:
    """Follows one run of rsync, line by line.

    ``ancestors`` are directories above the sources: they are copied so that paths are whole, and
    a change of their times says nothing about a source.
    """

    def __init__(self, on_progress: OnProgress, ancestors: frozenset[bytes] = frozenset()) -> None:
        self._on_progress = on_progress
        self._ancestors = ancestors
        self._counts: dict[bytes, int] = {}
        self.changed = 0

    def take(self, line: bytes) -> None:
        """Take one line; progress overwrites itself with carriage returns within a line."""
        for part in line.split(b"\r"):
            if part.startswith(b"@"):
                self._take_item(part)
            elif not self._take_progress(part):
                self._take_count(part)

    def counts(self) -> Counts | None:
        """Give the counts; None when rsync did not print them, whatever it said otherwise."""
        try:
            return Counts(
                entries=self._counts[b"Number of files"],
                files=self._counts.get(b"Number of files/reg", 0),
                directories=self._counts.get(b"Number of files/dir", 0),
                created=self._counts[b"Number of created files"],
                deleted=self._counts[b"Number of deleted files"],
                bytes=self._counts[b"Total file size"],
                transferred_bytes=self._counts[b"Total transferred file size"],
            )
        except KeyError:
            return None

    def _take_item(self, part: bytes) -> None:
        _, code, name = part.split(b"@", 2) if part.count(b"@") > 1 else (b"", part, b"")
        above = plain_from_escaped(name).rstrip(b"/") in self._ancestors
        if not (above and code[1:2] == b"d" and b"+" not in code):
            self.changed += 1

    def _take_progress(self, part: bytes) -> bool:
        found = _PROGRESS.match(part)
        if found is None:
            return False
        left, seen = int(found[3]), int(found[4])
        known = found[2] == b"to"
        self._on_progress(
            Progress(
                files=seen - left,
                bytes=int(found[1]),
                total_files=seen if known else None,
                total_bytes=None,
            )
        )
        return True

    def _take_count(self, part: bytes) -> None:
        found = _COUNT.fullmatch(part)
        if found is None:
            return
        self._counts[found[1]] = int(found[2])
        for kind, number in _PART.findall(found[3] or b""):
            self._counts[found[1] + b"/" + kind] = int(number)


def plain_from_escaped(text: bytes) -> bytes:
    """Undo rsync's way of printing unprintable bytes: ``\\#`` and three octal digits."""
    return _ESCAPED.sub(lambda found: bytes((int(found[1], 8) & 0xFF,)), text)


def ignore_progress(_progress: Progress) -> None:
    """Show nothing."""
