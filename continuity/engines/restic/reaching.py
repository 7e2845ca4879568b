"""Why the machine of a repository was not reached, where restic itself does not tell."""

from __future__ import annotations

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    HostKeyError,
    UnreachableError,
)
from continuity.domain.text import N_, Message, say
from continuity.engines.engine import Opening
from continuity.engines.restic.failures import error_from_lines, meaning_of
from continuity.hosts.host import Command
from continuity.hosts.transport import Transport

_SECONDS = 60.0
# What ssh ends with when it failed itself (ssh(1)), and not what it started.
_OWN_FAILURE = 255
_TOLD_BY_SSH = (HostKeyError, AuthenticationError, UnreachableError)


def explained(error: ContinuityError, opening: Opening) -> ContinuityError:
    """Give a better error for a repository that is reached over SSH, or the same one.

    restic may end before it has passed on what the ssh program said (seen with 0.14), and then all
    it tells is that the connection ended.
    """
    transport = opening.transport
    if transport is None:
        return error
    if isinstance(error, UnreachableError):
        error = _asked(opening, transport) or error
    if isinstance(error, HostKeyError) and transport.host:
        return HostKeyError(error.what, remedy=_accept(transport.host))
    return error


def _asked(opening: Opening, transport: Transport) -> ContinuityError | None:
    """Let ssh do once more what restic lets it do, and listen to it alone."""
    argv = (*transport.words, transport.target, "-s", "sftp")
    try:
        finished = opening.host.run(Command(argv=argv, timeout=_SECONDS, grace=1.0))
    except ContinuityError:
        return None
    lines = finished.stderr.splitlines()
    meaning = meaning_of(lines)
    if finished.code != _OWN_FAILURE or meaning is None or meaning.kind not in _TOLD_BY_SSH:
        return None
    return error_from_lines(meaning, lines)


def _accept(host: str) -> Message:
    return say(
        N_(
            "Ask who looks after that machine whether its key is new or changed. This shows it, and"
            " accepts it only if you say so: {command}"
        ),
        command=f"continuity hosts accept {host}",
    )
