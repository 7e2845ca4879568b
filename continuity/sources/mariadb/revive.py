"""Bring dumped databases to life in a cell, and look at them as the live ones were looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from continuity.domain.failure import ConfigurationError
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command
from continuity.sources.mariadb.calls import Programs, answer_of
from continuity.sources.mariadb.capture import looking_of, options_of
from continuity.sources.mariadb.dump import is_ended
from continuity.sources.mariadb.layout import Layout, databases_of, layout_of
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.portrait import look, portrait_from, ranges_from
from continuity.sources.mariadb.scratch import Room, Scratch, require_compatible, version_here
from continuity.sources.mariadb.session import LONGEST, Server, Session, session
from continuity.sources.mariadb.words import place, quoted
from continuity.sources.source import Revive, Revived, Reviving

_CHUNK = 1 << 20
_TAIL = 1024
_KEPT = 100
_LONGEST_LINE = 300
# What the client prints of an error and of less: "ERROR 1064 (42000) at line 3: …".
_ERROR = re.compile(rb"^(?:ERROR\b|(?:mariadb|mysql): |.*\[ERROR\])", re.IGNORECASE)
_WARNING = re.compile(rb"^(?:Warning|Note) \(Code ")


@dataclass(slots=True, kw_only=True)
class Loading:
    """What the loader said."""

    complaints: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def complain(self, line: str) -> None:
        """Keep an error, as long as there are not too many to read."""
        if len(self.complaints) < _KEPT:
            self.complaints.append(line[:_LONGEST_LINE])

    def take(self, line: bytes) -> None:
        """Keep a line of the loader's output when it warns."""
        if _WARNING.match(line) and len(self.warnings) < _KEPT:
            self.warnings.append(shown(line)[:_LONGEST_LINE])


def revive_by(programs: Programs) -> Revive:
    """Make the way to revive with these programs."""

    @contextmanager
    def revive(reviving: Reviving) -> Iterator[Revived]:
        source = options_of(reviving.source)
        with _Servers(reviving, source, programs) as servers:
            with reviving.phase("start"):
                scratch = servers.begin("scratch")
                _make_accounts(scratch, reviving.portrait)
            with reviving.phase("load"):
                said = load(scratch, reviving.restored)
            with reviving.phase("question"), session(scratch) as asked:
                databases = databases_of(asked)
                layout = layout_of(asked, databases)
                portrait = _portrait(asked, layout, source, reviving.portrait)
                for line in examined(asked, layout):
                    said.complain(line)
            only = databases[0] if len(databases) == 1 else None
            yield Revived(
                version=layout.version,
                portrait=portrait,
                complaints=tuple(said.complaints),
                ask=lambda question: answer_of(scratch, question, only),
                ask_empty=lambda question: answer_of(servers.empty(databases), question, only),
                environment=_environment(reviving, servers.room("scratch")),
                warnings=tuple(said.warnings),
            )

    return revive


class _Servers:
    """The scratch servers of one revival, stopped at its end whatever happens."""

    def __init__(self, reviving: Reviving, source: MysqlFamilySource, programs: Programs) -> None:
        self._reviving = reviving
        self._source = source
        self._programs = programs
        self._opened = ExitStack()
        self._empty: Server | None = None

    def __enter__(self) -> _Servers:
        return self

    def __exit__(self, *_: object) -> None:
        with self._reviving.phase("stop"):
            self._opened.close()

    def room(self, name: str) -> Room:
        return Room(
            cell=self._reviving.cell,
            home=self._reviving.home / name,
            programs=self._programs,
            directory=self._source.server_programs or "",
        )

    def begin(self, name: str) -> Server:
        room = self.room(name)
        version = version_here(room)
        require_compatible(version, self._reviving.portrait.version)
        self._require_elsewhere(room)
        scratch = Scratch(room, version)
        self._opened.callback(scratch.close)
        scratch.require_own()
        return scratch.server

    def empty(self, databases: tuple[str, ...]) -> Server:
        """Give a second server that has the databases and nothing in them.

        Another database of the same server would not do: a question may name where it looks.
        """
        if self._empty is None:
            self._empty = self.begin("empty")
            with session(self._empty) as asked:
                asked.ask("\n".join(f"CREATE DATABASE {quoted(name)};" for name in databases))
        return self._empty

    def _require_elsewhere(self, room: Room) -> None:
        live = self._source.socket
        if live is not None and Path(live).resolve() == room.socket.resolve():
            raise ConfigurationError(
                say(N_("The scratch server would have the socket of the live one.")),
                remedy=say(N_("Choose another place for the sandbox.")),
            )


def load(
    server: Server,
    restored: Path,
    changed: Callable[[Iterator[bytes]], Iterator[bytes]] = lambda pieces: pieces,
) -> Loading:
    """Load a dump; exit 0 proves nothing, so every line that reports an error is kept.

    ``changed`` writes on the way something else for what is in it.
    """
    said = Loading()
    fed = _Fed(restored)
    finished = server.host.stream(
        Command(
            argv=server.calling(
                server.client,
                *("--batch", "--binary-mode", "--show-warnings", "--max-allowed-packet=1G"),
            ),
            timeout=LONGEST,
            secrets=server.secrets,
            cwd=server.cwd,
            stdin=changed(fed.pieces()),
        ),
        said.take,
    )
    for line in finished.stderr.splitlines():
        if _ERROR.match(line):
            said.complain(shown(line))
    if finished.code != 0 and not said.complaints:
        said.complain(f"{server.client}: {finished.code}")
    if not said.complaints and not is_ended(fed.tail):
        said.complain(str(say(N_("The copy ends before its end."))))
    return said


class _Fed:
    """A file on its way, and how it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tail = b""

    def pieces(self) -> Iterator[bytes]:
        with self._path.open("rb") as copy:
            while piece := copy.read(_CHUNK):
                self.tail = (self.tail + piece)[-_TAIL:]
                yield piece


def examined(asked: Session, layout: Layout) -> Iterator[str]:
    """Let the server read every table and every index; gives what it finds wrong."""
    for table in layout.tables:
        where = place(table.database, table.name)
        for row in asked.ask(f"CHECK TABLE {where} EXTENDED;"):
            if row[-2:] != (b"status", b"OK"):
                yield shown(b" ".join(row))


def _portrait(
    asked: Session, layout: Layout, source: MysqlFamilySource, before: Portrait
) -> Portrait:
    databases = tuple(sorted({table.database for table in layout.tables}))
    looking = looking_of(source, source.databases or databases)
    between = ranges_from(before, layout.tables)
    return portrait_from(layout, look(asked, layout.tables, between, looking))


def _make_accounts(server: Server, portrait: Portrait) -> None:
    """Make the accounts that views and triggers are defined by, as any restore elsewhere needs.

    Nobody can log in as one of them; they may do everything, so that what they define works.
    """
    script = "".join(account_made(definer) for definer in portrait.roles)
    if script:
        with session(server) as asked:
            asked.ask(script)


def account_made(definer: str) -> str:
    """Write what makes an account such as ``shop@localhost``, or a role, which is at no machine."""
    user, at, machine = definer.rpartition("@")
    if not at or not machine:
        role = quoted(user or machine)
        return f"CREATE ROLE IF NOT EXISTS {role};\nGRANT ALL ON *.* TO {role};\n"
    if (user, machine) == ("root", "localhost"):
        return ""
    name = f"{quoted(user)}@{quoted(machine)}"
    return f"CREATE USER IF NOT EXISTS {name} ACCOUNT LOCK;\nGRANT ALL ON *.* TO {name};\n"


def _environment(reviving: Reviving, room: Room) -> tuple[tuple[str, str], ...]:
    """Let a program in the cell reach the server: the client programs without any option."""
    options = f"[client]\nuser=root\nsocket={room.socket}\n"
    # By a program of the cell: what lies in its home may have been put there by somebody else.
    reviving.cell.run(
        Command(argv=("tee", str(room.home / "my.cnf")), timeout=60, stdin=options.encode())
    )
    return (("MYSQL_HOME", str(room.home)), ("MYSQL_UNIX_PORT", str(room.socket)))
