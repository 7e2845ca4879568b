"""Watching over one running program, wherever it runs, until nothing of it is left."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import Protocol

from continuity.hosts.host import Command, Finished
from continuity.hosts.output import Pieces, Sink
from continuity.hosts.trouble import timed_out

# How long the streams may stay open after the program itself has gone.
_LINGER = 1.0
# A signal that comes just before a wait does not end it, so no wait is long.
_GLANCE = 0.25


class Program(Protocol):
    """A program that was started, as who watches over it sees it.

    ``heard`` is when it last gave a sign of life, by the monotonic clock. What it prints goes to
    the sinks it was made with.
    """

    heard: float

    def begin(self) -> None:
        """Make sure that it runs. Raises what explains why it does not."""

    def turn(self, seconds: float) -> bool:
        """Serve its streams once, waiting at most so long; True when it has exited."""

    def is_open(self) -> bool:
        """Tell whether one of its output streams may still bring something."""

    def ask(self) -> None:
        """Ask its group to stop; from now on it is fed nothing."""

    def kill(self) -> None:
        """End its group and whoever left it without leaving the session."""

    def mute(self) -> None:
        """Drop what it prints from now on."""

    def close(self) -> int:
        """Leave nothing running and nothing open; gives the code it ended with."""


class Attendance:
    """The time and the streams of one program, watched to the end."""

    def __init__(self, command: Command, program: Program, stdout: Sink, stderr: Sink) -> None:
        self._command = command
        self._program = program
        self._stdout = stdout
        self._stderr = stderr
        self._asked = False

    def finish(self) -> Finished:
        """Watch to the end."""
        work = self.pieces()
        while True:
            try:
                next(work)
            except StopIteration as end:
                finished: Finished = end.value
                return finished

    def pieces(self) -> Generator[bytes, None, Finished]:
        """Watch to the end, handing over what a sink of pieces took.

        Whatever goes wrong, the program is stopped first.
        """
        began = time.monotonic()
        program = self._program
        try:
            program.begin()
            yield from self._watch()
            yield from self._drain()
            stdout = self._stdout.end()
        except BaseException:  # also an interrupt; it goes on below
            self._stop()
            raise
        finally:
            code = program.close()
        return Finished(
            code=code,
            stdout=stdout,
            stderr=self._stderr.end(),
            seconds=time.monotonic() - began,
            truncated=self._stdout.cut or self._stderr.cut,
        )

    def _watch(self) -> Generator[bytes]:
        command = self._command
        if (yield from self._wait(command.timeout, command.silence or math.inf)):
            return
        if not self._is_told_to_stop():
            raise timed_out(command)
        self._ask()
        if not (yield from self._wait(command.grace)):
            self._program.kill()

    def _wait(self, seconds: float, silence: float = math.inf) -> Generator[bytes, None, bool]:
        """Serve it until it exits (True), or its time is up or it must stop (False)."""
        program = self._program
        until = time.monotonic() + seconds
        while (left := min(until, program.heard + silence) - time.monotonic()) > 0:
            if self._is_told_to_stop() and not self._asked:
                return False
            if program.turn(min(left, _GLANCE)):
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
                self._program.heard = time.monotonic()

    def _drain(self) -> Generator[bytes]:
        """Take what is still in the streams; who else keeps them open is not waited for."""
        yield from self._empty()
        if self._program.is_open():
            self._program.kill()
            yield from self._empty()

    def _empty(self) -> Generator[bytes]:
        left = _LINGER
        while self._program.is_open() and left > 0:
            began = time.monotonic()
            self._program.turn(min(left, _GLANCE))
            left -= time.monotonic() - began
            yield from self._handed_over()
        yield from self._handed_over()

    def _ask(self) -> None:
        self._asked = True
        self._program.ask()

    def _stop(self) -> None:
        """Ask it to stop and wait for it, with nobody listening any more."""
        self._program.mute()
        self._ask()
        for _ in self._wait(self._command.grace):
            pass
