"""Is a restored SQLite database whole?"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.job import Check
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.written import SourcePath
from continuity.sandbox.checks.check import (
    Answer,
    Asking,
    CheckKind,
    Needs,
    PatientCheck,
    Subject,
    encoded,
    restored,
)
from continuity.sandbox.checks.inside import first, told_inside, whole


class SqliteCheck(PatientCheck):
    """SQLite reads every page of a database and follows every reference."""

    kind: Literal["sqlite"] = Field(description="SQLite's own check of a database")
    path: SourcePath = Field(description="the database file in the source")


def ask(asking: Asking) -> Answer:
    """Let SQLite look at it in the cell. Raises ToolError, TimedOutError."""
    check = _own(asking.check)
    words = (restored(asking.cell, check.path), str(asking.cell.home))
    told = told_inside(asking.cell, "database", words, check.timeout)
    broken, tables = whole(told, "broken_references"), whole(told, "tables")
    sound = not told.get("complaints") and not broken and tables > 0
    return Answer(
        name=check.name,
        kind=check.kind,
        passed=sound,
        expected=say(N_("a whole database")),
        found=_found(first(told, "complaints"), broken, tables),
    )


def _found(complaint: str, broken: int, tables: int) -> Message:
    if complaint != "-":
        return say(N_("damage: {complaint}"), complaint=shown(complaint.encode("utf-8", "replace")))
    if broken:
        return say(N_("rows that refer to missing ones: {count}"), count=broken)
    return say(N_("tables that are whole: {count}"), count=tables)


def needs(check: Check) -> Needs:
    """Name the database, and the journals without which it is not up to date."""
    (path,) = encoded((_own(check).path,))
    return Needs(paths=(path,), beside=(path + b"-wal", path + b"-journal"))


def _own(check: Check) -> SqliteCheck:
    if not isinstance(check, SqliteCheck):
        raise TypeError(f"{type(check).__name__} is no check of SQLite")
    return check


CHECK = CheckKind(
    name="sqlite",
    options=SqliteCheck,
    subjects=frozenset({Subject.FILES}),
    ask=ask,
    needs=needs,
)
