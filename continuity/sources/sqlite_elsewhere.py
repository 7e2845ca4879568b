"""Copy a SQLite database of another machine with the sqlite3 program that is installed there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from continuity.domain.failure import (
    ContinuityError,
    NoSpaceError,
    SourceError,
    ToolError,
    ToolMissingError,
)
from continuity.domain.portrait import Portrait, TablePortrait
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Command, Finished, Host
from continuity.sandbox.inside.queries import digest, row_from
from continuity.sources.source import Captured, Capturing, captured_path
from continuity.sources.sqlite_look import Looking, take_look
from continuity.sources.sqlite_words import HEADER, Told, no_database

_SECONDS = 24 * 3_600.0
_ANSWER_BYTES = 64 << 20
# Since then it writes answers as JSON.
_OLDEST = (3, 33)
_VERSION = re.compile(rb"(\d+)\.(\d+)")
_PRIVATE = re.compile(r"/[A-Za-z0-9_./-]*/continuity-[A-Za-z0-9]{10}")
_HEADER_BYTES = 100
_HAND_OVER = 'exec 3<"$1/copy" && rm -r -f -- "$1" && exec cat <&3'
_MARK = "--continuity--"


@contextmanager
def capture_elsewhere(capturing: Capturing, path: str, looking: Looking) -> Iterator[Captured]:
    """Let SQLite there copy into a private directory, fetch the copy, and remove it.

    The portrait is what stayed the same from before the copy until after it was fetched.
    """
    there = _There(capturing.host, path, looking.patience)
    there.require_program()
    there.require_database()
    before = take_look(there.ask, looking)
    data_time = capturing.now()
    with there.private_directory() as directory:
        there.back_up(f"{directory}/copy")

        def portrait() -> Portrait:
            return _joined(before, take_look(there.ask, looking, before))

        yield Captured(
            path=captured_path(capturing.job, "sqlite"),
            data_time=data_time,
            pieces=there.fetch(directory),
            portrait=portrait,
        )


class _There:
    """One database on another machine."""

    def __init__(self, host: Host, path: str, patience: float) -> None:
        self._host = host
        self._path = path
        self._patience = patience

    def require_program(self) -> None:
        """Raises ToolMissingError when sqlite3 is not there or too old."""
        finished = self._host.run(Command(argv=("sqlite3", "--version"), timeout=60, grace=5))
        found = _VERSION.match(finished.stdout)
        version = tuple(int(part) for part in found.groups()) if found else ()
        if version < _OLDEST:
            raise ToolMissingError(
                say(N_("The sqlite3 on {host} is older than 3.33."), host=self._host.name),
                remedy=say(N_("Install a newer one there, such as that of Debian 11.")),
            )

    def require_database(self) -> None:
        """Raises SourceError: the program would take an empty file for an empty database."""
        head = self._run(("head", "-c", str(len(HEADER)), "--", self._path))
        if head.stdout != HEADER:
            raise no_database(self._path)

    @contextmanager
    def private_directory(self) -> Iterator[str]:
        """Make a directory that nobody else can enter, and remove it with what is in it."""
        made = self._run(("mktemp", "-d", "-t", "continuity-XXXXXXXXXX"))
        directory = made.stdout.decode("utf-8", "surrogateescape").strip()
        if not _PRIVATE.fullmatch(directory):
            raise ToolError(say(N_("The other machine gave no directory to copy into.")))
        try:
            yield directory
        finally:
            with suppress(ContinuityError):  # the copy's own error is what is told
                self._run(("rm", "-r", "-f", "--", directory))

    def back_up(self, copy: str) -> None:
        """Copy the database as of one instant. Raises SourceError."""
        finished = self._sqlite(f".backup main {copy}\n")
        if finished.code or finished.stderr.strip():
            raise self._trouble("sqlite3", finished)

    def fetch(self, directory: str) -> Iterator[bytes]:
        """Hand the copy over; raises unless all of it came.

        It has no name any more when its first byte comes, so that nothing stays there even where
        the connection is lost.
        """
        argv = ("sh", "-c", _HAND_OVER, "sh", directory)
        pieces = self._host.pieces(Command(argv=argv, timeout=_SECONDS))
        begun, came = b"", 0
        try:
            while True:
                piece = next(pieces)
                begun += piece[: _HEADER_BYTES - len(begun)]
                came += len(piece)
                yield piece
        except StopIteration as end:
            finished: Finished = end.value
        if finished.code or came != _size_from_header(begun):
            raise self._trouble("cat", finished)

    def ask(self, queries: Sequence[object]) -> list[Told]:
        """Put queries in one transaction; where one is refused, each by itself."""
        if not queries:
            return []
        finished = self._sqlite(_script(queries))
        answers = finished.stdout.decode("utf-8", "surrogateescape").split(_MARK)
        if finished.code == 0 and len(answers) == len(queries) + 1 and not finished.truncated:
            return [_told(query, said) for query, said in zip(queries, answers, strict=False)]
        if len(queries) == 1:
            return [{"refused": shown(b" ".join(finished.stderr.split()))}]
        return [told for query in queries for told in self.ask([query])]

    def _sqlite(self, script: str) -> Finished:
        options = ("-init", "/dev/null", "-batch", "-bail", "-readonly")
        waiting = ("-cmd", f".timeout {round(self._patience * 1_000)}")
        return self._host.run(
            Command(
                argv=("sqlite3", *options, *waiting, self._path),
                stdin=script.encode("utf-8", "surrogateescape"),
                timeout=_SECONDS,
                keep=_ANSWER_BYTES,
            )
        )

    def _run(self, argv: tuple[str, ...]) -> Finished:
        finished = self._host.run(Command(argv=argv, timeout=300, grace=5))
        if finished.code:
            raise self._trouble(argv[0], finished)
        return finished

    def _trouble(self, program: str, finished: Finished) -> ContinuityError:
        said = b" ".join(finished.stderr.split())
        values = {
            "program": program,
            "host": self._host.name,
            "said": shown(said[-300:]) or f"code {finished.code}",
        }
        if b"No space left" in said or b"is full" in said:
            return NoSpaceError(
                say(N_("{host} has no room for a copy of the database: {said}"), **values),
                remedy=say(N_("Free as much space as the database has in its TMPDIR.")),
            )
        return SourceError(
            say(N_("{program} on {host} could not copy the database: {said}"), **values),
            remedy=say(N_("Look whether it is there, readable and whole; older copies stay.")),
        )


def _size_from_header(header: bytes) -> int:
    """Read how long a database is. Page size 1 stands for 65536."""
    page = int.from_bytes(header[16:18], "big")
    return (page if page != 1 else 65_536) * int.from_bytes(header[28:32], "big")


def _script(queries: Sequence[object]) -> str:
    lines = [".mode json", "BEGIN;"]
    for query in queries:
        text = str(query["digest"] if isinstance(query, dict) else query).strip()
        # A line that begins with a dot is a command to the program, such as .shell.
        whole = not any(line.startswith((".", "#")) for line in text.splitlines())
        lines += [text.rstrip(";") if whole else "refused", ";", f".print {_MARK}"]
    return "\n".join([*lines, "COMMIT;", ""])


def _told(query: object, said: str) -> Told:
    """Read what the program printed for one query: nothing at all when there was no row."""
    try:
        # Two columns of one name are two columns.
        found = json.loads(said, object_pairs_hook=_values) if said.strip() else []
    except ValueError:
        return {"refused": "an answer that is no JSON"}
    rows = [row_from(row) for row in found]
    return digest(rows) if isinstance(query, dict) else {"rows": rows}


def _values(pairs: list[tuple[str, object]]) -> list[object]:
    return [value for _, value in pairs]


def _joined(before: Portrait, after: Portrait) -> Portrait:
    """Join two looks with the copy between them; what differs is not claimed.

    Raises SourceError when a table was made, altered or dropped meanwhile.
    """
    earlier = {table.name: table for table in before.tables}
    later = {table.name: table for table in after.tables}
    for name in earlier.keys() | later.keys():
        if name not in earlier or name not in later or earlier[name].schema != later[name].schema:
            raise SourceError(
                say(
                    N_("The table {table} was made, altered or dropped while it was copied."),
                    table=shown(name.encode("utf-8", "surrogateescape")),
                ),
                remedy=say(N_("Back up again when nobody works on the structure.")),
            )
    tables = tuple(_between(earlier[table.name], table) for table in after.tables)
    return replace(after, tables=tables)


def _between(before: TablePortrait, after: TablePortrait) -> TablePortrait:
    return replace(
        after,
        least=min(before.least, after.least),
        most=max(before.most, after.most),
        sample=before.sample if before.sample == after.sample else None,
        newest=tuple(newest for newest in after.newest if newest in before.newest),
    )
