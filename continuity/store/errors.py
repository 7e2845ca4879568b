"""What the database complains about, said to the person who has to act on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError

from continuity.domain.failure import StoreError, UnwritableError
from continuity.domain.text import N_, say, shown
from continuity.store.peek import FULL, MAKE_ROOM

_LOCKED = N_("The state database {place} is locked by another process.")
_READ_ONLY = N_("The state database {place} cannot be written to.")
_NOT_OURS = N_("The state database {place} is damaged, or no database at all.")
_ABSENT = N_("The state database {place} cannot be opened.")
_NO_SERVER = N_("The database server of {place} does not answer.")
_REFUSED = N_("The database server of {place} refuses access.")
_NO_DISK = N_("The disk of the state database {place} is full or failing: {detail}.")
_OTHER = N_("The state database {place} failed: {detail}")

_REMEDIES = {
    _LOCKED: N_("Find who holds it (`fuser` names the process), let it finish, and try again."),
    FULL: MAKE_ROOM,
    _READ_ONLY: N_("Run as the user who owns the state, on a file system mounted for writing."),
    _NOT_OURS: N_("Put the file aside for the inquiry, and bring back the last good copy of it."),
    _ABSENT: N_("Check that its directory exists and that this user may enter and write there."),
    _NO_SERVER: N_("Check that the server runs and that its address in the workspace is right."),
    _REFUSED: N_("Check user, password and database name in the workspace's store address."),
    _NO_DISK: N_(
        "Make room on that file system; if there is, read the kernel's log about its disk."
    ),
    _OTHER: N_("Run `continuity doctor`, and read the server's log if there is one."),
}

_UNWRITABLE = frozenset({FULL, _READ_ONLY, _ABSENT, _NO_DISK})

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    # Also what a full disk becomes when the index of the log cannot grow.
    sqlite3.SQLITE_IOERR: _NO_DISK,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _NOT_OURS,
    sqlite3.SQLITE_NOTADB: _NOT_OURS,
    sqlite3.SQLITE_CANTOPEN: _ABSENT,
}
_PRIMARY_CODE = 0xFF

# SQLSTATE, or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_SQLSTATE = {
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "53100": FULL,
    "25006": _READ_ONLY,
    "42501": _REFUSED,
    "3D000": _REFUSED,
    "28": _REFUSED,
    "08": _NO_SERVER,
    "57P": _NO_SERVER,
}


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn the driver's errors into StoreError; ``place`` names the database, without password."""
    try:
        yield
    except DBAPIError as error:
        raise store_error(error, place) from error
    except StatementError as error:
        # A value refused before the driver saw it, such as a time without a zone.
        raise error.orig or error from error


def store_error(error: DBAPIError, place: str) -> StoreError:
    """Say what a database error means and what to do about it."""
    template = _template(error.orig)
    detail = str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__
    values = (
        {"detail": shown(detail.encode("utf-8", "replace"))}
        if template in {_OTHER, _NO_DISK}
        else {}
    )
    kind = UnwritableError if template in _UNWRITABLE else StoreError
    return kind(say(template, place=place, **values), remedy=say(_REMEDIES[template]))


def _template(cause: BaseException | None) -> str:
    if isinstance(cause, sqlite3.Error):
        # An error made by the driver itself has no code.
        code = getattr(cause, "sqlite_errorcode", None)
        return _OTHER if code is None else _BY_SQLITE_CODE.get(code & _PRIMARY_CODE, _OTHER)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # The driver never heard from the server: libpq gives no SQLSTATE then, nor for a
        # password refused while connecting.
        return _NO_SERVER
    return next((_BY_SQLSTATE[state[:n]] for n in (5, 3, 2) if state[:n] in _BY_SQLSTATE), _OTHER)
