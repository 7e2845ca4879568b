"""A conversation with a PostgreSQL server, held by psql on whatever host the server is reached."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from continuity.domain.failure import ContinuityError, ToolError, ToolMissingError
from continuity.domain.text import N_, say, shown
from continuity.hosts.host import Finished
from continuity.sources.postgresql.names import literal
from continuity.sources.postgresql.place import Place
from continuity.sources.postgresql.trouble import question_refused, refused, trouble

Row = dict[str, object]

# What decides how a value is written, or how long the server bears with us. Not every version has
# every one of them, so each is set where it exists.
_SETTINGS = {
    "search_path": "",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "row_security": "off",
    "quote_all_identifiers": "off",
    "statement_timeout": "0",
    "lock_timeout": "600000",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
# No conversion exists from these, so what is stored is passed on as it is.
_RAW_ENCODINGS = ("SQL_ASCII", "MULE_INTERNAL")
_LEAST_PAUSE = 0.000_5
_MOST_PAUSE = 0.05
_OLDEST = 120_000
_STATUS = re.compile(rb"(true|false) ([0-9A-Z]{5})(?: |$)", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """What a server says of itself: its version, its major version, and the text of a database."""

    version: str
    major: int
    encoding: str


class Session:
    """Statements go in one at a time, their rows come out; nothing that a row holds ends it.

    psql never sees an empty input: while there is nothing to ask, it gets blank lines, because an
    input that has ended cannot be continued.
    """

    def __init__(self, place: Place) -> None:
        self._host = place.host.name
        self._unsent: deque[bytes] = deque()
        self._ended = False
        token = secrets.token_hex(16)
        self._field, self._row, self._null = (f"{kind}{token}" for kind in "frn")
        self._status, self._end = f"s{token}".encode(), f"e{token}\n".encode()
        words = ("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password")
        command = place.command(
            "psql",
            *words,
            f"--field-separator={self._field}",
            f"--record-separator={self._row}",
            f"--pset=null={self._null}",
        )
        self._psql = place.host.pieces(replace(command, stdin=self._input()))
        self._heard = bytearray()
        self.server = self._introduce()

    def rows(self, query: str) -> list[Row]:
        """Give the rows of a query as JSON objects. Raises ContinuityError."""
        asked = f"SELECT pg_catalog.row_to_json(q)::pg_catalog.text FROM ({query}) AS q"
        return [json.loads(self._text(line)) for line in self._records(asked)]

    def row(self, query: str) -> Row:
        """Give the only row of a query."""
        (found,) = self.rows(query)
        return found

    def run(
        self, statement: str, refused: Callable[[str, bytes], ContinuityError] = refused
    ) -> None:
        """Run a statement whose rows nobody wants; ``refused`` says what a refusal means."""
        self._records(statement, refused)

    def first(self, query: str) -> str | None:
        """Give the first column of the first row of any query that somebody wrote.

        psql does not read it: it may hold what would be psql's own commands. Raises RevivalError
        when the server refuses it.
        """
        asked = f"\\set ON_ERROR_ROLLBACK on\nSELECT {literal(query)} \\gexec\n"
        records = self._records(asked, question_refused)
        if not records:
            return None
        value = self._text(records[0]).split(self._field)[0]
        return None if value == self._null else value

    def answer_people(self) -> None:
        """Let names without a schema mean those of the schema ``public`` from now on."""
        self.run("SET search_path = public")

    def close(self) -> None:
        """Let psql come to the end of its input, and the transaction with it."""
        self._ended = True
        with closing(self._psql):
            for _ in self._psql:
                pass

    def _introduce(self) -> Server:
        """Make everything that follows mean the same on every server."""
        self.run("SET standard_conforming_strings = on")
        told = self.row(
            "SELECT pg_catalog.current_setting('server_version') AS version,"
            " pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS number,"
            " pg_catalog.current_setting('server_encoding') AS encoding"
        )
        number, encoding = int(str(told["number"])), str(told["encoding"])
        if number < _OLDEST:
            raise _too_old(str(told["version"]))
        raw = encoding in _RAW_ENCODINGS
        self.run(f"SET client_encoding = {literal(encoding if raw else 'UTF8')}")
        pairs = ", ".join(f"({literal(k)}, {literal(v)})" for k, v in _SETTINGS.items())
        self.run(
            "SELECT pg_catalog.set_config(s.name, wanted.value, false) FROM pg_catalog.pg_settings"
            f" AS s, (VALUES {pairs}) AS wanted(name, value) WHERE s.name = wanted.name"
        )
        version = str(told["version"]).split(" ")[0]
        return Server(version=version, major=number // 10_000, encoding=encoding)

    def _records(
        self, statement: str, refused: Callable[[str, bytes], ContinuityError] = refused
    ) -> list[bytes]:
        said, status = self._exchange(statement)
        found = _STATUS.match(status)
        if found is None:
            raise _not_understood(self._host)
        if found[1] == b"true":
            raise refused(found[2].decode("ascii"), status[found.end() :])
        return said[:-1].split(self._row.encode()) if said else []

    def _exchange(self, statement: str) -> tuple[bytes, bytes]:
        ending = "" if statement.endswith("\\gexec\n") else "\n;\n"
        status, end = self._status.decode(), self._end.decode()
        # psql makes each word of \echo one; the message is last because it may hold anything.
        script = (
            f"{statement}{ending}\\echo -n {status}\n"
            f"\\echo :ERROR :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE\n\\echo {end}"
            "\\set ON_ERROR_ROLLBACK off\n"
        )
        self._unsent.append(script.encode("utf-8", "surrogateescape"))
        self._listen()
        answer, _, rest = bytes(self._heard).partition(self._end)
        self._heard = bytearray(rest)
        said, found, told = answer.rpartition(self._status)
        if not found:
            raise _not_understood(self._host)
        return said, told.rstrip(b"\n")

    def _listen(self) -> None:
        """Wait for the end of an answer."""
        while self._end not in self._heard:
            try:
                self._heard += next(self._psql)
            except StopIteration as end:
                finished: Finished = end.value
                raise trouble("psql", finished, self._host) from None

    def _input(self) -> Iterator[bytes]:
        pause = _LEAST_PAUSE
        while not self._ended:
            if self._unsent:
                pause = _LEAST_PAUSE
                yield self._unsent.popleft()
            else:
                time.sleep(pause)
                pause = min(pause * 1.5, _MOST_PAUSE)
                yield b"\n"

    def _text(self, record: bytes) -> str:
        return record.decode("utf-8", "surrogateescape")


@contextmanager
def open_session(place: Place) -> Generator[Session]:
    """Hold a conversation. Raises ContinuityError when there is nobody to talk to."""
    session = Session(place)
    try:
        yield session
    finally:
        session.close()


def _too_old(version: str) -> ContinuityError:
    return ToolMissingError(
        say(N_("PostgreSQL {version} is too old: 12 is the oldest."), version=shown_text(version)),
        remedy=say(N_("Upgrade the server, or back up a dump of it as files.")),
    )


def _not_understood(host: str) -> ContinuityError:
    return ToolError(
        say(N_("What psql says on {host} could not be understood."), host=host),
        remedy=say(N_("Install psql 11 or newer, and see which program is called psql.")),
    )


def shown_text(text: str) -> str:
    """Write a server's words so that no terminal can be tricked by them."""
    return shown(text.encode("utf-8", "surrogateescape"))
