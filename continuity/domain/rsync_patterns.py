"""The exclude patterns of rsync that can be read without doubt; the others are refused.

A pattern that starts with ``/`` is compared with the whole path, one with another ``/`` or a
``**`` with its end, any other with the last name alone. ``*``, ``?`` and ``[…]`` match bytes other
than ``/``, ``**`` matches any. A trailing ``/`` asks for a directory, a trailing ``/***`` also for
its content. The first pattern that matches decides, and here all of them leave out. Refused,
because they mean something else or depend on their surroundings: ``+ ``, ``- ``, ``!``, ``\\``,
``***`` elsewhere, named classes, and classes of anything but ASCII. Compared with rsync 3.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say, shown

_CLASS = re.compile(r"\[([!^]?)([^][\\/]+)\]")
_PIECE = re.compile(r"\*\*|\*|\?|\[[^][\\/]+\]|[^][*?\\]")
_CONTENT = "/***"


def compile_patterns(patterns: Sequence[str]) -> Callable[[bytes, bool], bool]:
    """Give the judge for these patterns. Raises ConfigurationError for one outside the subset."""
    written = tuple(_expression(pattern) for pattern in patterns)
    anything = re.compile(b"|".join(text for text, _ in written), re.DOTALL)
    files = [text for text, directories_only in written if not directories_only]
    other = re.compile(b"|".join(files), re.DOTALL) if files else None

    def judge(path: bytes, is_directory: bool) -> bool:
        if is_directory:
            return anything.search(path) is not None
        return other is not None and other.search(path) is not None

    return judge


def _expression(pattern: str) -> tuple[bytes, bool]:
    body = pattern.removesuffix(_CONTENT)
    # Everything below a matched directory is cut off by the walk, so the directory is enough.
    directories_only = body != pattern or body.endswith("/")
    body = body.removesuffix("/")
    pieces = _pieces(pattern, body.removeprefix("/"))
    text = "".join(_translated(piece, pattern) for piece in pieces).encode(
        "utf-8", "surrogateescape"
    )
    return b"(?:" + _beginning(body) + text + rb"\Z)", directories_only


def _beginning(body: str) -> bytes:
    if body.startswith("/"):
        return b"^/"
    return b"^" if body.startswith("**") else b"/"


def _pieces(pattern: str, body: str) -> list[str]:
    if not body or pattern.startswith(("+ ", "- ", "!")) or "***" in body or "//" in body:
        raise _refusal(pattern)
    pieces = _PIECE.findall(body)
    if "".join(pieces) != body:
        raise _refusal(pattern)
    return pieces


def _translated(piece: str, pattern: str) -> str:
    if piece == "**":
        return ".*"
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("["):
        return _class(piece, pattern)
    return re.escape(piece)


def _class(piece: str, pattern: str) -> str:
    found = _CLASS.fullmatch(piece)
    if found is None or not piece.isascii() or ":" in piece:
        raise _refusal(pattern)
    negation, members = found.groups()
    if members.startswith("-") or members.endswith("-") or "^" in members or "!" in members:
        raise _refusal(pattern)
    for low, high in re.findall("(?=(.)-(.))", members):
        if low > high:
            raise _refusal(pattern)
    escaped = "".join(one if one == "-" else re.escape(one) for one in members)
    return f"(?!/)[{'^' if negation else ''}{escaped}]"


def _refusal(pattern: str) -> ConfigurationError:
    return ConfigurationError(
        say(
            N_("The meaning of the exclude pattern “{pattern}” for rsync is not certain."),
            pattern=shown(pattern.encode("utf-8", "surrogateescape")),
        ),
        remedy=say(
            N_("Write it with names, “*”, “**”, “?”, simple “[a-z]”, a “/” before or after.")
        ),
    )
