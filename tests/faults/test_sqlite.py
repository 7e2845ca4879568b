"""Databases of SQLite that are locked, gone, damaged, or something else."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.sqlite_drills import execute
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync"), pytest.mark.tool("bwrap")]

both = pytest.mark.parametrize("job", ["erp", "files"])

_SOURCE = """\
source:
  kind: sqlite
  path: {database}
  newest: [orders.created]
  patience: 1s
checks:
  - kind: sql
    name: All orders are there
    query: SELECT count(*) FROM orders
    at_least: 3000
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose jobs copy one database, by restic and by rsync."""
    world = furnished(tmp_path / "world")
    database = database_of(world)
    execute(
        database,
        "PRAGMA journal_mode = wal",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT, created TEXT)",
        "CREATE INDEX by_note ON orders (note) WHERE id > 100",
    )
    with closing(sqlite3.connect(database)) as connection, connection:
        rows = ((f"order {number}", "2026-03-01 10:00:00") for number in range(3_000))
        connection.executemany("INSERT INTO orders (note, created) VALUES (?, ?)", rows)
    for job in ("erp", "files"):
        written = (world.workspace / f"jobs/{job}.yaml").read_text()
        head = written.partition("source:")[0]
        world.write({f"jobs/{job}.yaml": head + _SOURCE.format(database=database)})
    return world


def database_of(world: World) -> Path:
    return world.root / "shop.db"


def make_backup(world: World, job: str) -> None:
    ran = world.backup(job)
    assert ran.code == 0, ran


@contextmanager
def at_work(database: Path) -> Iterator[None]:
    """Let a program write to the database all the time."""
    stop = threading.Event()

    def work() -> None:
        with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
            while not stop.wait(0.001):
                connection.execute("INSERT INTO orders VALUES (NULL, 'more', '2026-03-02 10:00')")
                connection.execute("UPDATE orders SET note = note || '.' WHERE id % 100 = 7")

    writer = threading.Thread(target=work)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


@both
def test_a_database_that_is_written_to_comes_back_proven(world: World, job: str) -> None:
    with at_work(database_of(world)):
        make_backup(world, job)

    ran = world.drill(job)

    assert (ran.code, ran.result["verdict"], ran.result["level"]) == (0, "PASS", "L4"), ran
    assert [answer["passed"] for answer in ran.result["answers"]] == [True]
    assert world.standing(job) == "PASS"


@both
@pytest.mark.fault("sqlite-locked")
def test_a_database_that_stays_locked_is_not_copied(world: World, row: Row, job: str) -> None:
    database = database_of(world)
    execute(database, "PRAGMA journal_mode = delete")
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("sqlite-database-gone")
def test_a_database_that_is_gone_is_missed_and_not_made_anew(
    world: World, row: Row, job: str
) -> None:
    make_backup(world, job)
    database_of(world).unlink()

    row.red_in(world, job, world.backup(job))
    assert not database_of(world).exists()


@both
@pytest.mark.fault("sqlite-is-none")
@pytest.mark.parametrize("content", [b"", b"text\n" * 900, os.urandom(8_192)])
def test_what_is_no_database_replaces_no_copy(
    world: World, row: Row, job: str, content: bytes
) -> None:
    database_of(world).write_bytes(content)

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("sqlite-truncated")
def test_a_database_that_lost_its_end_is_not_copied(world: World, row: Row, job: str) -> None:
    database = database_of(world)
    os.truncate(database, database.stat().st_size // 2)

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("sqlite-index-damaged")
def test_a_damage_that_no_query_meets_is_found_by_the_drill(
    world: World, row: Row, job: str
) -> None:
    database = database_of(world)
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'by_note'"
        (page,) = connection.execute(query).fetchone()
    content = bytearray(database.read_bytes())
    start = (page - 1) * 4_096
    content[start : start + 4_096] = bytes(4_096)
    database.write_bytes(content)
    make_backup(world, job)

    row.red_in(world, job, world.drill(job))


@pytest.mark.fault("sqlite-copy-cut-short")
def test_a_copy_that_was_cut_short_does_not_come_back(world: World, row: Row) -> None:
    make_backup(world, "files")
    (copy,) = world.disk.rglob("files.sqlite")
    os.truncate(copy, copy.stat().st_size // 2)

    row.red_in(world, "files", world.drill("files"))


@pytest.mark.fault("sqlite-rows-missing")
def test_a_copy_that_lacks_rows_is_not_what_was_asked_for(world: World, row: Row) -> None:
    execute(database_of(world), "DELETE FROM orders WHERE id > 2000")
    make_backup(world, "erp")

    row.red_in(world, "erp", world.drill("erp"))


def test_a_plan_says_that_a_database_is_copied(world: World) -> None:
    planned = world.run("plan", "erp")

    assert planned.code == 0
    assert "From             sqlite" in planned.stdout
