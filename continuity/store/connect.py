"""Connections to the database, set so that what was confirmed is on disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from continuity.domain.failure import ConfigurationError, StoreError
from continuity.domain.text import N_, say, shown
from continuity.store.peek import uri_to_read

BUSY_SECONDS = 15.0
"""How long to wait for another writer; 200,000 proven paths hold the lock for 3 s at most."""

_SQLITE = "sqlite:///"
_NO_DATABASE = frozenset({None, "", ":memory:"})
_REMEDY = N_("Write sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE.")
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a confirmed record survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # a name that was erased is not left in free pages
    "PRAGMA recursive_triggers=ON",  # or INSERT OR REPLACE would get past the triggers
)
_WRITES = "continuity_writes"
# Altered text must be read, to be shown as altered.
_as_written = partial(str, encoding="utf-8", errors="surrogateescape")
# One writer at a time, as on SQLite, or the sequence could not be gapless. Any number would do.
_ADVISORY_LOCK = 7_211_983_604_115


def connect(address: str, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Prepare an engine for ``sqlite:///PATH`` or ``postgresql+psycopg://…``.

    Nothing is opened yet, but a SQLite file that does not exist is created for its owner alone.
    Raises ConfigurationError for any other address, StoreError when the file cannot be made.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, busy_seconds)
    return _postgresql(url, busy_seconds)


def connect_to_read(address: str) -> Engine | None:
    """Prepare an engine that only reads a SQLite file as it is; None for another database."""
    url = _url(address)
    if url.get_backend_name() != "sqlite":
        return None
    uri = uri_to_read(Path(url.database or ""))

    def enter() -> sqlite3.Connection:
        driver = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
        driver.text_factory = _as_written
        return driver

    engine = create_engine(url, creator=enter)
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def _url(address: str) -> URL:
    if address.startswith(_SQLITE):
        # A path as it is, though it hold a question mark or a percent sign.
        url = URL.create("sqlite", database=address.removeprefix(_SQLITE))
    else:
        url = _server_url(address)
    if url.drivername in {"sqlite", "postgresql+psycopg"} and url.database not in _NO_DATABASE:
        return url
    raise ConfigurationError(
        say(N_("The store cannot be kept at {place}."), place=place_of(url)), remedy=say(_REMEDY)
    )


def _server_url(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        # The address itself is not repeated: it may hold a password.
        what = say(N_("The store's address cannot be read."))
        raise ConfigurationError(what, remedy=say(_REMEDY)) from None


def place_of(url: URL) -> str:
    """Name a database to a person, without its password."""
    if url.get_backend_name() == "sqlite":
        return shown(os.fsencode(url.database or ""))
    return url.set(query={}).render_as_string(hide_password=True)


def writing(engine: Engine) -> Engine:
    """Give the engine whose transactions take the write lock when they begin."""
    return engine.execution_options(**{_WRITES: True})


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_WRITES, False))


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    _create_for_owner(Path(url.database or ""))
    # The driver in autocommit, transactions begun by us: otherwise a failed migration leaves
    # half of its tables behind, and a reader that turns writer fails at once.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": busy_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def _create_for_owner(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StoreError(
            say(
                N_("The state database {place} cannot be made: {why}."),
                place=shown(os.fsencode(path)),
                why=why,
            ),
            remedy=say(N_("Check that its directory exists and that this user may write there.")),
        ) from error


def _prepare_sqlite(driver: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver.text_factory = _as_written
    try:
        with closing(driver.cursor()) as cursor:
            for pragma in _PRAGMAS:
                cursor.execute(pragma)
    except BaseException:  # also an interrupt; it goes on below
        # The pool does not know this connection yet, so nobody else would close it.
        driver.close()
        raise


def _begin_on_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _postgresql(url: URL, busy_seconds: float) -> Engine:
    try:
        engine = create_engine(url, connect_args={"connect_timeout": max(2, int(busy_seconds))})
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            say(N_("The driver for PostgreSQL is not installed.")),
            remedy=say(N_("Install it with `pip install 'continuity[postgres]'`.")),
        ) from error
    milliseconds = int(busy_seconds * 1000)

    def begin(connection: Connection) -> None:
        if _writes(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")

    event.listen(engine, "begin", begin)
    return engine
