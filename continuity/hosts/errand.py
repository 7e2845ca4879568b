"""One running program of another machine, watched and ended from here."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from typing import Final, Protocol

from continuity.domain.failure import ContinuityError
from continuity.hosts.feed import Feed
from continuity.hosts.host import Command
from continuity.hosts.output import Sink, Tail
from continuity.hosts.reach import Reach
from continuity.hosts.remote_shell import (
    LONGEST_ARGUMENT,
    Leader,
    boot_line,
    end_script,
    kill_script,
    script,
    signal_script,
)
from continuity.hosts.ssh_trouble import connection_lost, never_began, runs_no_commands
from continuity.hosts.trouble import no_folder, not_started, program_name, tool_missing
from continuity.hosts.wire import Wire

_BEGUN_WITHIN: Final = 30
# How long a program that is no longer wanted may take to say which one it is.
_NAMED_WITHIN: Final = 5.0
_ORDER_WITHIN: Final = 15.0
_LAST_WORDS: Final = 1.0
_GLANCE: Final = 0.25
# The other side has no room now, and nothing wakes us when it has.
_CROWDED: Final = 0.005
_MOST_ARGUMENTS: Final = 2 << 20
_NOISE: Final = 1 << 16
_GONE: Final = -int(signal.SIGKILL)


class Machine(Protocol):
    """The machine on which an errand is run."""

    @property
    def reach(self) -> Reach:
        """How it is reached."""

    def open(self, line: bytes) -> Wire:
        """Let its login shell run a line. Raises UnreachableError, HostKeyError."""


class Preamble:
    """What a machine prints before the program: its own noise, then our word about the start."""

    cut = False

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._came = bytearray()
        self._at = -1

    def take(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._came += chunk
        if self._at < 0:
            self._at = self._came.find(self._token)
            if self._at < 0 and len(self._came) > _NOISE:
                del self._came[: -len(self._token)]

    def end(self) -> bytes:
        """Give what came."""
        return bytes(self._came)

    def words(self) -> list[bytes]:
        """Give the words that follow the token, once their line is whole."""
        line, newline, _ = self._said().partition(b"\n")
        return line.split()[1:] if newline else []

    def rest(self) -> bytes:
        """Give what came after that line: the program's own first output."""
        return self._said().partition(b"\n")[2]

    def _said(self) -> bytes:
        return bytes(self._came[self._at :]) if self._at >= 0 else b""


class Errand:
    """A program that is started on another machine, in a session of its own.

    Its arguments, environment and secrets go through its shell's standard input. It is known by
    number and start time, so that no stranger is ever signalled.
    """

    def __init__(self, command: Command, stdout: Sink, stderr: Sink, machine: Machine) -> None:
        self.heard = time.monotonic()
        self._command = command
        self._machine = machine
        self._token = f"begun-{os.urandom(12).hex()}"
        self._preamble = Preamble(self._token)
        self._stdout: Sink = self._preamble
        self._stderr = stderr
        self._wanted = stdout
        self._wire: Wire | None = None
        self._leader: Leader | None = None
        self._feed = Feed(b"")
        self._fed = True
        self._muted = False
        self._ended = False

    def begin(self) -> None:
        """Start it, and learn who it is."""
        try:
            text = script(self._command, self._token)
            _demand_room(self._command)
        except ValueError as error:
            raise not_started(self._command, str(error)) from error
        wire = self._wire = self._machine.open(boot_line(len(text)))
        self._feed, self._fed = Feed(text), False
        self._await_words(wire)
        self._understand(self._preamble.words())
        self._stdout = self._wanted
        self.heard = time.monotonic()
        if self._preamble.rest():
            self._stdout.take(self._preamble.rest())
        if self._command.stdin is None:
            wire.end_input()
        else:
            self._feed, self._fed = Feed(self._command.stdin), False

    def turn(self, seconds: float) -> bool:
        """Serve its streams once, waiting at most so long; True when it has exited."""
        wire = self._wire
        if wire is None:
            return True
        wire.wait(self._write(wire, seconds))
        self._read(wire)
        if wire.is_lost:
            if self._muted:
                return True
            raise connection_lost(self._machine.reach, program_name(self._command))
        return wire.code is not None

    def is_open(self) -> bool:
        """Tell whether somebody there still holds one of its output streams."""
        return self._wire is not None and not self._wire.is_at_end

    def ask(self) -> None:
        """Ask its group to stop; when the connection is gone, end it by another one."""
        self._feed, self._fed = Feed(b""), True
        leader = self._known_leader()
        if leader is None or self._has_exited():
            return
        if self._is_lost():
            self._ended = True
            grace = self._command.grace
            self._order(end_script(leader, grace), grace + _ORDER_WITHIN)
        else:
            self._order(signal_script(leader, "INT"))

    def kill(self) -> None:
        """End its group and whoever left it without leaving the session.

        The answer came by the same connection, so that what was printed before is here as well.
        """
        if self._leader is not None:
            self._order(kill_script(self._leader))

    def mute(self) -> None:
        """Drop what it prints from now on."""
        self._muted = True
        self._wanted = self._stderr = Tail(0)
        if self._leader is not None:
            self._stdout = Tail(0)

    def close(self) -> int:
        """Leave nothing running and nothing open; gives the code it ended with."""
        wire = self._wire
        if wire is None:
            return _GONE
        if not self._ended and (self.is_open() or not self._has_exited()):
            self.kill()
            _hear_out(wire, _LAST_WORDS)
        code = wire.code
        wire.close()
        return _GONE if code is None else code

    def _write(self, wire: Wire, seconds: float) -> float:
        """Feed it what it has room for; gives how long to wait for its answer."""
        if self._fed:
            return seconds
        asked = time.monotonic()
        unsent = self._feed.unsent()
        self.heard += time.monotonic() - asked
        if unsent:
            sent = wire.send(unsent)
            self._feed.sent(sent)
            return 0 if sent else min(seconds, _CROWDED)
        self._fed = True
        if self._leader is not None:
            wire.end_input()
        return seconds

    def _read(self, wire: Wire) -> None:
        for chunk, sink in ((wire.take_output(), self._stdout), (wire.take_errors(), self._stderr)):
            if chunk:
                self.heard = time.monotonic()
                sink.take(chunk)

    def _await_words(self, wire: Wire) -> None:
        until = time.monotonic() + _BEGUN_WITHIN
        while not self._preamble.words():
            if self.turn(_GLANCE) and wire.is_at_end and not self._preamble.words():
                said = self._preamble.end() + self._stderr.end()
                raise runs_no_commands(self._machine.reach, said)
            if time.monotonic() > until:
                name = program_name(self._command)
                raise never_began(self._machine.reach, name, _BEGUN_WITHIN)

    def _understand(self, words: list[bytes]) -> None:
        host = self._machine.reach.name
        match words:
            case [b"runs", pid, started]:
                self._leader = Leader(pid=int(pid), started=int(started))
            case [b"missing"]:
                raise tool_missing(self._command, host)
            case [b"folder"]:
                raise no_folder(self._command, host)
            case _:
                raise runs_no_commands(self._machine.reach, b" ".join(words))

    def _known_leader(self) -> Leader | None:
        """Wait a little for the name of a program that was just being started."""
        until = time.monotonic() + _NAMED_WITHIN
        while self._leader is None and not self._is_over() and time.monotonic() < until:
            self.turn(_GLANCE)
            if self._preamble.words():
                with contextlib.suppress(ContinuityError):  # nonsense names no program to end
                    self._understand(self._preamble.words())
                break
        return self._leader

    def _has_exited(self) -> bool:
        return self._wire is not None and self._wire.code is not None

    def _is_lost(self) -> bool:
        return self._wire is not None and self._wire.is_lost

    def _is_over(self) -> bool:
        return self._wire is None or self._has_exited() or self._is_lost()

    def _order(self, line: bytes, seconds: float = _ORDER_WITHIN) -> None:
        """Let the machine do something about the program; when it cannot, nobody can."""
        with contextlib.suppress(ContinuityError):  # the run's own error is what is told
            wire = self._machine.open(line)
            wire.end_input()
            _hear_out(wire, seconds)
            wire.close()


def _hear_out(wire: Wire, seconds: float) -> None:
    """Wait for the code of a program, whatever it prints."""
    until = time.monotonic() + seconds
    while wire.code is None and not wire.is_lost and time.monotonic() < until:
        wire.wait(_GLANCE)
        wire.take_output()
        wire.take_errors()


def _demand_room(command: Command) -> None:
    """Refuse what no program can be given. Raises ValueError."""
    words = [os.fsencode(word) for word in command.argv]
    longest = max(map(len, words))
    if longest > LONGEST_ARGUMENT or sum(map(len, words)) > _MOST_ARGUMENTS:
        raise ValueError(os.strerror(errno.E2BIG))
    if any(b"\0" in word for word in words):
        raise ValueError("embedded null byte")
