"""SQLite databases: copied with SQLite's own backup, looked at in the cell."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from continuity.domain.failure import RevivalError
from continuity.domain.job import Source
from continuity.domain.text import N_, say, shown
from continuity.domain.written import Duration, ExpectedError, SourcePath, duration_from_text
from continuity.hosts.local import LocalHost
from continuity.sandbox.checks.inside import told_inside
from continuity.sources.source import (
    NO_FILES,
    Captured,
    Capturing,
    Extent,
    Inquiring,
    Planting,
    Revived,
    Reviving,
    SourceKind,
)
from continuity.sources.sqlite_by_hand import load_by_hand
from continuity.sources.sqlite_elsewhere import capture_elsewhere
from continuity.sources.sqlite_here import capture_here
from continuity.sources.sqlite_inquire import inquire_in
from continuity.sources.sqlite_look import Looking, take_look
from continuity.sources.sqlite_plant import plant_in
from continuity.sources.sqlite_words import Told, first_value

_PATIENCE = timedelta(hours=2)
_ANSWER_BYTES = 64 << 20


def _column(text: str) -> str:
    table, dot, column = text.rpartition(".")
    if not (table and dot and column):
        raise ExpectedError(say(N_("a column such as orders.created_at")))
    return text


class SqliteSource(Source):
    """One SQLite database file, whether or not programs write to it."""

    kind: Literal["sqlite"] = Field(default="sqlite", description="a database file of SQLite")
    path: SourcePath = Field(description="the database file; its journals are taken care of")
    newest: tuple[Annotated[str, AfterValidator(_column)], ...] = Field(
        default=(),
        description="time columns whose newest value is compared, as table.column",
        examples=[["orders.created_at"]],
    )

    patience: Duration = Field(
        default=duration_from_text("1m"),
        description="how long to wait for a program that keeps the database locked",
    )

    def identity(self) -> str:
        """Name the file."""
        return json.dumps([self.path])


def extent(_source: Source) -> Extent:
    """Give what of a host's files it covers as files: none."""
    return NO_FILES


@contextmanager
def capture(capturing: Capturing) -> Iterator[Captured]:
    """Copy the database as of one instant, with a portrait that the source itself tells."""
    source = _own(capturing.source)
    looking = Looking(
        turn=capturing.turn,
        newest=source.newest,
        questions=capturing.questions,
        patience=source.patience.total_seconds(),
    )
    made: Callable[..., AbstractContextManager[Captured]] = (
        capture_here if isinstance(capturing.host, LocalHost) else capture_elsewhere
    )
    with made(capturing, source.path, looking) as captured:
        yield captured


@contextmanager
def revive(reviving: Reviving) -> Iterator[Revived]:
    """Let SQLite read every page of the copy, and ask it the same as the source."""
    source = _own(reviving.source)
    scratch = _Scratch(reviving)
    with reviving.phase("load"):
        complaints, broken = scratch.examine()
    with reviving.phase("question"):
        looking = Looking(turn=0, newest=source.newest)
        portrait = (
            replace(reviving.portrait, tables=())
            if complaints
            else take_look(scratch.ask, looking, reviving.portrait)
        )
    yield Revived(
        version=portrait.version,
        portrait=portrait,
        complaints=complaints,
        ask=scratch.question,
        ask_empty=scratch.question_nothing,
        warnings=(f"rows that refer to missing ones: {broken}",) if broken else (),
    )


class _Scratch:
    """The copy in the cell; every question is a program of its own, for there is no server."""

    def __init__(self, reviving: Reviving) -> None:
        self._cell = reviving.cell
        self._copy = str(reviving.restored)
        self._home = reviving.home

    def examine(self) -> tuple[tuple[str, ...], int]:
        """Give what SQLite complains of, and how many references lead nowhere."""
        told = told_inside(self._cell, "database", (self._copy, str(self._home)), _PATIENCE)
        found, broken = told.get("complaints"), told.get("broken_references", 0)
        complaints = tuple(str(line) for line in found) if isinstance(found, list) else ("-",)
        return complaints, broken if isinstance(broken, int) else 0

    def ask(self, queries: Sequence[object]) -> list[Told]:
        """Put queries to the copy."""
        return self._put(self._copy, queries)

    def question(self, query: str) -> str | None:
        """Put a query of the job's checks. Raises RevivalError when it is refused."""
        return self._first(self._copy, query)

    def question_nothing(self, query: str) -> str | None:
        """Put it to an empty database. Raises RevivalError when it is refused."""
        return self._first("", query)

    def _first(self, database: str, query: str) -> str | None:
        (told,) = self._put(database, [query])
        refused = told.get("refused")
        if refused is not None:
            said = shown(str(refused).encode("utf-8", "surrogatepass"))
            raise RevivalError(say(N_("The query is refused: {said}"), said=said))
        return first_value(told)

    def _put(self, database: str, queries: Sequence[object]) -> list[Told]:
        # Checks run programs that may write there, so the name is new and no link.
        file = self._home / f"queries-{secrets.token_hex(8)}.json"
        with file.open("x", encoding="ascii") as stream:
            stream.write(json.dumps(list(queries)))
        file.chmod(0o644)
        told = told_inside(
            self._cell, "queries", (database, str(file)), _PATIENCE, keep=_ANSWER_BYTES
        )
        answers = told.get("answers")
        return list(answers) if isinstance(answers, list) else []


def _own(source: Source) -> SqliteSource:
    if not isinstance(source, SqliteSource):
        raise TypeError(f"{type(source).__name__} is no database of SQLite")
    return source


def plant(planting: Planting) -> None:
    """Put a canary into the database. Raises SourceError and LockedError."""
    plant_in(planting.host, _own(planting.source).path, planting.statements)


def inquire(asked: Inquiring) -> str | None:
    """Ask the living database, which is opened to be read. Raises SourceError."""
    return inquire_in(asked, _own(asked.source).path)


SOURCE = SourceKind(
    name="sqlite",
    options=SqliteSource,
    extent=extent,
    capture=capture,
    revive=revive,
    plant=plant,
    inquire=inquire,
    needs=lambda _source: ("sqlite3",),
    by_hand=load_by_hand,
)
