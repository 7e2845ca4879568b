"""A throwaway server inside a cell: made, started, reached by its own socket only, stopped."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.failure import (
    ContinuityError,
    IsolationError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.text import N_, say
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell
from continuity.sources.mariadb.calls import Programs
from continuity.sources.mariadb.layout import databases_of
from continuity.sources.mariadb.session import (
    LONGEST,
    Server,
    reason_of,
    session,
)
from continuity.sources.mariadb.words import text_from_hex

_START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_GRACE = 0.1
_PAUSE = 0.1
_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\.[0-9]{1,5}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Where a scratch server lives: its cell, a directory of its own and the programs."""

    cell: Cell
    home: Path
    programs: Programs
    directory: str = ""

    @property
    def data(self) -> Path:
        """Its data directory."""
        return self.home / "data"

    @property
    def socket(self) -> Path:
        """Its only door."""
        return self.cell.sockets / f"{self.home.name}.sock"

    def path(self, program: str) -> str:
        """Find a program; that which makes a data directory may lie beside the others."""
        beside = Path(self.directory, "../scripts", program)
        if self.directory and beside.exists():
            return str(beside)
        return f"{self.directory}/{program}" if self.directory else program

    @property
    def base(self) -> tuple[str, ...]:
        """Tell the programs of an installation apart from the system's where its files are."""
        above = Path(self.directory).parent
        own = self.directory and (above / "share").is_dir()
        return (f"--basedir={above}",) if own else ()


def version_here(room: Room) -> str:
    """Ask the server's program for its version. Raises ToolMissingError, ToolError."""
    asked = (room.path(room.programs.server), "--no-defaults", "--version")
    told = room.cell.run(Command(argv=asked, timeout=_START_SECONDS, cwd=room.cell.home))
    found = re.search(r"Ver ([^ ]+)(.*)", told.stdout.decode("utf-8", "replace"))
    if told.code != 0 or found is None:
        raise ToolError(
            say(
                N_("{program} does not tell its version: {reason}."),
                program=room.programs.server,
                reason=reason_of(told.stderr) or str(told.code),
            ),
            remedy=say(N_("See whether it is installed completely.")),
        )
    return found[1]


def require_compatible(here: str, there: str) -> None:
    """Refuse a server that is older than the one the copy is of, or of the other family.

    Raises ToolMissingError: that such a server cannot load it says nothing about the copy.
    """
    if _series(here) < _series(there) or _is_mariadb(here) != _is_mariadb(there):
        raise ToolMissingError(
            say(
                N_("The server installed here is {here}; the copy was made by {there}."),
                here=here,
                there=there,
            ),
            remedy=say(
                N_("Install a server of the same version, and name it with server_programs.")
            ),
        )


def _series(version: str) -> tuple[int, int]:
    found = _VERSION.search(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _is_mariadb(version: str) -> bool:
    return "mariadb" in version.lower()


class Scratch:
    """A running scratch server."""

    def __init__(self, room: Room, version: str) -> None:
        self._room = room
        self._stop = threading.Event()
        self._ended: Finished | ContinuityError | None = None
        self.server = Server(
            host=room.cell,
            client=room.programs.client,
            dumper=room.programs.dumper,
            login=(
                "--no-defaults",
                "--protocol=socket",
                f"--socket={room.socket}",
                "--user=root",
            ),
            programs=room.directory,
            cwd=room.cell.home,
        )
        self._is_mariadb = _is_mariadb(version)
        self._install()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def require_own(self) -> None:
        """Wait until it answers; refuse to go on unless it is the one just made, and empty.

        Raises ToolError when it does not start, IsolationError when another one answers.
        """
        self._await()
        with session(self.server) as asked:
            told = asked.ask(
                "SELECT HEX(@@datadir), HEX(@@socket), HEX(IF(@@skip_networking, 'shut', 'open'));"
            )[0]
            found = databases_of(asked)
        data, socket, network = (text_from_hex(cell) for cell in told)
        own = Path(data) == self._room.data and Path(socket) == self._room.socket
        if not own or network != "shut" or found:
            raise IsolationError(
                say(N_("The server that answers is not the new, empty one of the sandbox.")),
                remedy=say(N_("Nothing was loaded. Look for another server in the sandbox.")),
            )

    def close(self) -> None:
        """Stop it by force: it takes no interrupt, and what a crash would cost it is nothing."""
        self._stop.set()
        self._thread.join(_STOP_SECONDS)

    def _install(self) -> None:
        room = self._room
        data = f"--datadir={room.data}"
        if self._is_mariadb:
            argv = (
                *(room.path(room.programs.installer), "--no-defaults", data, "--skip-test-db"),
                *("--auth-root-authentication-method=normal", "--skip-name-resolve"),
                *room.base,
            )
        else:
            argv = (
                *(room.path(room.programs.server), "--no-defaults", "--initialize-insecure"),
                *(data, *room.base),
            )
        made = Command(argv=("mkdir", str(room.home)), timeout=_START_SECONDS, cwd=room.cell.home)
        room.cell.run(made)
        done = room.cell.run(Command(argv=argv, timeout=_START_SECONDS, cwd=room.cell.home))
        if done.code != 0:
            raise _silent(argv[0], done)

    def _run(self) -> None:
        room = self._room
        argv = (
            *(room.path(room.programs.server), "--no-defaults", f"--datadir={room.data}"),
            *(f"--socket={room.socket}", f"--pid-file={room.home}/server.pid"),
            *(f"--tmpdir={room.home}", "--skip-networking", "--skip-name-resolve"),
            *("--event-scheduler=OFF", "--local-infile=0", "--symbolic-links=0"),
            # It is thrown away: what a crash would cost is nothing.
            *("--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0", "--sync-binlog=0"),
            *("--max-allowed-packet=1G", "--innodb-buffer-pool-size=128M"),
            *(() if self._is_mariadb else ("--mysqlx=OFF",)),
            *room.base,
        )
        command = Command(
            argv=argv, timeout=LONGEST, cwd=room.cell.home, stop=self._stop, grace=_GRACE
        )
        try:
            self._ended = room.cell.run(command)
        except ContinuityError as error:
            self._ended = error

    def _await(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while (told := self._told("SELECT 1;")).code != 0:
            if not self._thread.is_alive():
                raise self._not_started()
            if time.monotonic() > until:
                raise _silent(self._room.programs.server, told)
            time.sleep(_PAUSE)

    def _told(self, statement: str) -> Finished:
        server = self.server
        argv = server.calling(server.client, "--batch")
        return server.host.run(
            Command(argv=argv, timeout=_STOP_SECONDS, cwd=server.cwd, stdin=statement.encode())
        )

    def _not_started(self) -> ContinuityError:
        if isinstance(self._ended, ContinuityError):
            return self._ended
        return _silent(self._room.programs.server, self._ended)


def _silent(program: str, finished: Finished | None) -> ToolError:
    told = b"" if finished is None else finished.stderr or finished.stdout
    code = 0 if finished is None else finished.code
    return ToolError(
        say(
            N_("The scratch server did not start: {reason}."),
            reason=reason_of(told) or f"{program}: {code}",
        ),
        remedy=say(N_("Look whether {program} of this machine starts at all."), program=program),
    )
