"""How ready the runbooks of a firm are, as a report shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.readiness import Checked, Ready


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadyLine:
    """One runbook; ``state`` is empty for one that was never checked as it is now.

    ``failed`` names the checks that failed, of ``total``.
    """

    runbook: str
    title: str
    state: str
    checked_at: datetime | None
    failed: tuple[str, ...]
    total: int

    @property
    def ready(self) -> bool:
        """Whether it could be followed."""
        return self.state == Ready.READY


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """A runbook that can be followed: its name, its title and the digest of its text."""

    name: str
    title: str
    hash: str


def ready_lines(books: Iterable[Book], checked: Mapping[str, Checked]) -> tuple[ReadyLine, ...]:
    """Tell of each runbook how ready it was when it was checked last; an edit undoes that."""
    return tuple(_line(book, checked.get(book.name)) for book in books)


def _line(book: Book, last: Checked | None) -> ReadyLine:
    if last is None or last.hash != book.hash:
        return ReadyLine(
            runbook=book.name, title=book.title, state="", checked_at=None, failed=(), total=0
        )
    return ReadyLine(
        runbook=book.name,
        title=book.title,
        state=last.state,
        checked_at=last.at,
        failed=last.failed,
        total=last.total,
    )
