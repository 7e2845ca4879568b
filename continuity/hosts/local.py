"""This machine: the only place where programs are started."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator

from continuity.domain.failure import ContinuityError
from continuity.hosts.attending import Attendance
from continuity.hosts.child import Child, Started
from continuity.hosts.host import Command, Finished
from continuity.hosts.inlet import Inlet
from continuity.hosts.output import Lines, Pieces, Sink, Tail, complaints
from continuity.hosts.trouble import not_started, tool_missing

# What a program inherits. Anything else could change what it prints or where it writes.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "SSH_AUTH_SOCK")
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class LocalHost:
    """Runs commands on this machine, each in a session of its own."""

    def __init__(self, name: str = "local") -> None:
        self._name = name

    @property
    def name(self) -> str:
        """The host's name in the workspace."""
        return self._name

    def run(self, command: Command) -> Finished:
        """Run to the end. Raises ToolMissingError, TimedOutError, ToolError."""
        return _attend(command, Tail(command.keep)).finish()

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        """Run to the end, handing over each line of standard output, without its newline."""
        return _attend(command, Lines(on_line, command.longest_line)).finish()

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        """Run and hand over standard output as it comes; starts with the first piece."""
        return (yield from _attend(command, Pieces()).pieces())


def _attend(command: Command, stdout: Sink) -> Attendance:
    stderr = complaints(command)
    return Attendance(command, Child(command, stdout, stderr, _start), stdout, stderr)


def _start(command: Command) -> Started:
    environment = _environment(command)
    program = _program(command, environment)
    inlet = Inlet() if isinstance(command.stdin, Iterator) else None
    with _understood(command), _handed_over(inlet):
        process = subprocess.Popen(
            (program, *command.argv[1:]),
            stdin=_stdin(command, inlet),
            pass_fds=() if inlet is None else (inlet.fileno(),),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=command.cwd,
            env=environment,
            start_new_session=True,
        )
    if process.stdout is None or process.stderr is None:
        raise AssertionError("both were asked for")

    def reap(seconds: float) -> int:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:  # in the kernel, on a dead network disk for example
            return -signal.SIGKILL

    return Started(
        pid=process.pid,
        stdin=process.stdin if inlet is None else inlet,
        stdout=process.stdout,
        stderr=process.stderr,
        reap=reap,
    )


def _stdin(command: Command, inlet: Inlet | None) -> int:
    if inlet is not None:
        return inlet.theirs.fileno()
    return subprocess.DEVNULL if command.stdin is None else subprocess.PIPE


@contextlib.contextmanager
def _handed_over(inlet: Inlet | None) -> Iterator[None]:
    """Leave the program's end to the program alone; without one nothing stays open."""
    try:
        yield
    except BaseException:  # also an interrupt; it goes on below
        if inlet is not None:
            inlet.close()
        raise
    finally:
        if inlet is not None:
            inlet.theirs.close()


def _environment(command: Command) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    secret = {name: value.reveal() for name, value in command.secrets.items()}
    own = {"PATH": _DEFAULT_PATH, "LANG": "C.UTF-8"}
    return own | inherited | dict(command.env) | secret


def _program(command: Command, environment: dict[str, str]) -> str:
    name = os.fsdecode(command.argv[0])
    found = shutil.which(name, path=environment["PATH"])
    if found is None:
        raise tool_missing(command)
    return os.path.abspath(found)


@contextlib.contextmanager
def _understood(command: Command) -> Iterator[None]:
    """Turn what can go wrong before the program runs into our own errors."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise _not_started(command, error) from error


def _not_started(command: Command, error: OSError | ValueError) -> ContinuityError:
    if isinstance(error, OSError) and error.errno == errno.ENOEXEC:
        return tool_missing(command)
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return not_started(command, reason)
