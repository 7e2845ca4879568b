"""SQLite databases that are captured and looked at again, in a real cell."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from continuity.domain.portrait import Portrait
from continuity.hosts.host import Command, Finished, Host
from continuity.hosts.local import LocalHost
from continuity.sources.source import Capturing, Revived
from continuity.sources.sqlite import SqliteSource, capture, revive
from tests.support.revivals import Restored, celled, now, revival

_ZOO = (
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, total REAL, paid TEXT, note BLOB)",
    'CREATE TABLE [odd "name" \'ñ\'] (a, rowid TEXT, "b c")',
    "CREATE TABLE pairs (a TEXT, b INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES parent)",
    "CREATE TABLE empty (a, b)",
    "CREATE TABLE hidden (rowid, oid, _rowid_)",
    "CREATE TABLE computed (a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2))",
    "CREATE VIEW recent AS SELECT * FROM orders WHERE id > 5",
    "CREATE INDEX by_total ON orders (total)",
    "CREATE TRIGGER noted AFTER DELETE ON orders BEGIN SELECT 1; END",
    "INSERT INTO orders SELECT value, value * 0.1, datetime(1700000000 + value, 'unixepoch'),"
    " randomblob(10) FROM (WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s"
    " LIMIT 2500) SELECT value FROM s)",
    "INSERT INTO [odd \"name\" 'ñ'] VALUES (NULL, 'x', 'line\nline'), (1.5, NULL, X'00ff')",
    "INSERT INTO pairs VALUES ('it''s', 1), ('b', 2), ('ñ', -3)",
    "INSERT INTO child VALUES (1, 77)",
    "INSERT INTO hidden VALUES (1, 2, 3)",
    "INSERT INTO computed VALUES (21)",
    "PRAGMA user_version = 7",
)


def furnish(database: Path, journal: str) -> None:
    """Make a database with one of everything."""
    execute(database, f"PRAGMA journal_mode = {journal}", *_ZOO)


class Elsewhere:
    """Another machine: its files can be reached by its programs alone."""

    name = "elsewhere"

    def run(self, command: Command) -> Finished:
        return LocalHost().run(command)

    def stream(self, command: Command, on_line: Callable[[bytes], None]) -> Finished:
        return LocalHost().stream(command, on_line)

    def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
        return LocalHost().pieces(command)


@dataclass
class Copy:
    """A captured stream, written down, with what the source told of itself."""

    path: Path
    portrait: Portrait
    data_time: datetime


def execute(database: Path, *statements: str) -> None:
    """Change a database, as a program of the firm does."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def capturing(source: SqliteSource, scratch: Path, host: Host | None = None) -> Capturing:
    """Ask for a capture of this source."""
    scratch.mkdir(exist_ok=True)
    return Capturing(
        job="shop",
        source=source,
        host=host or LocalHost(),
        password=None,
        scratch=scratch,
        now=now,
        turn=0,
    )


def copied(
    place: Path,
    database: Path,
    host: Host | None = None,
    *,
    newest: tuple[str, ...] = (),
    patience: timedelta = timedelta(minutes=1),
    meanwhile: Callable[[], object] | None = None,
) -> Copy:
    """Capture a database; ``meanwhile`` happens when the copy has begun."""
    source = SqliteSource(path=str(database), newest=newest, patience=patience)
    copy = place / "copy.sqlite"
    with capture(capturing(source, place / "scratch", host)) as captured:
        if meanwhile is not None:
            meanwhile()
        copy.write_bytes(b"".join(captured.pieces))
        return Copy(path=copy, portrait=captured.portrait(), data_time=captured.data_time)


@contextmanager
def revived(place: Path, copy: Copy, *, newest: tuple[str, ...] = ()) -> Iterator[Revived]:
    """Look at a copy in a cell."""
    content = copy.path.read_bytes()
    restored = Restored(name="shop.sqlite", content=content, portrait=copy.portrait)
    source = SqliteSource(path="/nowhere", newest=newest)
    with celled(place) as cell, revive(revival(cell, source, restored)) as found:
        yield found
