"""A database in trouble: what is said, and that nobody waits for ever."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.evidence import Draft, Head, RecordKind
from continuity.domain.failure import ConfigurationError, StoreError
from continuity.store.peek import peek_head
from continuity.store.store import Store, open_store
from tests.support.databases import Clock, Database, PostgresqlDatabase, SqliteFile, opened
from tests.support.passable import let_others_pass
from tests.support.postgresql import Cluster

DRAFT = Draft(kind=RecordKind.SKIP_DECIDED, job="mail", body={"until": "2026-04-01"})
NOBODY = 65534


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", place], check=True)


def assert_says_what_to_do(error: StoreError, *words: str) -> None:
    for word in words:
        assert word in str(error)
    assert error.remedy is not None
    assert str(error.remedy)


def test_a_database_held_by_another_process_is_an_error_and_not_a_hang(
    sqlite_file: SqliteFile,
) -> None:
    with (
        opened(sqlite_file, busy_seconds=0.3) as store,
        closing(sqlite3.connect(sqlite_file.path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(StoreError) as caught:
            store.append(DRAFT)
        waited = time.monotonic() - began
        other.execute("ROLLBACK")
        (record,) = store.append(DRAFT)

    assert_says_what_to_do(caught.value, "locked", "state.db")
    assert waited < 30
    assert record.sequence == 1


def test_a_writer_held_up_on_the_server_is_an_error_and_not_a_hang(postgresql: Cluster) -> None:
    database = PostgresqlDatabase(postgresql, "held")
    postgresql.create_database("held")
    with opened(database, busy_seconds=0.3) as store, opened(database) as other:
        with other.transaction():
            began = time.monotonic()
            with pytest.raises(StoreError) as caught:
                store.append(DRAFT)
            waited = time.monotonic() - began
        (record,) = store.append(DRAFT)

    assert_says_what_to_do(caught.value, "locked", "held")
    assert waited < 30
    assert record.sequence == 1


def append_until_it_fails(store: Store, confirmed: list[Head]) -> None:
    draft = Draft(kind=RecordKind.SKIP_DECIDED, body={"reason": "x" * 5000})
    for _ in range(1000):
        (record,) = store.append(draft)
        confirmed.append(Head(sequence=record.sequence, hash=record.hash))


def test_a_full_disk_is_said_and_what_was_confirmed_stays(small_disk: Path) -> None:
    confirmed: list[Head] = []
    with opened(SqliteFile(small_disk / "state.db")) as store:
        with pytest.raises(StoreError) as caught:
            append_until_it_fails(store, confirmed)

        assert_says_what_to_do(caught.value, "space")
        assert store.head() == confirmed[-1]
        assert verify_chain(store.lines()).answer is AuditAnswer.INTACT


def test_a_new_database_on_a_full_disk_is_an_error(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(b"x" * 1_048_576)
    with pytest.raises(StoreError):
        opened(SqliteFile(small_disk / "state.db"))


@pytest.mark.parametrize("content", [b"not a database, but a letter\n" * 200, b"SQLite format 3\0"])
def test_a_file_that_is_no_database_is_said_to_be_none(
    sqlite_file: SqliteFile, content: bytes
) -> None:
    sqlite_file.path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        opened(sqlite_file)

    assert_says_what_to_do(caught.value, "damaged", "state.db")
    assert sqlite_file.path.read_bytes() == content
    assert peek_head(sqlite_file.path) is None


def test_a_database_with_overwritten_pages_is_never_read_as_a_good_record(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store:
        store.append(*[DRAFT] * 300)
    content = bytearray(sqlite_file.path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 200] = b"\xa5" * 200
    sqlite_file.path.write_bytes(content)

    with pytest.raises(StoreError) as caught, opened(sqlite_file) as store:
        list(store.records())
    assert_says_what_to_do(caught.value, "state.db")


def test_a_database_that_is_a_directory_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "state.db").mkdir()
    with pytest.raises(StoreError) as caught:
        opened(SqliteFile(tmp_path / "state.db"))

    assert_says_what_to_do(caught.value, "state.db")


def test_a_database_in_a_directory_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        opened(SqliteFile(tmp_path / "no" / "such" / "state.db"))

    assert_says_what_to_do(caught.value, "state.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_may_not_be_written_is_read_and_says_so_on_writing(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store:
        store.append(DRAFT)
    sqlite_file.execute("PRAGMA journal_mode=DELETE")
    program = f"""
import os, sys
from datetime import UTC, datetime
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import StoreError
from continuity.store.store import open_store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
try:
    store = open_store({sqlite_file.address!r}, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    store.append(Draft(kind=RecordKind.SKIP_DECIDED))
except StoreError as error:
    print(error, error.remedy)
"""
    sqlite_file.path.chmod(0o444)
    let_others_pass(sqlite_file.path.parent)
    sqlite_file.path.parent.chmod(0o555)
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    sqlite_file.path.parent.chmod(0o755)

    assert "written" in said
    assert "user" in said


def test_a_server_that_is_not_there_is_said_to_be_absent(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://ana:s3cret@/state?host={tmp_path}"
    with pytest.raises(StoreError) as caught:
        open_store(address, Clock())

    assert_says_what_to_do(caught.value, "does not answer")
    assert "s3cret" not in f"{caught.value} {caught.value.remedy}"


def test_a_database_that_the_server_does_not_have_is_an_error(postgresql: Cluster) -> None:
    with pytest.raises(StoreError) as caught:
        opened(PostgresqlDatabase(postgresql, "nowhere"))

    assert_says_what_to_do(caught.value, "nowhere")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "state.db",
        "mysql://h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://ana:s3cret@h/d",
    ],
)
def test_an_address_of_no_known_kind_is_refused_without_showing_its_password(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_store(address, Clock())

    assert "s3cret" not in str(caught.value)
    assert caught.value.remedy is not None


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    database = SqliteFile(tmp_path / "100%25 state?mode=ro#1.db")
    with opened(database) as store:
        store.append(DRAFT)

    assert database.path.exists()
    assert peek_head(database.path) is not None


def test_a_store_is_readable_by_its_owner_alone(sqlite_file: SqliteFile) -> None:
    with opened(sqlite_file) as store:
        store.append(DRAFT)
        modes = {path.stat().st_mode & 0o777 for path in sqlite_file.path.parent.iterdir()}

    assert modes == {0o600}


def test_a_look_at_the_head_agrees_with_the_store_and_leaves_nothing(
    sqlite_file: SqliteFile,
) -> None:
    assert peek_head(sqlite_file.path) is None
    with opened(sqlite_file) as store:
        empty = peek_head(sqlite_file.path)
        store.append(DRAFT, DRAFT)
        while_open = peek_head(sqlite_file.path)
        expected = store.head()
    before = sorted(path.name for path in sqlite_file.path.parent.iterdir())
    after_close = peek_head(sqlite_file.path)

    assert empty == Head()
    assert (while_open, after_close) == (expected, expected)
    assert sorted(path.name for path in sqlite_file.path.parent.iterdir()) == before
    with opened(sqlite_file, busy_seconds=0.1) as store:
        assert store.append(DRAFT)[0].sequence == 3


def test_a_reader_that_stops_half_way_holds_nothing(database: Database) -> None:
    with opened(database, busy_seconds=0.5) as store:
        store.append(*[DRAFT] * 5)
        reading = store.records()
        next(reading)
        with opened(database, busy_seconds=0.5) as other:
            other.append(DRAFT)

        assert store.head().sequence == 6
