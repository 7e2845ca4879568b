"""SQLite databases: copied with SQLite's own backup, looked at in the cell."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from continuity.domain.job import Source
from continuity.domain.text import N_, say
from continuity.domain.written import Duration, ExpectedError, SourcePath, duration_from_text
from continuity.hosts.local import LocalHost
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
from continuity.sources.sqlite_scratch import Scratch


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
    scratch = Scratch(reviving)
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
