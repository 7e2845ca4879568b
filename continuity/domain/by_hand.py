"""What a person types when only stock programs are left: lines for a POSIX shell, quoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from continuity.domain.text import Message

_PLAIN = re.compile(rb"[A-Za-z0-9%+,./:=@_-]+")
# What sha256sum itself writes for what would break a line.
_SUM_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"))


@dataclass(frozen=True, slots=True)
class Variable:
    """The value that a variable of the shell has."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HandStep:
    """A part of the work: what it is for, and its lines; ``lines`` are ready for a shell."""

    title: Message
    lines: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A variable that the programs read from the environment, and its value, which is no secret."""

    name: str
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class ByHand:
    """How something is had back by hand: settings first, then steps in their order.

    ``password`` is the variable from which the program takes its password; empty for none. The
    first step only looks; a point that has to be chosen (``chooses``) is chosen after it.
    """

    settings: tuple[Setting, ...] = ()
    steps: tuple[HandStep, ...] = ()
    password: str = ""
    chooses: bool = True


Word = bytes | str | Variable | tuple[bytes | str | Variable, ...]
"""A word of a command; a tuple is one word made of several parts."""


def quoted(text: bytes | str) -> bytes:
    """Write a word so that every POSIX shell takes it as it is, whatever is in it."""
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    if _PLAIN.fullmatch(raw):
        return raw
    return b"'" + raw.replace(b"'", b"'\\''") + b"'"


def line(*words: Word) -> bytes:
    """Write a command."""
    return b" ".join(_word(word) for word in words)


def _word(word: Word) -> bytes:
    parts: Iterable[bytes | str | Variable] = word if isinstance(word, tuple) else (word,)
    return b"".join(
        b'"$' + part.name.encode() + b'"' if isinstance(part, Variable) else quoted(part)
        for part in parts
    )


def sum_line(digest: bytes, path: bytes) -> bytes:
    """Write a line that ``sha256sum -c`` reads, for a path below the directory it runs in."""
    name = path.lstrip(b"/")
    if name == b"-":
        name = b"./-"  # alone it would be the standard input
    safe = name
    for plain, escaped in _SUM_ESCAPES:
        safe = safe.replace(plain, escaped)
    mark = b"" if safe == name else b"\\"
    return mark + digest.hex().encode() + b"  " + safe + b"\n"
