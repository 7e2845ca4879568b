"""What every kind of check tells about itself, and how it is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from continuity.domain.clock import Now
from continuity.domain.failure import ToolError
from continuity.domain.job import Check
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import Duration, SourcePath, duration_from_text
from continuity.sandbox.cell import Cell

Query = Callable[[str], str | None]
"""Puts one query to the revived server; the first column of its first row, None without one."""


class Subject(StrEnum):
    """What can be asked: restored files, or a server that was brought to life with the data."""

    FILES = "files"
    SERVER = "server"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """A check and what it is put to.

    ``data_time`` is the instant for which the data should be right. ``query`` is there where a
    server was revived, and ``environment`` lets programs in the cell reach it; ``empty`` puts a
    query to an empty database of that server. ``captured`` are the answers of the source itself at
    the moment of capture, by query.
    """

    check: Check
    cell: Cell
    data_time: datetime
    now: Now
    query: Query | None = None
    environment: tuple[tuple[str, str], ...] = ()
    empty: Query | None = None
    captured: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a check was answered; ``passed`` is None when it could not be known."""

    name: str
    kind: str
    passed: bool | None
    expected: Message
    found: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What of the source must be restored for a check, as paths of the source.

    ``paths`` of None is everything. ``beside`` belongs to it where it exists, such as the journal
    of a database.
    """

    paths: tuple[bytes, ...] | None
    beside: tuple[bytes, ...] = ()


NOTHING_NEEDED = Needs(paths=())
EVERYTHING = Needs(paths=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckKind:
    """An entry of the registry: the name people write, its own keys, and how it is asked.

    ``ask`` raises ContinuityError when it could not be asked, which is never taken for an answer.
    ``questions`` are queries that the source itself must be asked when it is captured.
    """

    name: str
    options: type[Check]
    subjects: frozenset[Subject]
    ask: Callable[[Asking], Answer]
    needs: Callable[[Check], Needs] = lambda _check: NOTHING_NEEDED
    questions: Callable[[Check], tuple[str, ...]] = lambda _check: ()


class PatientCheck(Check):
    """A check that may take its time."""

    timeout: Duration = Field(
        default=duration_from_text("10m"), description="it counts as not answered after this"
    )


class ProgramCheck(Check):
    """A check that runs a program on what was restored."""

    paths: tuple[SourcePath, ...] = Field(
        default=(),
        description="what it needs of the source; if absent, it is asked in full drills only",
    )


def encoded(paths: Iterable[str]) -> tuple[bytes, ...]:
    """Give paths that people wrote as the bytes that manifests hold."""
    return tuple(os.fsencode(path) for path in paths)


def needs_of_program(check: Check) -> Needs:
    """Tell what a check that runs a program needs: what it names, or everything."""
    if isinstance(check, ProgramCheck) and check.paths:
        return Needs(paths=encoded(check.paths))
    return EVERYTHING


def filled(argv: Iterable[str], cell: Cell) -> tuple[str, ...]:
    """Put the places of the cell where a command says ``{tree}`` and ``{home}``."""
    places = {"{tree}": os.fspath(cell.tree), "{home}": os.fspath(cell.home)}
    words = list(argv)
    for name, place in places.items():
        words = [word.replace(name, place) for word in words]
    return tuple(words)


def restored(cell: Cell, path: str) -> str:
    """Say where a path of the source lies in the cell. Raises ToolError when it does not."""
    place = f"{cell.tree}{path}"
    if not os.path.lexists(place):
        raise ToolError(
            say(N_("{path} is not in the restore point."), path=shown(os.fsencode(path))),
            remedy=say(N_("Correct the path in the job's checks, or what its source covers.")),
        )
    return place


def seconds(span: timedelta) -> float:
    """Give a span in seconds."""
    return span.total_seconds()
