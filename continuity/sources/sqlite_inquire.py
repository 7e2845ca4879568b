"""Ask a living SQLite database one question, without the right to write to it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from urllib.parse import quote

from continuity.domain.failure import SourceError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command
from continuity.hosts.local import LocalHost
from continuity.sources.source import Inquiring

# Between columns of what the program prints: nothing that people write has it.
_BETWEEN = "\x1f"
_STEPS = 10_000


def inquire_in(asked: Inquiring, database: str) -> str | None:
    """Give the first column of the first row. Raises SourceError."""
    place = f"file:{quote(database)}?mode=ro"
    if isinstance(asked.host, LocalHost):
        return _here(asked, place, database)
    return _there(asked, place, database)


def _here(asked: Inquiring, place: str, database: str) -> str | None:
    until = time.monotonic() + asked.seconds
    try:
        with closing(sqlite3.connect(place, uri=True, timeout=asked.seconds)) as connection:
            connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
            row = connection.execute(asked.query).fetchone()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _trouble(database, str(error)) from error
    return None if row is None or row[0] is None else str(row[0])


def _there(asked: Inquiring, place: str, database: str) -> str | None:
    words = ("-init", "/dev/null", "-batch", "-bail", "-readonly", "-separator", _BETWEEN)
    finished = asked.host.run(
        Command(
            argv=("sqlite3", *words, place),
            timeout=asked.seconds,
            stdin=f"{asked.query};\n".encode(),
        )
    )
    if finished.code != 0 or finished.stderr.strip():
        raise _trouble(database, shown(finished.stderr.strip()[-300:]) or str(finished.code))
    first = finished.stdout.decode("utf-8", "replace").partition("\n")[0].partition(_BETWEEN)[0]
    return first or None


def _trouble(database: str, reason: str) -> SourceError:
    return SourceError(
        say(
            N_("The database {path} did not answer: {reason}."),
            path=shown(database.encode("utf-8", "surrogateescape")),
            reason=reason,
        ),
        remedy=say(N_("See whether the database is there, and whether the question fits it.")),
    )
