"""The exclude patterns of restic: any run of components of a path, or its beginning.

A pattern that starts with ``/`` matches the beginning of a path, any other a run of its components
anywhere; whatever lies below a match is matched too. ``*``, ``?`` and ``[…]`` stay within one
component, a component ``**`` stands for any number of them, ``\\`` takes the next character as it
is. A leading ``!`` takes paths back in; the last pattern that matches decides. Compared with
restic 0.14, whose documentation leaves the details open.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say, shown

_SPECIAL = frozenset("\\[]*?")
_ANY_DEPTH = "**"


class _Pattern(NamedTuple):
    negated: bool
    match: Callable[[str], bool]


class _MalformedError(Exception):
    """A component whose brackets or backslashes do not add up."""


def compile_patterns(patterns: Sequence[str]) -> Callable[[bytes, bool], bool]:
    """Give the judge for these patterns. Raises ConfigurationError for one restic would refuse."""
    compiled = tuple(_compile(pattern) for pattern in patterns)

    def judge(path: bytes, is_directory: bool) -> bool:
        del is_directory  # restic asks before it looks at the type
        return _last_word(compiled, path.decode("utf-8", "surrogateescape"))

    plain = [_expression(pattern) for pattern in patterns]
    if any(expression is None for expression in plain):
        return judge
    together = re.compile("|".join(f"(?:{one})" for one in plain), re.DOTALL)

    def judge_at_once(path: bytes, is_directory: bool) -> bool:
        del is_directory
        return together.search(path.decode("utf-8", "surrogateescape")) is not None

    return judge_at_once


def _last_word(patterns: tuple[_Pattern, ...], path: str) -> bool:
    out = False
    for pattern in patterns:
        if pattern.negated == out and pattern.match(path):
            out = not pattern.negated
    return out


def _compile(pattern: str) -> _Pattern:
    negated = pattern.startswith("!")
    expression = _expression(pattern.removeprefix("!"))
    if expression is not None:
        searched = re.compile(expression, re.DOTALL)
        return _Pattern(negated, lambda path: searched.search(path) is not None)
    parts = _parts(pattern.removeprefix("!"))
    return _Pattern(negated, lambda path: _expands(parts, _components(path)))


def _expression(pattern: str) -> str | None:
    """Write a pattern as one regular expression, or None when that would not mean the same."""
    if pattern.startswith("!") or _parts(pattern).count(_ANY_DEPTH) > 1:
        return None
    rooted = pattern.startswith("/")
    components = [part for part in _parts(pattern) if part != "/"]
    try:
        written = [part if part == _ANY_DEPTH else _component(part) for part in components]
    except _MalformedError:
        raise _refusal(pattern) from None
    if not rooted and written == [_ANY_DEPTH]:
        return "/"
    text = "/".join(written).replace(f"{_ANY_DEPTH}/", "(?:[^/]+/)*")
    text = text.removesuffix(_ANY_DEPTH).removesuffix("/")
    return ("^/" if rooted else "/") + (f"{text}(?:/|$)" if text else "")


def _parts(pattern: str) -> list[str]:
    if not pattern:
        raise _refusal(pattern)
    return _components(posixpath.normpath(pattern))


def _components(path: str) -> list[str]:
    names = [name for name in path.split("/") if name]
    return ["/", *names] if path.startswith("/") else names


def _expands(parts: list[str], path: list[str]) -> bool:
    """Match a pattern with ``**``, one after the other.

    Each may grow only while the whole pattern, the other ``**`` counted as one component each, is
    no longer than the path and one: so a rooted pattern with two of them misses short paths.
    """
    if _ANY_DEPTH not in parts:
        return _runs(parts, path)
    at = parts.index(_ANY_DEPTH)
    return any(
        _expands([*parts[:at], *["*"] * grown, *parts[at + 1 :]], path)
        for grown in range(len(path) - len(parts) + 2)
    )


def _runs(parts: list[str], path: list[str]) -> bool:
    if not parts or len(parts) > len(path):
        return False
    last = 0 if parts[0] == "/" else len(path) - len(parts)
    first = 0 if parts[0] == "/" else 1
    return any(
        all(map(_equals, parts, path[offset : offset + len(parts)]))
        for offset in range(first, last + 1)
    )


def _equals(part: str, name: str) -> bool:
    if "/" in (part, name):
        return part == name
    return re.fullmatch(_component(part), name, re.DOTALL) is not None


def _component(part: str) -> str:
    if _SPECIAL.isdisjoint(part):
        return re.escape(part)
    written = []
    rest = part
    while rest:
        piece, rest = _piece(rest)
        written.append(piece)
    return "".join(written)


def _piece(rest: str) -> tuple[str, str]:
    head = rest[0]
    if head == "*":
        return "[^/]*", rest[1:]
    if head == "?":
        return "[^/]", rest[1:]
    if head == "[":
        return _class(rest[1:])
    character, rest = _character(rest) if head == "\\" else (head, rest[1:])
    return re.escape(character), rest


def _class(rest: str) -> tuple[str, str]:
    negated = rest.startswith("^")
    rest = rest.removeprefix("^")
    ranges: list[str] = []
    seen = False
    while not (seen and rest.startswith("]")):
        low, rest = _character(rest, within=True)
        high = low
        if rest.startswith("-"):
            high, rest = _character(rest[1:], within=True)
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
        seen = True
    if not ranges:
        return ("[^/]" if negated else r"(?!)"), rest[1:]
    return f"[{'^' if negated else ''}{''.join(ranges)}]", rest[1:]


def _character(rest: str, *, within: bool = False) -> tuple[str, str]:
    """Take one character, as it is after a backslash."""
    if not rest or (within and rest[0] in "-]"):
        raise _MalformedError
    if rest[0] == "\\":
        rest = rest[1:]
    if not rest or (within and len(rest) == 1):
        raise _MalformedError
    return rest[0], rest[1:]


def _refusal(pattern: str) -> ConfigurationError:
    return ConfigurationError(
        say(
            N_("The exclude pattern “{pattern}” is not one that restic understands."),
            pattern=shown(pattern.encode("utf-8", "surrogateescape")),
        ),
        remedy=say(N_("Close every bracket, and write a backslash before a special character.")),
    )
