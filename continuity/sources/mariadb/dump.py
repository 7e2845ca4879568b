"""A dump on its way: what has begun, and what is whole."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sources.mariadb.session import LONGEST, Server, error_lines, trouble_from

TRAILER = b"-- Dump completed"
"""What both families write last, and only when everything before it was written."""

# The first line that is written after the dump's own transaction has begun.
_BEGUN = b"\n-- Current Database: "
_LONGEST_HEADER = 1 << 20
_SILENCE = 3600.0
_TAIL = 1024


class Dump:
    """One run of the dump program."""

    def __init__(self, server: Server, databases: tuple[str, ...]) -> None:
        self._program = server.dumper
        self._running = server.host.pieces(
            Command(
                argv=dump_call(server, databases),
                timeout=LONGEST,
                silence=_SILENCE,
                secrets=server.secrets,
                cwd=server.cwd,
                bulk=True,
            )
        )
        self._held: list[bytes] = []
        self._tail = b""
        self._finished: Finished | None = None

    def begin(self) -> None:
        """Start it and wait until its transaction has begun. Raises ContinuityError."""
        seen = b""
        while _BEGUN not in seen and len(seen) < _LONGEST_HEADER:
            piece = self._next()
            if piece is None:
                self._require_whole()
                return
            self._held.append(piece)
            seen += piece

    def pieces(self) -> Iterator[bytes]:
        """Give all of it. Raises ContinuityError at the end of what is no whole dump."""
        held, self._held = self._held, []
        yield from held
        while (piece := self._next()) is not None:
            yield piece
        self._require_whole()

    def close(self) -> None:
        """Stop it, wherever it is."""
        self._running.close()

    def _next(self) -> bytes | None:
        if self._finished is not None:
            return None
        try:
            piece = next(self._running)
        except StopIteration as end:
            self._finished = end.value
            return None
        self._tail = (self._tail + piece[-_TAIL:])[-_TAIL:]
        return piece

    def _require_whole(self) -> None:
        finished = self._finished
        if finished is None:
            raise AssertionError("asked before its end")
        if finished.code != 0 or error_lines(finished.stderr):
            raise trouble_from(self._program, finished)
        if not is_ended(self._tail):
            raise ToolError(
                say(
                    N_("The dump of {program} ends before its end; what came is no backup."),
                    program=self._program,
                ),
                remedy=say(
                    N_("Run again; if it stays so, run the program by hand and look at its end.")
                ),
            )


def is_ended(tail: bytes) -> bool:
    """Tell whether the last line of a dump is the one that only a whole one has.

    A line break inside a value is written as an escape, so no value can look like it.
    """
    return tail.rstrip().rpartition(b"\n")[2].startswith(TRAILER)


def dump_call(server: Server, databases: tuple[str, ...]) -> tuple[str, ...]:
    """Write the call of the dump program."""
    return (
        *server.calling(server.dumper, "--single-transaction", "--quick", "--hex-blob"),
        *("--routines", "--triggers", "--events", "--no-tablespaces"),
        # Without the date equal data makes equal bytes, which a repository keeps once.
        *("--skip-dump-date", "--max-allowed-packet=1G", "--databases", "--", *databases),
    )
