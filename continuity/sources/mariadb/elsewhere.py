"""Let a dump of one database be loaded into another, of a different name."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.failure import RevivalError
from continuity.domain.text import N_, say
from continuity.sources.mariadb.words import quoted

_USE, _CREATE = b"USE `", b"CREATE DATABASE "


def into(pieces: Iterator[bytes], live: str, fresh: str) -> Iterator[bytes]:
    """Write another name where a dump says which database it is of; nothing else is changed.

    A line break inside a value is written as an escape, so only what is no value begins a line.
    Raises RevivalError, which ends the load, for a dump that leads to any other database.
    """
    old, new = quoted(live).encode(), quoted(fresh).encode()
    held, inside = b"", False
    for piece in pieces:
        *lines, last = (held + piece).split(b"\n")
        out = []
        for line in lines:
            out.append((line if inside else _changed(line, old, new)) + b"\n")
            inside = False
        held = b""
        if inside or not _may_begin(last):
            out.append(last)
            inside = inside or bool(last)
        else:
            held = last
        yield b"".join(out)
    yield held if inside else _changed(held, old, new)


def _may_begin(line: bytes) -> bool:
    """Tell whether what has come of a line may still be one that is changed."""
    return any(line.startswith(word) or word.startswith(line) for word in (_USE, _CREATE)) and bool(
        line
    )


def _changed(line: bytes, old: bytes, new: bytes) -> bytes:
    if line.startswith(_CREATE) and b" " + old + b" " in line:
        return line.replace(b" " + old + b" ", b" " + new + b" ", 1)
    if line == b"USE " + old + b";":
        return b"USE " + new + b";"
    if line.startswith((_USE, _CREATE)):
        raise RevivalError(
            say(N_("The dump leads to another database than the one of the job.")),
            remedy=say(N_("Restore it beside, and look what is in it.")),
        )
    return line
