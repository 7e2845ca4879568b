"""One connection to a server, kept open by its own client program on whatever machine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    LockedError,
    SourceError,
    ToolError,
    UnreachableError,
)
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished, Host

Row = tuple[bytes, ...]

LONGEST = 7 * 86_400.0
"""Seconds after which no work on a database is waited for any longer."""

_GRACE = 5.0
# How often a client is fed an empty line, because only between two pieces its output is read:
# while an answer is awaited, and while none is.
_GLANCE = 0.005
_IDLE = 0.1
_LONGEST_REASON = 300
_CODE = re.compile(rb"\b(?:ERROR|[Ee]rror):? (\d{3,5})\b|\((\d{4})\)\s*$", re.MULTILINE)
_REFUSED = {1044, 1045, 1142, 1143, 1227, 1370, 1698, 1820, 1862}
_AWAY = {1040, 1053, 1129, 1130, 2002, 2003, 2005, 2006, 2013, 2026}
_NO_DATABASE = 1049
_LOCKED = {1205, 1213}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A server as the clients on ``host`` reach it.

    ``programs`` is their directory, empty for those on the PATH. ``login`` are their options; the
    first one, which says what files of options they read, must come first.
    """

    host: Host
    client: str
    dumper: str
    login: tuple[str, ...]
    programs: str = ""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    cwd: Path | None = None

    def calling(self, program: str, *options: str) -> tuple[str, ...]:
        """Write the call of one of the programs."""
        path = f"{self.programs}/{program}" if self.programs else program
        return (path, *self.login, "--default-character-set=utf8mb4", *options)


SETTINGS = (
    "SET SESSION time_zone='+00:00', sql_mode='', sql_quote_show_create=1,"
    f" sql_select_limit=DEFAULT, wait_timeout={int(LONGEST)}, net_write_timeout=3600,"
    " lock_wait_timeout=30;\n"
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n"
    "/*M!100100 SET SESSION max_statement_time=0 */;\n"
)
"""What answers depend on, held still in every session."""


class Session:
    """Questions to one connection, in turn, and their answers."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._questions: SimpleQueue[bytes | None] = SimpleQueue()
        self._answers: SimpleQueue[bytes | Finished | BaseException] = SimpleQueue()
        self._stop = threading.Event()
        self._asked = 0
        self._awaited = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.ask(SETTINGS)

    def tell(self, script: str) -> None:
        """Send statements that answer nothing, and do not wait for them."""
        self._questions.put(script.encode())

    def ask(self, script: str) -> list[Row]:
        """Send statements and give all rows of all their answers. Raises ContinuityError."""
        return list(self.rows(script))

    def rows(self, script: str) -> Iterator[Row]:
        """Send statements and give the rows of their answers as they come."""
        self._asked += 1
        # A cell is hex, NULL or a number, and a table's definition stands behind its name: only
        # this line is a single cell beginning with "=".
        end = f"={self._asked}".encode()
        self._awaited = True
        self._questions.put(f"{script}\nSELECT '={self._asked}';\n".encode())
        while True:
            answer = self._answers.get()
            if answer == end:
                self._awaited = False
                return
            if isinstance(answer, bytes):
                yield tuple(answer.split(b"\t"))
            elif isinstance(answer, Finished):
                self._answers.put(answer)
                raise trouble_from(self._server.client, answer)
            else:
                self._answers.put(answer)
                raise answer

    def close(self) -> None:
        """End the connection; a statement that still runs is stopped."""
        self._questions.put(None)
        self._thread.join(_GRACE)
        self._stop.set()
        self._thread.join(2 * _GRACE)

    def _run(self) -> None:
        argv = self._server.calling(
            self._server.client, "--batch", "--skip-column-names", "--unbuffered", "--binary-mode"
        )
        command = Command(
            argv=argv,
            timeout=LONGEST,
            secrets=self._server.secrets,
            cwd=self._server.cwd,
            stdin=self._fed(),
            stop=self._stop,
            grace=_GRACE,
        )
        try:
            self._answers.put(self._server.host.stream(command, self._answers.put))
        except BaseException as error:  # noqa: BLE001 - handed to who asks, in another thread
            self._answers.put(error)

    def _fed(self) -> Iterator[bytes]:
        while not self._stop.is_set():
            try:
                question = self._questions.get(timeout=_GLANCE if self._awaited else _IDLE)
            except Empty:
                yield b"\n"
                continue
            if question is None:
                return
            yield question


@contextmanager
def session(server: Server) -> Iterator[Session]:
    """Open a connection for as long as the block lasts. Raises ContinuityError."""
    opened = Session(server)
    try:
        yield opened
    finally:
        opened.close()


def trouble_from(program: str, finished: Finished) -> ContinuityError:
    """Say what a client program complained of when it ended."""
    reason = reason_of(finished.stderr) or shown(f"exit code {finished.code}".encode())
    code = _code_of(finished.stderr)
    if code in _REFUSED:
        return AuthenticationError(
            say(N_("The database refused {program}: {reason}."), program=program, reason=reason),
            remedy=say(
                N_("Compare user and password, and what this account may read; see the manual.")
            ),
        )
    if code in _AWAY:
        return UnreachableError(
            say(
                N_("The database could not be reached, or was lost: {reason}."),
                reason=reason,
            ),
            remedy=say(N_("See whether it runs, and whether its address or socket is right.")),
        )
    if code == _NO_DATABASE:
        return SourceError(
            say(N_("The database is missing: {reason}."), reason=reason),
            remedy=say(N_("Bring it back, or correct the job's databases if it was renamed.")),
        )
    if code in _LOCKED:
        return LockedError(
            say(N_("The database is held by somebody else: {reason}."), reason=reason),
            remedy=say(N_("Look for what holds it with SHOW PROCESSLIST, and run again.")),
        )
    return ToolError(
        say(N_("{program} failed: {reason}."), program=program, reason=reason),
        remedy=say(
            N_("Look at its message; if tables were altered meanwhile, run again at a quiet hour.")
        ),
    )


def error_lines(stderr: bytes) -> tuple[str, ...]:
    """Find the lines that report an error, whatever the exit code says."""
    lines = stderr.splitlines()
    return tuple(
        shown(line.strip())[:_LONGEST_REASON]
        for line in lines
        if re.search(rb"\berror\b|couldn't|can't|cannot\b", line, re.IGNORECASE)
    )


def reason_of(stderr: bytes) -> str:
    """Give the line that says most: one with the error's number, else any error, else the last.

    The clients of MariaDB print the refused statement before it.
    """
    lines = [shown(line.strip()) for line in stderr.splitlines() if line.strip()]
    numbered = [shown(line.strip()) for line in stderr.splitlines() if _CODE.search(line)]
    found = [*numbered[-1:], *error_lines(stderr), *lines[-1:], ""]
    return found[0].rstrip(".")[:_LONGEST_REASON]


def _code_of(stderr: bytes) -> int | None:
    found = list(_CODE.finditer(stderr))
    return int(found[-1][1] or found[-1][2]) if found else None
