"""One running program of this machine, its pipes, and the certainty that nothing stays behind."""

from __future__ import annotations

import contextlib
import math
import os
import selectors
import signal
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import IO, Protocol

from continuity.hosts.feed import Feed
from continuity.hosts.host import Command, Finished
from continuity.hosts.interrupts import Interrupts
from continuity.hosts.output import Pieces, Sink, Tail
from continuity.hosts.process import session_members
from continuity.hosts.trouble import timed_out

# How long the pipes may stay open after the program itself has gone.
_LINGER = 1.0
# A signal that comes just before the wait does not end it, so no wait is long.
_GLANCE = 0.25
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
    """Serves a program until its end.

    The program is not reaped before its group was told to go: until then its number cannot be
    given to anybody else, so that no stranger is ever signalled.
    """

    def __init__(self, command: Command, stdout: Sink, start: Callable[[Command], Started]) -> None:
        self._command = command
        self._began = self._heard = time.monotonic()
        self._interrupts = Interrupts()
        try:
            self._process = start(command)
        except BaseException:
            self._interrupts.deliver()
            raise
        self._group = self._process.pid
        self._exit = os.pidfd_open(self._group)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._exit, selectors.EVENT_READ)
        self._stdout = stdout
        self._stderr = Tail(command.keep)
        self._feed = Feed(command.stdin)
        self._asked = False
        out, err = self._process.stdout.fileno(), self._process.stderr.fileno()
        self._sinks: dict[int, Sink] = {out: stdout, err: self._stderr}
        self._add(out, selectors.EVENT_READ)
        self._add(err, selectors.EVENT_READ)
        if self._process.stdin is not None:
            self._add(self._process.stdin.fileno(), selectors.EVENT_WRITE)

    def finish(self) -> Finished:
        """Watch it to the end; whatever goes wrong, the program is stopped first."""
        work = self.pieces()
        while True:
            try:
                next(work)
            except StopIteration as end:
                finished: Finished = end.value
                return finished

    def pieces(self) -> Generator[bytes, None, Finished]:
        """Watch it to the end, handing over what a sink of pieces took."""
        try:
            self._interrupts.deliver()
            yield from self._watch()
            yield from self._drain()
            stdout = self._stdout.end()
        except BaseException:
            self._stop()
            raise
        finally:
            code = self._clear()
        return Finished(
            code=code,
            stdout=stdout,
            stderr=self._stderr.end(),
            seconds=time.monotonic() - self._began,
            truncated=self._stdout.cut or self._stderr.cut,
        )

    def _add(self, fd: int, event: int) -> None:
        os.set_blocking(fd, False)
        self._selector.register(fd, event)

    def _watch(self) -> Generator[bytes]:
        command = self._command
        if (yield from self._wait(command.timeout, command.silence or math.inf)):
            return
        if not self._is_told_to_stop():
            raise timed_out(command)
        self._ask_to_stop()
        if not (yield from self._wait(command.grace)):
            self._kill()

    def _wait(self, seconds: float, silence: float = math.inf) -> Generator[bytes, None, bool]:
        """Serve the pipes until it exits (True), or its time is up or it must stop (False)."""
        until = time.monotonic() + seconds
        while (left := min(until, self._heard + silence) - time.monotonic()) > 0:
            if self._is_told_to_stop() and not self._asked:
                return False
            ready = [key.fd for key, _ in self._selector.select(min(left, _GLANCE))]
            for fd in ready:
                self._serve(fd)
            if self._exit in ready:
                return True
            yield from self._handed_over()
        return False

    def _is_told_to_stop(self) -> bool:
        return self._command.stop is not None and self._command.stop.is_set()

    def _handed_over(self) -> Generator[bytes]:
        if isinstance(self._stdout, Pieces):
            for piece in self._stdout.give():
                yield piece
                # It was waiting for us: that is no silence of its own.
                self._heard = time.monotonic()

    def _drain(self) -> Generator[bytes]:
        """Take what is still in the pipes; a descendant that keeps them open is not waited for."""
        self._selector.unregister(self._exit)
        self._unfeed()
        yield from self._empty(_LINGER)
        if self._selector.get_map():
            self._kill()
            yield from self._empty(_LINGER)

    def _empty(self, seconds: float) -> Generator[bytes]:
        left = seconds
        while self._selector.get_map() and left > 0:
            began = time.monotonic()
            for key, _ in self._selector.select(left):
                self._serve(key.fd)
            left -= time.monotonic() - began
            yield from self._handed_over()
        yield from self._handed_over()

    def _serve(self, fd: int) -> None:
        if fd in self._sinks:
            self._read(fd)
        elif fd != self._exit:
            self._write(fd)

    def _read(self, fd: int) -> None:
        try:
            chunk = os.read(fd, _CHUNK)
        except BlockingIOError:
            return
        if chunk:
            self._heard = time.monotonic()
            self._sinks[fd].take(chunk)
        else:
            self._selector.unregister(fd)

    def _write(self, fd: int) -> None:
        asked = time.monotonic()
        unsent = self._feed.unsent()
        self._heard += time.monotonic() - asked
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

    def _ask_to_stop(self) -> None:
        self._asked = True
        self._unfeed()
        self._signal_group(signal.SIGINT)

    def _stop(self) -> None:
        """Ask the group to stop and wait for it, with nobody listening any more."""
        self._sinks = dict.fromkeys(self._sinks, Tail(0))
        self._ask_to_stop()
        if self._exit in self._selector.get_map():
            for _ in self._wait(self._command.grace):
                pass

    def _clear(self) -> int:
        """Leave nothing running and nothing open; gives the exit code."""
        if self._selector.get_map():
            self._kill()
        self._signal_group(signal.SIGKILL)
        self._selector.close()
        os.close(self._exit)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        return self._process.reap(_LINGER)

    def _kill(self) -> None:
        """Kill the group and whoever left it without leaving the session (restic's rclone)."""
        self._signal_group(signal.SIGKILL)
        for member in session_members(self._group):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)
