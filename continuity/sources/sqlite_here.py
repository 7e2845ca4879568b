"""Copy a SQLite database of this machine: copy and portrait see one and the same instant."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import quote

from continuity.domain.failure import LockedError, NoSpaceError, SourceError
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say, shown
from continuity.sandbox.inside.queries import answer
from continuity.sources.source import Captured, Capturing, captured_path
from continuity.sources.sqlite_look import Looking, take_look
from continuity.sources.sqlite_words import HEADER, Told, no_database

_LONGEST_QUERY = 3_600.0
_STEPS = 1_000_000
_CHUNK = 1 << 20


@contextmanager
def capture_here(capturing: Capturing, path: str, looking: Looking) -> Iterator[Captured]:
    """Copy into the private directory, inside one read transaction, then hand the copy over.

    In WAL mode nobody waits for it; otherwise writers wait as long as it lasts.
    """
    _require_database(path)
    copy = capturing.scratch / "copy.sqlite"
    with _understood(path), closing(_opened(path, looking.patience)) as database:
        data_time = capturing.now()
        database.execute("BEGIN")
        # The transaction begins to see with its first read, not with BEGIN.
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()

        def portrait() -> Portrait:
            with _understood(path):
                return take_look(lambda queries: _ask(database, queries), looking)

        yield Captured(
            path=captured_path(capturing.job, "sqlite"),
            data_time=data_time,
            pieces=_pieces(database, copy, path),
            portrait=portrait,
        )


def _opened(path: str, patience: float) -> sqlite3.Connection:
    # autocommit, so that the one transaction is ours; read only, so that nothing is made or altered
    database = sqlite3.connect(
        f"file:{quote(path)}?mode=ro", uri=True, timeout=patience, isolation_level=None
    )
    database.execute("PRAGMA query_only = 1")
    return database


def _pieces(database: sqlite3.Connection, copy: Path, path: str) -> Iterator[bytes]:
    with _understood(path):
        descriptor = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.close(descriptor)
        with closing(sqlite3.connect(copy)) as target:
            database.backup(target)
        # What attaches or writes would do it to other files of this machine.
        database.set_authorizer(_only_reading)
        with copy.open("rb") as file:
            copy.unlink()
            while piece := file.read(_CHUNK):
                yield piece


def _only_reading(action: int, *_about: str | None) -> int:
    refused = action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH}
    return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK


def _ask(database: sqlite3.Connection, queries: Sequence[object]) -> list[Told]:
    answers: list[Told] = []
    for query in queries:
        until = time.monotonic() + _LONGEST_QUERY
        database.set_progress_handler(partial(_is_late, until), _STEPS)
        answers.append(answer(database, query))
    return answers


def _is_late(until: float) -> bool:
    return time.monotonic() > until


def _require_database(path: str) -> None:
    """Refuse what is not there, not readable, empty or something else. Raises SourceError."""
    try:
        with Path(path).open("rb") as file:
            header = file.read(len(HEADER))
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from error
    if header != HEADER:
        raise no_database(path)


@contextmanager
def _understood(path: str) -> Iterator[None]:
    """Turn what SQLite complains of into our own errors."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise LockedError(
                say(N_("Somebody keeps {path} locked."), path=_told(path)),
                remedy=say(N_("Look which program writes to it for so long, and run again.")),
            ) from error
        if name.startswith("SQLITE_FULL"):
            raise NoSpaceError(
                say(N_("There is no room to copy {path} to."), path=_told(path)),
                remedy=say(N_("Free as much space as it has in the state directory.")),
            ) from error
        raise _unusable(path, str(error)) from error


def _unusable(path: str, cause: str) -> SourceError:
    said = shown(cause.encode("utf-8", "surrogatepass"))
    return SourceError(
        say(N_("The database {path} cannot be copied: {cause}."), path=_told(path), cause=said),
        remedy=say(N_("Look whether it is there, readable and whole; older copies stay.")),
    )


def _told(path: str) -> str:
    return shown(os.fsencode(path))
