"""How SQLite is asked, and how its answers are read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from continuity.domain.failure import SourceError
from continuity.domain.text import N_, say, shown

HEADER = b"SQLite format 3\0"
"""What every database begins with."""

Row = tuple[str | None, ...]
Told = Mapping[str, object]
Ask = Callable[[Sequence[object]], list[Told]]
"""Puts many queries at once, as ``sandbox.inside.queries`` takes them, and gives what it tells."""


def first_value(told: Told) -> str | None:
    """Give the first column of the first row; None for NULL, no row, or no answer."""
    rows = told.get("rows")
    if not isinstance(rows, list) or not rows or not rows[0]:
        return None
    value = rows[0][0]
    return None if value is None else str(value)


def quoted(name: str) -> str:
    """Write a name as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def rows_of(told: Told, least: int = 0) -> list[Row]:
    """Give the rows of an answer. Raises SourceError for a refusal, or fewer rows than these."""
    rows = told.get("rows")
    if not isinstance(rows, list) or len(rows) < least:
        refused = str(told.get("refused", "")).encode("utf-8", "surrogatepass")
        raise SourceError(
            say(N_("The database does not answer: {said}"), said=shown(refused)),
            remedy=say(N_("Look whether it is whole: sqlite3 FILE 'pragma integrity_check'")),
        )
    return [tuple(row) for row in rows]


def number_of(told: Told) -> int:
    """Give the one number of an answer. Raises SourceError for a refusal."""
    return int(text(rows_of(told, 1)[0][0]))


def whole(value: object) -> int:
    """Read a number; anything else is 0."""
    return value if isinstance(value, int) else 0


def text(value: object) -> str:
    """Read a text; anything else is empty."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(text(one) for one in value) if isinstance(value, list | tuple) else ()


def no_database(path: str) -> SourceError:
    """Make the error for a file that is something else."""
    return SourceError(
        say(
            N_("{path} is no SQLite database, or an encrypted one."), path=shown(os.fsencode(path))
        ),
        remedy=say(N_("Look whether the right disk is mounted, and correct the job's path.")),
    )
