"""One thing wrong in what people wrote: where it is, what was expected and what was found."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, Message, say, shown

Place = tuple[str | int, ...]
"""Keys and list positions that lead to a value inside one file."""

_LONGEST = 120
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
# A value below one of these keys may be a secret that somebody wrote in the wrong way.
_SECRETIVE = frozenset({"password", "passwort", "secret", "token", "command"})

NOTHING = say(N_("nothing"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong. Lines count from 1; 0 is the file as a whole, which has no key either."""

    file: str
    line: int
    key: str
    expected: Message
    found: Message

    def rendered(self, translate: Callable[[Message], str] = str) -> str:
        """Write ``file:line: key: expected …, found …``."""
        where = f"{self.file}:{self.line}: " + (f"{self.key}: " if self.key else "")
        what = say(
            N_("expected {expected}, found {found}"),
            expected=translate(self.expected),
            found=translate(self.found),
        )
        return where + translate(what)

    def in_short(self) -> Message:
        """Say where it is, in one sentence; ``rendered`` says all."""
        if self.line and self.key:
            return say(N_("Line {line}: {key} cannot be used."), line=self.line, key=self.key)
        return say(N_("The file cannot be used."))

    def __str__(self) -> str:
        return self.rendered()


class WorkspaceError(ConfigurationError):
    """What people wrote cannot be used; every problem of every file is in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        each_once = {str(problem): problem for problem in problems}
        self.problems = tuple(sorted(each_once.values(), key=_order))
        super().__init__(
            say(N_("The workspace has problems: {count}."), count=len(self.problems)),
            remedy=say(N_("Correct what “continuity check” names with file and line.")),
        )

    def __str__(self) -> str:
        return "\n".join([str(self.what), *map(str, self.problems)])


class NoWorkspaceError(WorkspaceError):
    """Where a workspace was looked for there is none, so there is nothing to correct either."""

    def __init__(self, place: str, problems: Iterable[Problem]) -> None:
        super().__init__(problems)
        self.what = say(
            N_("There is no workspace in {place}: no {file} is there."),
            place=path_shown(place),
            file="config/continuity.yaml",
        )
        self.remedy = say(
            N_("Say where it is: continuity -w {folder} …; or begin one: continuity init {folder}"),
            folder="DIR",
        )


def _order(problem: Problem) -> tuple[str, int, str, str]:
    return problem.file, problem.line, problem.key, str(problem.expected)


def text_shown(text: str) -> str:
    """Write text from a file shortened, safe for a terminal, without an address's password."""
    safe = shown(os.fsencode(_CREDENTIALS.sub("//***@", text[: 4 * _LONGEST])))
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]}…"


def path_shown(path: str) -> str:
    """Write a path whole, so that a person can copy it, and safely for a terminal."""
    return shown(os.fsencode(path))


def key_from_place(place: Place) -> str:
    """Write a place as a person says it: ``source.paths[0]``."""
    key = ""
    for step in place:
        key += f"[{step}]" if isinstance(step, int) else f".{text_shown(step)}"
    return key.removeprefix(".")


def is_secretive(place: Place) -> bool:
    """Tell whether a value at this place must not be shown, even when it is wrong."""
    return any(isinstance(step, str) and step.lower() in _SECRETIVE for step in place)


def kind_of(value: object) -> Message:
    """Name what sort of value it is, without the value."""
    match value:
        case None:
            return NOTHING
        case bool():
            return say(N_("true or false"))
        case int() | float():
            return say(N_("a number"))
        case str():
            return say(N_("a text"))
        case list():
            return say(N_("a list"))
        case _:
            return say(N_("a mapping of keys to values"))


def value_shown(place: Place, value: object) -> Message:
    """Describe what was found at a place; a secret's value never shows."""
    if is_secretive(place) or value is None or isinstance(value, list | dict):
        return kind_of(value)
    if isinstance(value, bool):
        return say("{value}", value="true" if value else "false")
    if isinstance(value, str):
        return say("{value}", value=f'"{text_shown(value)}"')
    return say("{value}", value=text_shown(str(value)))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that somebody most likely meant."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None
