"""A SQLite database is copied as of one instant, and what comes back is compared with it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.failure import (
    ConfigurationError,
    LockedError,
    RevivalError,
    SourceError,
)
from continuity.domain.portrait_compare import Aspect, differences
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.sources.sqlite import SqliteSource, capture
from tests.support.sqlite_drills import (
    Copy,
    Elsewhere,
    capturing,
    copied,
    execute,
    furnish,
    revived,
)

NEWEST = ("orders.paid",)
HOSTS = [pytest.param(LocalHost(), id="here"), pytest.param(Elsewhere(), id="elsewhere")]


@pytest.fixture(params=["wal", "delete"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database with one of everything, in either way of writing."""
    database = tmp_path / "it's a shop #1?.db"
    furnish(database, request.param)
    return database


def aspects(place: Path, old: Copy, now: Copy) -> set[Aspect]:
    """In what a copy made now differs from an older portrait."""
    with revived(place, replace(now, portrait=old.portrait), newest=NEWEST) as found:
        return {difference.aspect for difference in differences(old.portrait, found.portrait)}


@pytest.mark.tool("sqlite3")
@pytest.mark.parametrize("host", HOSTS)
def test_a_database_with_one_of_everything_comes_back_equal(
    shop: Path, tmp_path: Path, host: Host
) -> None:
    copy = copied(tmp_path, shop, host, newest=NEWEST)

    with revived(tmp_path, copy, newest=NEWEST) as found:
        told = list(differences(copy.portrait, found.portrait))

    tables = {table.name: table for table in copy.portrait.tables}
    sampled = {name for name, table in tables.items() if table.sample is not None}
    assert found.complaints == ()
    assert told == []
    assert found.warnings == ("rows that refer to missing ones: 1",)
    assert set(tables) - sampled == {"empty", "hidden", "parent"}
    assert tables["orders"].least == tables["orders"].most == 2_500
    assert tables["orders"].newest[0].value == "2023-11-14T22:55:00.000Z"
    assert dict(copy.portrait.others) == {
        "views": 1,
        "triggers": 1,
        "broken references": 1,
        "user version": 7,
    }
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(
    ("change", "aspect"),
    [
        ("DELETE FROM orders WHERE id = 3", Aspect.ROWS),
        ("UPDATE orders SET total = 0 WHERE id = 3", Aspect.SAMPLE),
        ("UPDATE orders SET note = X'00' WHERE id = 3", Aspect.SAMPLE),
        ("UPDATE pairs SET a = 'c' WHERE b = 2", Aspect.SAMPLE),
        ("UPDATE orders SET paid = '2020-01-01'", Aspect.NEWEST),
        ("DROP TABLE empty", Aspect.MISSING_TABLE),
        ("CREATE TABLE more (a)", Aspect.EXTRA_TABLE),
        ("ALTER TABLE orders ADD COLUMN extra", Aspect.SCHEMA),
        ("DROP INDEX by_total", Aspect.SCHEMA),
        ("DROP VIEW recent", Aspect.OTHERS),
        ("INSERT INTO child VALUES (2, 78)", Aspect.OTHERS),
        ("PRAGMA user_version = 8", Aspect.OTHERS),
    ],
)
def test_what_is_other_than_it_was_is_found(
    tmp_path: Path, shop: Path, change: str, aspect: Aspect
) -> None:
    old = copied(tmp_path, shop, newest=NEWEST)
    execute(shop, change)

    assert aspect in aspects(tmp_path, old, copied(tmp_path, shop, newest=NEWEST))


def test_a_window_of_rows_moves_on_with_each_capture(shop: Path, tmp_path: Path) -> None:
    source = SqliteSource(path=str(shop))
    seen = []
    for turn in range(4):
        with capture(replace(capturing(source, tmp_path / "scratch"), turn=turn)) as captured:
            list(captured.pieces)
            (table,) = [one for one in captured.portrait().tables if one.name == "orders"]
            assert table.sample is not None
            seen.append((table.sample.first, table.sample.rows))

    assert seen == [(("1",), 1_000), (("1001",), 1_000), (("2001",), 500), (("1",), 1_000)]


def test_a_database_that_is_written_to_is_copied_as_of_one_instant(tmp_path: Path) -> None:
    database = tmp_path / "busy.db"
    execute(database, "PRAGMA journal_mode = wal", "CREATE TABLE t (id INTEGER PRIMARY KEY)")
    stop = threading.Event()
    writer = threading.Thread(target=_write_until, args=(database, stop))
    writer.start()
    try:
        _await_rows(database, 1)
        copy = copied(tmp_path, database, meanwhile=lambda: time.sleep(0.3))
        (table,) = copy.portrait.tables
        _await_rows(database, table.most + 1)
    finally:
        stop.set()
        writer.join()

    with revived(tmp_path, copy) as found:
        assert list(differences(copy.portrait, found.portrait)) == []
    assert table.least == table.most > 0


def _await_rows(database: Path, rows: int) -> None:
    until = time.monotonic() + 30
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        while connection.execute("SELECT count(*) FROM t").fetchone()[0] < rows:
            assert time.monotonic() < until
            time.sleep(0.02)


def _write_until(database: Path, stop: threading.Event) -> None:
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        while not stop.is_set():
            connection.execute("INSERT INTO t VALUES (NULL)")


def truncate(database: Path) -> None:
    database.write_bytes(database.read_bytes()[:-5_000])


def encrypt(database: Path) -> None:
    database.write_bytes(bytes(byte ^ 0x55 for byte in database.read_bytes()))


@pytest.mark.tool("sqlite3")
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("damage", [Path.unlink, encrypt, lambda path: path.write_bytes(b"")])
def test_what_is_no_database_is_no_source(
    tmp_path: Path, host: Host, damage: Callable[[Path], object]
) -> None:
    database = tmp_path / "shop.db"
    execute(database, "CREATE TABLE t (a)")
    damage(database)

    with pytest.raises(SourceError):
        copied(tmp_path, database, host)

    assert not (tmp_path / "copy.sqlite").exists()


def test_a_copy_that_lost_its_end_is_complained_of(shop: Path, tmp_path: Path) -> None:
    copy = copied(tmp_path, shop)
    truncate(copy.path)

    with revived(tmp_path, copy) as found:
        assert found.complaints


def test_a_copy_that_is_something_else_is_complained_of(shop: Path, tmp_path: Path) -> None:
    copy = copied(tmp_path, shop)
    encrypt(copy.path)

    with revived(tmp_path, copy) as found:
        assert found.complaints == ("it is no SQLite database",)


def test_a_database_that_somebody_locks_is_not_copied_and_not_waited_for_for_ever(
    tmp_path: Path,
) -> None:
    database = tmp_path / "locked.db"
    execute(database, "CREATE TABLE t (a)")
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        with pytest.raises(LockedError, match="locked"):
            copied(tmp_path, database, patience=timedelta(seconds=0.1))


def test_a_column_that_holds_no_times_is_refused(shop: Path, tmp_path: Path) -> None:
    for column in ("orders.note", "orders.absent", "nothing.paid"):
        with pytest.raises(ConfigurationError, match="no column of dates"):
            copied(tmp_path, shop, newest=(column,))


def test_queries_are_answered_by_the_copy_and_by_nothing_else(shop: Path, tmp_path: Path) -> None:
    copy = copied(tmp_path, shop)

    with revived(tmp_path, copy) as found:
        assert found.ask("SELECT count(*) FROM orders") == "2500"
        assert found.ask("SELECT NULL") is None
        assert found.ask("SELECT id FROM empty AS e, orders") is None
        assert found.ask_empty("SELECT 1") == "1"
        for refused in ("SELECT count(*) FROM missing", "nonsense", "DELETE FROM orders"):
            with pytest.raises(RevivalError):
                found.ask(refused)
        with pytest.raises(RevivalError):
            found.ask_empty("SELECT count(*) FROM orders")


@pytest.mark.tool("sqlite3")
@pytest.mark.parametrize("host", HOSTS)
def test_a_question_of_the_job_is_asked_of_the_source_and_can_do_nothing_else(
    shop: Path, tmp_path: Path, host: Host
) -> None:
    witness = tmp_path / "made by a question"
    asked = (
        "SELECT count(*) FROM orders;",
        "nonsense",
        f"ATTACH '{witness}' AS x",
        f"SELECT 1\n;\n.shell touch '{witness}'",
        "DELETE FROM orders",
    )
    source = SqliteSource(path=str(shop))
    with capture(
        replace(capturing(source, tmp_path / "scratch", host), questions=asked)
    ) as captured:
        list(captured.pieces)
        answers = captured.portrait().answers

    assert answers == tuple(zip(asked, ("2500", None, None, None, None), strict=True))
    assert not witness.exists()
