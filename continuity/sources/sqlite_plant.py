"""Put a canary into a SQLite database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from urllib.parse import quote

from continuity.domain.failure import LockedError, SourceError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Host
from continuity.hosts.local import LocalHost

_SECONDS = 60.0
_WAIT_SECONDS = 10


def plant_in(host: Host, database: str, statements: tuple[str, ...]) -> None:
    """Execute statements in one transaction; a database that is not there is never made.

    Raises LockedError and SourceError.
    """
    place = f"file:{quote(database)}?mode=rw"
    whole = ("BEGIN IMMEDIATE", *statements, "COMMIT")
    if isinstance(host, LocalHost):
        _plant_here(place, database, whole)
    else:
        _plant_there(host, place, database, whole)


def _plant_here(place: str, database: str, statements: tuple[str, ...]) -> None:
    try:
        with closing(
            sqlite3.connect(place, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)
        ) as connection:
            for statement in statements:
                connection.execute(statement)
    except sqlite3.Error as error:
        raise _trouble(database, str(error)) from error


def _plant_there(host: Host, place: str, database: str, statements: tuple[str, ...]) -> None:
    waiting = ("-cmd", f".timeout {_WAIT_SECONDS * 1_000}")
    finished = host.run(
        Command(
            argv=("sqlite3", "-init", "/dev/null", "-batch", "-bail", *waiting, place),
            timeout=_SECONDS,
            stdin=f"{'; '.join(statements)};\n".encode(),
        )
    )
    if finished.code != 0 or finished.stderr.strip():
        said = shown(finished.stderr.strip()[-300:])
        raise _trouble(database, said or str(finished.code))


def _trouble(database: str, reason: str) -> SourceError | LockedError:
    raised = LockedError if "locked" in reason else SourceError
    return raised(
        say(
            N_("The canary could not be planted in {path}: {reason}."),
            path=shown(database.encode("utf-8", "surrogateescape")),
            reason=reason,
        ),
        remedy=say(N_("See whether the database is there, and who may write to it.")),
    )
