"""The runbooks of a workspace, understood when somebody looks into one.

They are read with all the rest. To understand them took 45 of them a second and more, which most
commands need nothing of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from continuity.config.draft import Book, Draft, Part
from continuity.config.problem import Problem

if TYPE_CHECKING:
    from continuity.domain.runbook import Runbook
    from continuity.domain.runbook_document import RunbookDocument

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """The text of one runbook; it is no part of the workspace when its name does not fit."""

    name: str
    file: str
    text: str
    fits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What stands at the top of each sound runbook, all of it, and the problems of any."""

    fronts: Mapping[str, Runbook]
    books: Mapping[str, RunbookDocument]
    problems: tuple[Problem, ...]


class Shelf:
    """The runbooks of one reading of a workspace; the draft is let go when it was needed."""

    def __init__(self, draft: Draft, scripts: Iterable[Script], broken: frozenset[str]) -> None:
        self._make: Callable[[], Understood] | None = lambda: _understand(draft, scripts, broken)
        self._made: Understood | None = None

    @property
    def understood(self) -> Understood:
        """Look into them; the second look costs nothing."""
        make = self._make
        if self._made is None and make is not None:
            # In this order: two threads may look at once, and make the same twice.
            self._made = make()
            self._make = None
        if self._made is None:
            raise AssertionError("it was made, and is not there")
        return self._made


class Late(Mapping[str, V]):
    """A mapping that is made by the first look into it."""

    def __init__(self, made: Callable[[], Mapping[str, V]]) -> None:
        self._made = made

    def __getitem__(self, name: str) -> V:
        return self._made()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())


def _understand(draft: Draft, scripts: Iterable[Script], broken: frozenset[str]) -> Understood:
    books: dict[str, Book] = {}
    problems: list[Problem] = []
    for script, book, wrong in _books(draft.root, tuple(scripts)):
        problems += wrong
        if book is not None and script.fits:
            books[script.name] = book
    problems += _problems(_with_books(draft, books))
    unsound = broken.union(problem.file for problem in problems)
    sound = {name: book for name, book in books.items() if _file(book.front) not in unsound}
    return Understood(
        fronts=MappingProxyType({name: book.front.model for name, book in sound.items()}),
        books=MappingProxyType({name: one.document for name, one in sound.items() if one.whole}),
        problems=tuple(problems),
    )


def _books(
    home: Path, scripts: tuple[Script, ...]
) -> Iterator[tuple[Script, Book | None, tuple[Problem, ...]]]:
    if not scripts:
        return
    # Here: the models of steps cost a tenth of a second, which only a runbook has to pay.
    from continuity.config.runbook_document import book_from_text

    for script in scripts:
        yield script, *book_from_text(script.file, script.text, home)


def _problems(draft: Draft) -> Iterable[Problem]:
    if not draft.books:
        return ()
    from continuity.config.runbook_outside import runbook_problems  # here, as above

    return runbook_problems(draft)


def _with_books(draft: Draft, books: Mapping[str, Book]) -> Draft:
    fronts = {name: book.front for name, book in books.items()}
    return replace(draft, books=books, runbooks=replace(draft.runbooks, parts=fronts))


def _file(front: Part[Runbook]) -> str:
    return front.document.file
