"""A quick look at the record and the disk it is on, without what opening the store costs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from continuity.domain.evidence import Head
from continuity.domain.failure import UnwritableError
from continuity.domain.text import N_, say, shown

FULL = N_("There is no space left for the state database {place}.")
MAKE_ROOM = N_("Make room on that file system, and try again; nothing recorded so far is lost.")
# What the index of a log takes before anything is written.
_LEAST_ROOM = 32 << 10
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


def hindrance(path: Path) -> UnwritableError | None:
    """Say why nothing can be recorded in a SQLite file now; None where nothing speaks against it.

    Looks at the file system alone: what is not seen from there, opening the store finds.
    """
    place = shown(os.fsencode(path))
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return None
    if disk.f_flag & os.ST_RDONLY:
        what = say(N_("The file system of {place} can only be read."), place=place)
        remedy = say(N_("Read the kernel's log for why, then mount it for writing again."))
        return UnwritableError(what, remedy=remedy)
    free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    # Where no size is told at all, nothing is known of what is left.
    if disk.f_blocks and free * disk.f_frsize < _LEAST_ROOM:
        return UnwritableError(say(FULL, place=place), remedy=say(MAKE_ROOM))
    return None


def uri_to_read(path: Path) -> str:
    """Give the address at which SQLite only reads a file, also where nothing can be written."""
    # Without a write-ahead log the file is complete, and need not get one for being read. Should a
    # writer come in between, the worst is an answer that was right a moment ago, or None.
    log = path.with_name(f"{path.name}-wal")
    logged = log.exists() and log.stat().st_size > 0
    mode = "mode=ro" if logged else "mode=ro&immutable=1"
    return f"file:{quote(str(path.absolute()))}?{mode}"


def _first(path: Path, query: str, *values: str) -> tuple[object, ...] | None:
    """Give the first row, empty when there is none; None when nothing could be read."""
    try:
        with closing(sqlite3.connect(uri_to_read(path), uri=True, timeout=0.1)) as connection:
            row: tuple[object, ...] | None = connection.execute(query, values).fetchone()
    except sqlite3.Error:
        return None
    return () if row is None else row
