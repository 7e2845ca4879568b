"""One running program of this machine, its pipes, and the certainty that nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Protocol

from continuity.hosts.feed import Feed
from continuity.hosts.gulp import WIDE, let_fill, widen
from continuity.hosts.host import Command
from continuity.hosts.interrupts import Interrupts
from continuity.hosts.output import Sink, Tail
from continuity.hosts.process import session_members

_REAPED_WITHIN = 1.0
_CHUNK = 1 << 18


class Input(Protocol):
    """Where a program's standard input is written to."""

    @property
    def closed(self) -> bool:
        """Whether nothing more can be written."""

    def fileno(self) -> int:
        """Give its descriptor."""

    def close(self) -> None:
        """End the input."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A program just started as the leader of a session, with its unbuffered pipes.

    ``reap`` waits for its end at most so many seconds and gives its code.
    """

    pid: int
    stdin: Input | None
    stdout: IO[bytes]
    stderr: IO[bytes]
    reap: Callable[[float], int]


class Child:
    """A program of this machine, started with the object.

    It is not reaped before its group was told to go: until then its number cannot be given to
    anybody else, so that no stranger is ever signalled.
    """

    def __init__(
        self, command: Command, stdout: Sink, stderr: Sink, start: Callable[[Command], Started]
    ) -> None:
        self.heard = time.monotonic()
        self._interrupts = Interrupts()
        try:
            self._process = start(command)
        except BaseException:  # also an interrupt; it goes on below
            self._interrupts.deliver()
            raise
        self._group = self._process.pid
        self._exit = os.pidfd_open(self._group)
        self._exited = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._exit, selectors.EVENT_READ)
        self._feed = Feed(command.stdin)
        out, err = self._process.stdout.fileno(), self._process.stderr.fileno()
        self._sinks: dict[int, Sink] = {out: stdout, err: stderr}
        self._bulk = out if command.bulk else None
        if command.bulk:
            widen(out)
        self._add(out, selectors.EVENT_READ)
        self._add(err, selectors.EVENT_READ)
        if self._process.stdin is not None:
            self._add(self._process.stdin.fileno(), selectors.EVENT_WRITE)

    def begin(self) -> None:
        """Give back the signals that were held while it was started."""
        self._interrupts.deliver()

    def turn(self, seconds: float) -> bool:
        """Serve its pipes once, waiting at most so long; True when it has exited."""
        for fd in [key.fd for key, _ in self._selector.select(seconds)]:
            self._serve(fd)
        return self._exited

    def is_open(self) -> bool:
        """Tell whether somebody still holds one of its output pipes."""
        return any(fd in self._sinks for fd in self._selector.get_map())

    def ask(self) -> None:
        """Ask its group to stop; from now on it is fed nothing."""
        self._unfeed()
        self._signal_group(signal.SIGINT)

    def kill(self) -> None:
        """Kill the group and whoever left it without leaving the session (restic's rclone)."""
        self._signal_group(signal.SIGKILL)
        for member in session_members(self._group):
            # Ended already is as wanted; what took another user's rights is not ours to end.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)

    def mute(self) -> None:
        """Drop what it prints from now on."""
        self._sinks = dict.fromkeys(self._sinks, Tail(0))

    def close(self) -> int:
        """Leave nothing running and nothing open; gives the exit code."""
        if self.is_open() or not self._exited:
            self.kill()
        self._signal_group(signal.SIGKILL)
        self._selector.close()
        os.close(self._exit)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # a dead program reads no rest
                    pipe.close()
        return self._process.reap(_REAPED_WITHIN)

    def _add(self, fd: int, event: int) -> None:
        os.set_blocking(fd, False)
        self._selector.register(fd, event)

    def _serve(self, fd: int) -> None:
        if fd in self._sinks:
            self._read(fd)
        elif fd != self._exit:
            self._write(fd)
        else:
            self._exited = True
            self._selector.unregister(fd)
            self._unfeed()

    def _read(self, fd: int) -> None:
        if fd == self._bulk and not self._exited:
            let_fill(fd)
        try:
            # What is left at the end comes at once: there is not much time for it.
            chunk = os.read(fd, WIDE if self._exited else _CHUNK)
        except BlockingIOError:
            return
        if chunk:
            self.heard = time.monotonic()
            self._sinks[fd].take(chunk)
        else:
            self._selector.unregister(fd)

    def _write(self, fd: int) -> None:
        asked = time.monotonic()
        unsent = self._feed.unsent()
        self.heard += time.monotonic() - asked
        try:
            if unsent:
                self._feed.sent(os.write(fd, unsent))
                return
        except BlockingIOError:
            return
        except ConnectionError:
            pass
        self._unfeed()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _unfeed(self) -> None:
        """Write no more; what was not fed to its end stays open, so that it looks like no end."""
        pipe = self._process.stdin
        if pipe is not None and not pipe.closed and pipe.fileno() in self._selector.get_map():
            self._selector.unregister(pipe.fileno())

    def _signal_group(self, number: signal.Signals) -> None:
        # Ended already is as wanted; what ignores a signal is killed after its time.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)
