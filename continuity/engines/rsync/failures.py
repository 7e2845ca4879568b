"""What exit codes of rsync and errors of the file system mean."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    DamagedError,
    FailureClass,
    HostKeyError,
    InterruptedRunError,
    NoSpaceError,
    SourceError,
    TimedOutError,
    ToolError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.text import N_, say, shown
from continuity.engines.rsync.output import plain_from_escaped
from continuity.hosts.host import Finished
from continuity.hosts.transport import Transport

SOME_FAILED = 23
SOME_VANISHED = 24
TOO_MANY_DELETIONS = 25
INCOMPLETE = frozenset({SOME_FAILED, SOME_VANISHED})
"""Codes that say: the rest was copied."""

# rsync(1), EXIT VALUES. What is not here is a failure of the tool.
_MEANINGS: dict[int, type[ContinuityError]] = {
    3: UnreachableError,
    19: InterruptedRunError,
    20: InterruptedRunError,
    30: TimedOutError,
    35: TimedOutError,
    -signal.SIGINT: InterruptedRunError,
    -signal.SIGTERM: InterruptedRunError,
}
# What ssh and the shell there end with, and rsync's codes for a stream that broke.
_SSH_FAILED = 255
_NOT_THERE = 127
_LOST = frozenset({_SSH_FAILED, 10, 12, 30, 35})
# rsync prints strerror and the number; its own code for a full disk is 11, 12, 22 or 23.
_FULL = tuple(b"(%d)" % number for number in (errno.ENOSPC, errno.EDQUOT))


class SuspectSourceError(SourceError):
    """The source is there, but so much less of it that it is not believed."""

    failure = FailureClass.SOURCE_SUSPECT


def failure_from(finished: Finished) -> ContinuityError | None:
    """Say what went wrong; None when everything or all but single files was copied."""
    if finished.code == 0:
        return None
    if _is_full(finished.stderr):
        return NoSpaceError(
            say(N_("The disk that rsync writes to is full.")),
            remedy=say(
                N_("Free some space: of the repository in a backup, of the sandbox in a drill.")
            ),
        )
    if finished.code in INCOMPLETE:
        return None
    kind = _MEANINGS.get(finished.code, ToolError)
    return kind(
        say(
            N_("rsync ended with code {code}: {reason}"),
            code=finished.code,
            reason=_first_complaint(finished.stderr),
        ),
        remedy=say(N_("Look the code up under EXIT VALUES in the manual of rsync.")),
    )


def require_connection(finished: Finished, transport: Transport) -> None:
    """Raise what a copy from another machine fails with when its connection does.

    Whoever reads the codes 12 and 30 alone takes a pulled cable for a fault of the program.
    """
    if finished.code == 0 or _is_full(finished.stderr):
        return
    target, stderr = transport.target, finished.stderr
    if finished.code == _NOT_THERE or _is_unknown_there(stderr):
        raise ToolMissingError(
            say(N_("rsync is not installed on {host}."), host=target),
            remedy=say(N_("Install it there: apt install rsync")),
        )
    if b"Host key verification failed" in stderr:
        raise HostKeyError(
            say(N_("The key that {host} shows is not the known one."), host=target),
            remedy=say(N_("Compare the fingerprint with its owner before you accept it.")),
        )
    if finished.code == _SSH_FAILED and b"Permission denied" in stderr:
        raise AuthenticationError(
            say(N_("{host} does not let us in."), host=target),
            remedy=say(N_("Look whether the key is authorised there, and for which user.")),
        )
    if finished.code in _LOST:
        raise UnreachableError(
            say(
                N_("The connection to {host} failed or was lost: {reason}"),
                host=target,
                reason=_first_complaint(stderr),
            ),
            remedy=say(N_("Look whether the machine is up and the network stable; run again.")),
        )


def _is_unknown_there(stderr: bytes) -> bool:
    """Tell whether a shell over there says that it knows no rsync.

    rsync may notice first that nobody takes its list of paths, and ends with another code.
    """
    return any(b"rsync" in line and b"not found" in line for line in stderr.splitlines())


def complaints(stderr: bytes, limit: int = 100) -> tuple[str, ...]:
    """Give what rsync complained about, safe to show."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    return tuple(shown(plain_from_escaped(line)) for line in lines[:limit])


def _first_complaint(stderr: bytes) -> str:
    return next(iter(complaints(stderr, 1)), "-")


def _is_full(stderr: bytes) -> bool:
    return any(line.endswith(_FULL) for line in stderr.splitlines())


@contextlib.contextmanager
def understood(path: Path) -> Iterator[None]:
    """Turn an error of the repository's file system into one of ours."""
    try:
        yield
    except OSError as error:
        raise _error_from(path, error) from error


def _error_from(path: Path, error: OSError) -> ContinuityError:
    place = shown(os.fsencode(path))
    reason = error.strerror or type(error).__name__
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return NoSpaceError(
                say(N_("The disk of the repository {place} is full."), place=place),
                remedy=say(N_("Free some space there, or keep fewer generations.")),
            )
        case errno.EACCES | errno.EPERM:
            return AuthenticationError(
                say(
                    N_("The repository {place} refuses access: {reason}."),
                    place=place,
                    reason=reason,
                ),
                remedy=say(N_("Run as the user who owns the repository.")),
            )
        case errno.EIO | errno.EUCLEAN:
            return DamagedError(
                say(
                    N_("The disk of the repository {place} is damaged: {reason}."),
                    place=place,
                    reason=reason,
                ),
                remedy=say(N_("Look at the kernel's log, and copy the repository while it reads.")),
            )
        case _:
            return UnreachableError(
                say(
                    N_("The repository {place} cannot be used: {reason}."),
                    place=place,
                    reason=reason,
                ),
                remedy=say(N_("Make sure that its disk is connected, mounted and writable.")),
            )
