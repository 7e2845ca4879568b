"""This machine: the only place where programs are started."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import IO

from continuity.domain.failure import ContinuityError, TimedOutError, ToolError, ToolMissingError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished
from continuity.hosts.interrupts import Interrupts
from continuity.hosts.output import Lines, Sink, Tail
from continuity.hosts.process import session_members

# What a program inherits. Anything else could change what it prints or where it writes.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "SSH_AUTH_SOCK")
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How long the pipes may stay open after the program itself has gone.
_LINGER = 1.0
# A signal that comes just before the wait does not end it, so no wait is long.
_GLANCE = 0.25
_CHUNK = 1 << 18
# Debian packages of the programs whose name differs from their package's.
_PACKAGES = {
    "bwrap": "bubblewrap",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "pg_dump": "postgresql-client",
    "pg_restore": "postgresql-client",
    "psql": "postgresql-client",
    "fusermount": "fuse3",
}


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
        return _Child(command, Tail(command.keep)).finish()

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        """Run to the end, handing over each line of standard output, without its newline."""
        return _Child(command, Lines(on_line, command.longest_line)).finish()


class _Child:
    """One running program, its pipes, and the certainty that nothing of it stays behind.

    The program is not reaped before its group was told to go: until then its number cannot be
    given to anybody else, so that no stranger is ever signalled.
    """

    def __init__(self, command: Command, stdout: Sink) -> None:
        self._command = command
        self._began = self._heard = time.monotonic()
        self._interrupts = Interrupts()
        try:
            self._process = _start(command)
        except BaseException:
            self._interrupts.deliver()
            raise
        self._group = self._process.pid
        self._exit = os.pidfd_open(self._group)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._exit, selectors.EVENT_READ)
        self._sinks: dict[int, Sink] = {}
        self._stdout = stdout
        self._stderr = Tail(command.keep)
        self._unsent = memoryview(command.stdin or b"")
        self._listen(self._process.stdout, stdout)
        self._listen(self._process.stderr, self._stderr)
        if self._process.stdin is not None:
            self._add(self._process.stdin, selectors.EVENT_WRITE)

    def finish(self) -> Finished:
        """Watch it to the end; whatever goes wrong, the program is stopped first."""
        try:
            self._interrupts.deliver()
            if not self._watch(self._command.timeout, self._command.silence or math.inf):
                raise _timed_out(self._command)
            self._drain()
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

    def _listen(self, pipe: IO[bytes] | None, sink: Sink) -> None:
        if pipe is not None:
            self._add(pipe, selectors.EVENT_READ)
            self._sinks[pipe.fileno()] = sink

    def _add(self, pipe: IO[bytes], event: int) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe.fileno(), event)

    def _watch(self, seconds: float, silence: float = math.inf) -> bool:
        """Serve the pipes until it exits (True), the time is up or it fell silent (False)."""
        until = time.monotonic() + seconds
        while (left := min(until, self._heard + silence) - time.monotonic()) > 0:
            ready = [key.fd for key, _ in self._selector.select(min(left, _GLANCE))]
            for fd in ready:
                self._serve(fd)
            if self._exit in ready:
                return True
        return False

    def _drain(self) -> None:
        """Take what is still in the pipes; a descendant that keeps them open is not waited for."""
        self._selector.unregister(self._exit)
        for fd in [fd for fd in self._selector.get_map() if fd not in self._sinks]:
            self._selector.unregister(fd)
        self._empty(_LINGER)
        if self._selector.get_map():
            self._kill()
            self._empty(_LINGER)

    def _empty(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._selector.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                self._serve(key.fd)

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
        try:
            self._unsent = self._unsent[os.write(fd, self._unsent) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent = memoryview(b"")
        if not self._unsent and self._process.stdin is not None:
            self._selector.unregister(fd)
            self._process.stdin.close()

    def _stop(self) -> None:
        """Ask the group to stop and wait for it, with nobody listening any more."""
        self._sinks = dict.fromkeys(self._sinks, Tail(0))
        self._signal_group(signal.SIGINT)
        if self._exit in self._selector.get_map():
            self._watch(self._command.grace)

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
        try:
            return self._process.wait(_LINGER)
        except subprocess.TimeoutExpired:  # in the kernel, on a dead network disk for example
            return -signal.SIGKILL

    def _kill(self) -> None:
        """Kill the group and whoever left it without leaving the session (restic's rclone)."""
        self._signal_group(signal.SIGKILL)
        for member in session_members(self._group):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._group, number)


def _start(command: Command) -> subprocess.Popen[bytes]:
    environment = _environment(command)
    program = _program(command, environment)
    with _understood(command):
        return subprocess.Popen(
            (program, *command.argv[1:]),
            stdin=subprocess.DEVNULL if command.stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=command.cwd,
            env=environment,
            start_new_session=True,
        )


def _environment(command: Command) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    secret = {name: value.reveal() for name, value in command.secrets.items()}
    own = {"PATH": _DEFAULT_PATH, "LANG": "C.UTF-8"}
    return own | inherited | dict(command.env) | secret


def _program(command: Command, environment: dict[str, str]) -> str:
    name = os.fsdecode(command.argv[0])
    found = shutil.which(name, path=environment["PATH"])
    if found is None:
        raise _tool_missing(command)
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
        return _tool_missing(command)
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return ToolError(
        say(
            N_("{program} could not be started: {reason}."),
            program=_name(command),
            reason=reason,
        )
    )


def _tool_missing(command: Command) -> ToolMissingError:
    name = _name(command)
    package = _PACKAGES.get(name, name)
    return ToolMissingError(
        say(N_("The program {program} is not installed on this machine."), program=name),
        remedy=say(N_("Install it: apt install {package}"), package=package),
    )


def _timed_out(command: Command) -> TimedOutError:
    if command.silence is not None:
        what = say(
            N_("{program} was stopped: silent for {silence} s, or longer than {seconds} s."),
            program=_name(command),
            silence=math.ceil(command.silence),
            seconds=math.ceil(command.timeout),
        )
    else:
        what = say(
            N_("{program} was stopped because it took longer than {seconds} s."),
            program=_name(command),
            seconds=math.ceil(command.timeout),
        )
    return TimedOutError(
        what,
        remedy=say(
            N_("Look for what it was waiting for: network, disk or a lock; or allow more time.")
        ),
    )


def _name(command: Command) -> str:
    return shown(os.path.basename(os.fsencode(command.argv[0])))
