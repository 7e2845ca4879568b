"""What PostgreSQL's programs and servers complain of, in our own terms."""

from __future__ import annotations

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    NoSpaceError,
    RevivalError,
    SourceError,
    ToolError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Finished

_LONGEST = 600
# Before there is a connection libpq has no codes, only sentences: its own are English under
# LC_ALL=C, the server's are in the server's language.
_REFUSED = (b"authentication failed", b"no password supplied", b"pg_hba.conf", b"fe_sendauth")
_REFUSED_SPANISH = (b"autentific", "contraseña".encode())
_FORBIDDEN = (b"permission denied for", b"permiso denegado a")
_NO_DATABASE = (b"does not exist", b"no existe")
_LOST = (b"server closed the connection", b"terminating connection", b"connection to server")
_VERSION = (b"server version mismatch", b"unsupported version")
_NO_SPACE = (b"No space left on device",)


def trouble(program: str, finished: Finished, host: str) -> ContinuityError:
    """Say why a program ended as it should not have; its last words are part of it."""
    told = finished.stderr.strip()
    values: dict[str, str | int] = {
        "program": program,
        "host": host,
        "said": last_words(told),
        "code": finished.code,
    }
    if _says(told, _VERSION):
        return ToolMissingError(
            say(N_("{program} on {host} is older than the server: {said}"), **values),
            remedy=say(N_("Install the client programs of the server's version there.")),
        )
    if _says(told, (*_REFUSED, *_REFUSED_SPANISH)):
        return AuthenticationError(
            say(N_("The server refused {program} on {host}: {said}"), **values),
            remedy=say(N_("Compare role and password with the server's, and its pg_hba.conf.")),
        )
    if _says(told, _FORBIDDEN):
        return AuthenticationError(
            say(N_("The role may not read everything, says {program} on {host}: {said}"), **values),
            remedy=say(N_("Give the role the right to read all of it, such as pg_read_all_data.")),
        )
    if b"FATAL" in told and _says(told, _NO_DATABASE):
        return _gone(values)
    if _says(told, _NO_SPACE):
        return NoSpaceError(
            say(N_("There was no room left for {program} on {host}: {said}"), **values),
            remedy=say(N_("Free some space there and run again.")),
        )
    if _says(told, _LOST):
        return UnreachableError(
            say(N_("{program} on {host} has no connection to the server: {said}"), **values),
            remedy=say(N_("See whether the server runs and accepts connections there.")),
        )
    if finished.code < 0:
        return ToolError(
            say(
                N_("{program} on {host} was ended by signal {signal}."),
                program=program,
                host=host,
                signal=-finished.code,
            ),
            remedy=say(N_("See in the system's log who ended it; often memory ran out.")),
        )
    return ToolError(
        say(N_("{program} on {host} ended with code {code}: {said}"), **values),
        remedy=say(N_("Read what it says; run it by hand there to see more.")),
    )


def refused(code: str, told: bytes) -> ContinuityError:
    """Say that the server refused a statement; ``code`` is its SQLSTATE."""
    values: dict[str, str | int] = {"code": code, "said": last_words(told)}
    if code.startswith("42501"):
        return AuthenticationError(
            say(N_("The server refuses to show something: {said} (SQLSTATE {code})"), **values),
            remedy=say(N_("Give the role the right to read all of it, such as pg_read_all_data.")),
        )
    if code.startswith("53"):
        return NoSpaceError(
            say(N_("The server has no room: {said} (SQLSTATE {code})"), **values),
            remedy=say(N_("Free some space there and run again.")),
        )
    return ToolError(
        say(N_("The server refused a query: {said} (SQLSTATE {code})"), **values),
        remedy=say(N_("Read what it says, and compare the query with the database.")),
    )


def not_permitted(code: str, told: bytes) -> ContinuityError:
    """Say that the server refused a change; ``code`` is its SQLSTATE."""
    values: dict[str, str | int] = {"code": code, "said": last_words(told)}
    if code.startswith("42501"):
        return AuthenticationError(
            say(N_("The server does not permit a change: {said} (SQLSTATE {code})"), **values),
            remedy=say(
                N_("Give the role that right, or write another one under restore in the source.")
            ),
        )
    if code.startswith("53"):
        return refused(code, told)
    return ToolError(
        say(N_("The server refused a change: {said} (SQLSTATE {code})"), **values),
        remedy=say(N_("Read what it says; nothing was replaced.")),
    )


def question_refused(code: str, told: bytes) -> ContinuityError:
    """Say that the server refused a query that a person wrote."""
    return RevivalError(
        say(
            N_("The server refused the query: {said} (SQLSTATE {code})"),
            code=code,
            said=last_words(told),
        ),
        remedy=say(N_("Write the query anew if it is wrong; else what it asks for is missing.")),
    )


def last_words(told: bytes) -> str:
    """Give the last lines of what a program said, escaped and short."""
    lines = [line.strip() for line in told.split(b"\n") if line.strip()]
    return " / ".join(shown(line) for line in lines[-3:])[-_LONGEST:]


def _gone(values: dict[str, str | int]) -> ContinuityError:
    return SourceError(
        say(N_("The database or the role is not there: {said}"), **values),
        remedy=say(N_("Bring it back, or correct the job's source if it has another name.")),
    )


def _says(told: bytes, phrases: tuple[bytes, ...]) -> bool:
    return any(phrase in told for phrase in phrases)
