"""A quick look at the end of the record, without what opening the store costs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from continuity.domain.evidence import Head

_NOTE = "SELECT value FROM meta WHERE name = ?"
_QUERY = "SELECT sequence, hash FROM evidence ORDER BY sequence DESC LIMIT 1"
# The states are those of ``ACTIVE``, written out because loading it costs what a look saves.
_OPEN = (
    "SELECT count(*) FROM incident WHERE json_extract(body, '$.parent') IS NULL"
    " AND state IN ('acknowledged', 'in-progress', 'mitigated', 'on-hold', 'open')"
)


def peek_head(path: Path) -> Head | None:
    """Give the end of the record in a SQLite file; None when that takes more than a look.

    Reads only, waits for nobody, and says nothing about what is wrong: open the store for that.
    """
    match _first(path, _QUERY):
        case ():
            return Head()
        case (int(sequence), str(digest)):
            return Head(sequence=sequence, hash=digest)
        case _:
            return None


def peek_open_incidents(path: Path) -> int | None:
    """Count the incidents that speak now in a SQLite file; None as ``peek_head`` gives it."""
    match _first(path, _OPEN):
        case (int(count),):
            return count
        case _:
            return None


def peek_note(path: Path, name: str) -> str | None:
    """Recall what was noted under a name in a SQLite file; None where that is nothing."""
    match _first(path, _NOTE, name):
        case (str(text),):
            return text
        case _:
            return None


def _first(path: Path, query: str, *values: str) -> tuple[object, ...] | None:
    """Give the first row, empty when there is none; None when nothing could be read."""
    # Without a write-ahead log the file is complete, and need not get one for being read. Should a
    # writer come in between, the worst is an answer that was right a moment ago, or None.
    logged = path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro" if logged else "mode=ro&immutable=1"
    address = f"file:{quote(str(path.absolute()))}?{mode}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0.1)) as connection:
            row: tuple[object, ...] | None = connection.execute(query, values).fetchone()
    except sqlite3.Error:
        return None
    return () if row is None else row
