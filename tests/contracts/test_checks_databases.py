"""What checks say of whole and of broken SQLite databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from continuity.sandbox.isolation import Isolation
from tests.support.asked_checks import Fill, answer, written

pytestmark = [pytest.mark.tool("bwrap"), pytest.mark.tool("setpriv"), pytest.mark.tool("prlimit")]

both = pytest.mark.parametrize("level", list(Isolation))


def _database(path: Path, journal: str = "delete") -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"pragma journal_mode={journal}")
        database.execute("create table customer (id integer primary key)")
        database.execute("create table bill (customer references customer, text)")
        database.executemany("insert into customer values (?)", [(n,) for n in range(100)])
        rows = [(n % 100, "x" * 300) for n in range(2_000)]
        database.executemany("insert into bill values (?, ?)", rows)
        database.commit()


def _kept_journal(srv: Path) -> None:
    """Copy a database while a program has it open, its last rows in the journal alone."""
    live = srv.parent / "live"
    live.mkdir()
    with closing(sqlite3.connect(live / "erp.db")) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table bill (n)")
        database.commit()
        for name in ("erp.db", "erp.db-wal"):
            shutil.copyfile(live / name, srv / name)
    shutil.rmtree(live)


SQLITE = {"path": "/srv/erp.db"}


@both
def test_a_whole_database_is_right(tmp_path: Path, level: Isolation) -> None:
    found = answer(
        tmp_path, lambda srv: _database(srv / "erp.db"), written("sqlite", **SQLITE), level
    )

    assert (found.passed, str(found.found)) == (True, "tables that are whole: 2")


def test_a_database_is_read_together_with_its_journal(tmp_path: Path) -> None:
    found = answer(tmp_path, _kept_journal, written("sqlite", **SQLITE))

    assert (found.passed, str(found.found)) == (True, "tables that are whole: 1")


def _rotten(path: Path) -> None:
    _database(path)
    with path.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4_096)
            file.write(os.urandom(200))


def _orphaned(path: Path) -> None:
    _database(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("delete from customer where id < 5")
        database.commit()


def _cut(path: Path) -> None:
    _database(path)
    os.truncate(path, 40_960)


def _emptied(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table customer (id integer primary key)")
        database.execute("drop table customer")
        database.commit()


@pytest.mark.parametrize(
    ("fill", "said"),
    [
        (_rotten, "damage: "),
        (_cut, "damage: "),
        (_orphaned, "rows that refer to missing ones: 100"),
        (lambda path: path.write_bytes(b""), "no SQLite database"),
        (lambda path: path.write_bytes(b"text\n" * 9_000), "no SQLite database"),
        (_emptied, "tables that are whole: 0"),
    ],
)
def test_a_database_that_is_not_whole_is_wrong(tmp_path: Path, fill: Fill, said: str) -> None:
    found = answer(tmp_path, lambda srv: fill(srv / "erp.db"), written("sqlite", **SQLITE))

    assert found.passed is False
    assert said in str(found.found)
