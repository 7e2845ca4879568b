"""Another machine as a host: connections are made when they are needed, and used again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from threading import RLock

from continuity.domain.failure import UnreachableError
from continuity.hosts.attending import Attendance
from continuity.hosts.errand import Errand
from continuity.hosts.host import Command, Finished
from continuity.hosts.known_hosts import HostKey
from continuity.hosts.output import Lines, Pieces, Sink, Tail, complaints
from continuity.hosts.reach import Reach
from continuity.hosts.ssh import Connection, connect, look_at_key
from continuity.hosts.ssh_trouble import no_more_channels
from continuity.hosts.wire import Wire


class SshHost:
    """Runs commands on another machine, each in a session of its own.

    Nothing of ours is installed there: a POSIX shell, ``dd``, ``env`` and ``sed`` of a Linux are
    all it needs. ``jump`` is the host through which it is reached.
    """

    def __init__(self, reach: Reach, jump: SshHost | None = None) -> None:
        self.reach = reach
        self._jump = jump
        self._connections: list[Connection] = []
        self._lock = RLock()

    @property
    def name(self) -> str:
        """The host's name in the workspace."""
        return self.reach.name

    def run(self, command: Command) -> Finished:
        """Run to the end. Raises as ``stream`` does."""
        return self._attend(command, Tail(command.keep)).finish()

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        """Run to the end, handing over each line of standard output, without its newline.

        Raises ToolMissingError, TimedOutError, ToolError, UnreachableError, HostKeyError,
        AuthenticationError. A connection that was lost is UnreachableError, never an exit code.
        """
        return self._attend(command, Lines(on_line, command.longest_line)).finish()

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        """Run and hand over standard output as it comes; starts with the first piece."""
        return (yield from self._attend(command, Pieces()).pieces())

    def open(self, line: bytes) -> Wire:
        """Let the login shell run a line, over a connection that has room for it.

        A connection that breaks before the line was taken is replaced: nothing had begun.
        Raises UnreachableError, HostKeyError, AuthenticationError.
        """
        with self._lock:
            for connection in self._alive():
                try:
                    wire = connection.run(line)
                except UnreachableError:
                    connection.close()
                    continue
                if wire is not None:
                    return wire
            wire = self._connect().run(line)
        if wire is None:
            raise no_more_channels(self.reach)
        return wire

    def connection(self) -> Connection:
        """Give a connection, made now if there is none. Raises as ``open`` does."""
        with self._lock:
            return next(iter(self._alive()), None) or self._connect()

    def shown_key(self) -> HostKey:
        """Ask the machine for its key without entering it. Raises UnreachableError."""
        return look_at_key(self.reach, self._through())

    def close(self) -> None:
        """End every connection; those of the jump host are its own."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _alive(self) -> list[Connection]:
        self._connections = [one for one in self._connections if one.is_alive]
        return list(self._connections)

    def _connect(self) -> Connection:
        connection = connect(self.reach, self._through())
        self._connections.append(connection)
        return connection

    def _through(self) -> Connection | None:
        return None if self._jump is None else self._jump.connection()

    def _attend(self, command: Command, stdout: Sink) -> Attendance:
        stderr = complaints(command)
        return Attendance(command, Errand(command, stdout, stderr, self), stdout, stderr)
