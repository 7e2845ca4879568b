"""The one way to run a program, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Protocol

from continuity.domain.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A program to run: an argument tuple, never a shell string, and no secret in it.

    ``timeout`` is in seconds for the whole run, ``silence`` for the longest time without output
    of a program that reports as it goes; ``grace`` is how long the program may take to
    stop after it was asked to (restic needed more than 10 s on a slow link, so 60 is the least for
    a writer). ``secrets`` become environment variables. ``keep`` bounds what is kept of each
    stream, in bytes; a line longer than ``longest_line`` is cut there and the rest is dropped.
    ``stdin`` may come piece by piece: an exception of the iterator stops the program *before* its
    input is closed, so that half of a stream is never taken for the whole, and goes on. When
    ``stop`` is set, the program is asked to stop as at the end of its time, and the result tells
    the code it ended with: that is how a server is run beside other work. ``on_complaint`` hears
    each line of standard error as it comes; its exception stops the program and goes on. ``bulk``
    says that standard output is a long stream and no conversation: its pieces may come some
    milliseconds later, and larger.
    """

    argv: tuple[bytes | str, ...]
    timeout: float
    silence: float | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    cwd: Path | None = None
    stdin: bytes | Iterator[bytes] | None = None
    stop: Event | None = None
    on_complaint: Callable[[bytes], None] | None = None
    bulk: bool = False
    grace: float = 60.0
    keep: int = 1 << 20
    longest_line: int = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How a program ended.

    ``code`` is negative when a signal ended it. ``stdout`` and ``stderr`` hold at most ``keep``
    bytes each, the last ones; ``truncated`` says that more was printed.
    """

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    truncated: bool = False


class Host(Protocol):
    """A machine that runs commands.

    Both streams are drained together. When the time is up, or the caller is interrupted, the
    whole process group is asked to stop (SIGINT), then told to (SIGKILL) after the grace.
    """

    @property
    def name(self) -> str:
        """The host's name in the workspace."""

    def run(self, command: Command) -> Finished:
        """Run to the end. Raises ToolMissingError, TimedOutError."""

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        """Run to the end, handing over each line of standard output as it comes.

        Lines come without their newline; ``stdout`` of the result is empty. An exception of
        ``on_line`` stops the program and goes on.
        """

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        """Run and hand over standard output in pieces as they come; returns how it ended.

        Only the returned code tells whether the output is whole. Closing the generator stops the
        program. The program waits while nobody asks for the next piece.
        """
