"""A record whose disk takes nothing more is read as it was left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import StoreError
from continuity.store.store import open_to_read
from tests.support.databases import Clock, SqliteFile, opened
from tests.support.disks import fill, forbid_writing, small_disk

DRAFT = Draft(kind=RecordKind.SKIP_DECIDED, job="mail", body={"until": "2026-04-01"})


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    with small_disk(tmp_path / "disk", 1_024):
        yield tmp_path / "disk"


def test_a_record_that_can_only_be_read_is_read_as_it_was_left(disk: Path) -> None:
    kept = SqliteFile(disk / "state.db")
    with opened(kept) as store:
        (record,) = store.append(DRAFT)
    forbid_writing(disk)
    with open_to_read(kept.address, Clock()) as left:
        records = list(left.records())
        with pytest.raises(StoreError) as caught:
            left.append(DRAFT)

    assert records == [record]
    assert left.hindrance is not None
    assert "can only be read" in str(left.hindrance)
    assert left.hindrance.remedy is not None
    assert "cannot be written to" in str(caught.value)


def test_a_record_on_a_full_disk_is_read_as_it_was_left(disk: Path) -> None:
    kept = SqliteFile(disk / "state.db")
    with opened(kept) as store:
        (record,) = store.append(DRAFT)
    fill(disk)
    with open_to_read(kept.address, Clock()) as left:
        records = list(left.records())

    assert records == [record]
    assert left.hindrance is not None
    assert "There is no space left" in str(left.hindrance)
    assert left.hindrance.remedy is not None


def test_where_something_can_be_written_nothing_is_said_against_it(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store:
        store.append(DRAFT)
    with open_to_read(sqlite_file.address, Clock()) as left:
        (more,) = left.append(DRAFT)

    assert left.hindrance is None
    assert more.sequence == 2
