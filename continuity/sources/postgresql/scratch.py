"""A PostgreSQL server that lives as long as a drill, in its cell, reached by a socket alone."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread

from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    TimedOutError,
    ToolError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished
from continuity.sandbox.cell import Cell
from continuity.sources.postgresql.place import LONGEST, Place
from continuity.sources.postgresql.programs import Programs
from continuity.sources.postgresql.session import Session, open_session
from continuity.sources.postgresql.trouble import last_words, trouble
from continuity.sources.source import Revived, Reviving

_PORT = 5432
_LONGEST_SOCKET = 107  # bytes of an address, without its end: sun_path in unix(7)
_INITDB_SECONDS = 300.0
# A base backup first replays what was written meanwhile.
_START_SECONDS = 4 * 3_600.0
_GRACE = 60.0
_GLANCE = 0.05
_STATUS_LINE = 7
_LONGEST_PID_FILE = 4_096
# It is thrown away: nothing has to survive a crash, and nobody but the drill is there.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "archive_mode": "off",
    "restore_command": "",
    "archive_cleanup_command": "",
    "recovery_end_command": "",
    "primary_conninfo": "",
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
    "local_preload_libraries": "",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_connections": "40",
    "max_prepared_transactions": "100",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_permissions": "0700",
    "ssl": "off",
    "jit": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "lc_messages": "C",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scratch:
    """A running scratch server, shown to be the one that was started here."""

    cell: Cell
    programs: Programs
    superuser: str

    def place(self, database: str) -> Place:
        """Tell how a program in the cell reaches a database of it."""
        return Place(
            host=self.cell,
            database=database,
            user=self.superuser,
            address=str(self.cell.sockets),
            port=_PORT,
            programs=self.programs.directory,
        )

    def session(self, database: str) -> AbstractContextManager[Session]:
        """Hold a conversation about a database."""
        return open_session(self.place(database))

    def revived(
        self,
        database: str,
        portrait: Portrait,
        complaints: tuple[str, ...],
        warnings: tuple[str, ...] = (),
    ) -> Revived:
        """Hand the database over to the job's own checks."""
        words = self.place(database).environment()
        names = ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE")
        return Revived(
            version=portrait.version,
            portrait=portrait,
            complaints=complaints,
            ask=partial(self._ask, database),
            ask_empty=self._ask_empty,
            environment=tuple((name, words[name]) for name in names),
            warnings=warnings,
        )

    def _ask(self, database: str, query: str) -> str | None:
        with self.session(database) as session:
            session.answer_people()
            return session.first(query)

    def _ask_empty(self, query: str) -> str | None:
        name = f"empty_{secrets.token_hex(8)}"
        with self.session("template1") as session:
            session.run(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                return self._ask(name, query)
            finally:
                session.run(f"DROP DATABASE {name}")


def make_cluster(cell: Cell, programs: Programs, cluster: Path, superuser: str) -> None:
    """Make a directory with an empty cluster of databases, as the cell's user."""
    words = ("-D", str(cluster), "-U", superuser, "-E", "UTF8", "--locale=C", "-A", "trust", "-N")
    made = programs.run(cell, "initdb", *words, timeout=_INITDB_SECONDS)
    if made.code != 0:
        raise trouble("initdb", made, cell.name)


@contextmanager
def run_scratch(
    reviving: Reviving, programs: Programs, cluster: Path, *, superuser: str
) -> Iterator[Scratch]:
    """Run a server until the end, on a new cluster where there is none yet; none is left behind.

    Raises ConfigurationError when its socket cannot have an address, ToolError when it does not
    start or when somebody else answers.
    """
    cell, token = reviving.cell, secrets.token_hex(16)
    _require_address(cell.sockets)
    server = _Server(cell, _command(programs, cell, cluster, token))
    scratch = Scratch(cell=cell, programs=programs, superuser=superuser)
    try:
        with reviving.phase("start"):
            if not cluster.is_dir():
                make_cluster(cell, programs, cluster, superuser)
            server.start(cluster)
            _require_own(scratch, cluster, token)
        yield scratch
    finally:
        with reviving.phase("stop"):
            server.stop()


class _Server:
    """The server program, watched in a thread of its own."""

    def __init__(self, cell: Cell, command: Command) -> None:
        self._stop = Event()
        self._cell = cell
        self._command = command
        self._ended: list[Finished | ContinuityError] = []
        self._thread = Thread(target=self._run, name="scratch-postgresql", daemon=True)
        self._stop = command.stop or Event()

    def start(self, cluster: Path) -> None:
        """Start it and wait until it takes connections."""
        self._thread.start()
        until = time.monotonic() + _START_SECONDS
        while not _is_ready(cluster):
            if not self._thread.is_alive():
                raise self._not_started()
            if time.monotonic() > until:
                raise TimedOutError(say(N_("The scratch server did not start in time.")))
            time.sleep(_GLANCE)

    def stop(self) -> None:
        """Stop it, and wait until it is gone."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(2 * _GRACE + _START_SECONDS)

    def _run(self) -> None:
        try:
            self._ended.append(self._cell.run(self._command))
        except ContinuityError as error:
            self._ended.append(error)

    def _not_started(self) -> ContinuityError:
        end = self._ended[0] if self._ended else None
        if isinstance(end, ContinuityError):
            return end
        return ToolError(
            say(
                N_("The scratch server does not start: {said}"),
                said=last_words(end.stderr) if end is not None else "-",
            ),
            remedy=say(N_("Read what it says; memory, room and rights of the sandbox count.")),
        )


def _command(programs: Programs, cell: Cell, cluster: Path, token: str) -> Command:
    settings = {
        **_SETTINGS,
        "unix_socket_directories": f'"{cell.sockets}"',
        "cluster_name": token,
    }
    words = (word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
    return Command(
        argv=(f"{programs.directory}/postgres", "-D", str(cluster), *words),
        timeout=LONGEST,
        env={"LC_ALL": "C"},
        stop=Event(),
        grace=_GRACE,
    )


def _require_address(directory: Path) -> None:
    """Refuse a directory in which no socket can be addressed, or that reads as several."""
    path = os.fsencode(directory)
    if len(path) + len(f"/.s.PGSQL.{_PORT}") <= _LONGEST_SOCKET and not set(path) & set(b',"'):
        return
    raise ConfigurationError(
        say(N_("The scratch server cannot have its socket in {directory}."), directory=shown(path)),
        remedy=say(N_("Give the sandbox a place with a shorter path and no commas in it.")),
    )


def _is_ready(cluster: Path) -> bool:
    """See in the server's own notes whether it takes connections."""
    try:
        with (cluster / "postmaster.pid").open("rb") as notes:
            lines = notes.read(_LONGEST_PID_FILE).split(b"\n")
    except OSError:
        return False
    return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == b"ready"


def _require_own(scratch: Scratch, cluster: Path, token: str) -> None:
    """Make sure that who answers is the server started here, and no other: it will be written to.

    Its name is a random text that only its command line has.
    """
    with scratch.session("template1") as session:
        found = session.row(
            "SELECT current_setting('cluster_name') AS name,"
            " current_setting('listen_addresses') AS addresses,"
            " CASE current_setting('is_superuser') WHEN 'on'"
            " THEN current_setting('data_directory') END AS directory"
        )
    named = (found["name"], found["addresses"]) == (token, "")
    if not named or found["directory"] not in {None, str(cluster)}:
        raise ToolError(
            say(N_("Another server than the scratch server answers, so nothing was loaded.")),
            remedy=say(N_("See which PostgreSQL servers of this machine use the sandbox's place.")),
        )
