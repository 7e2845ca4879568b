"""Where nothing can be recorded, what was known last is shown, and is not green."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.store.store import open_store
from tests.support.disks import fill, forbid_writing, small_disk
from tests.support.incidents import NOW, opened
from tests.support.story import Said, Story, begin

HOUR = timedelta(hours=1)
INCONCLUSIVE = 3


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Everything passed; an incident is open."""
    story = begin(tmp_path_factory.mktemp("told") / "firm")
    for job in ("erp", "post", "web"):
        story.passed(job, HOUR)
    _table, incident = opened()
    with (
        open_store(f"sqlite:///{story.database}", lambda: NOW) as store,
        store.transaction() as transaction,
    ):
        transaction.incidents.write(incident, None)
    return story


@pytest.fixture
def story(told: Story, tmp_path: Path) -> Story:
    return told.copied(tmp_path / "firm")


Breaking = Callable[[Path], None]

broken = pytest.mark.parametrize(
    ("harm", "why"),
    [(forbid_writing, "can only be read."), (fill, "There is no space left")],
    ids=["read-only", "full"],
)


@contextmanager
def disk_of(story: Story) -> Iterator[Path]:
    """Put the state on a disk of its own."""
    place = story.database.parent
    with small_disk(place, 4_000):
        yield place


def first_lines(said: Said) -> str:
    return " ".join(said.out.split("\n\n")[0].split())


def in_full(said: Said, why: str) -> None:
    assert said.code == INCONCLUSIVE, said
    assert first_lines(said).startswith("INCONCLUSIVE Nothing can be recorded now; "), said
    assert why in first_lines(said)
    assert "What to do: " in first_lines(said)


@broken
def test_status_shows_what_was_known_last_remembered_or_not(
    story: Story, harm: Breaking, why: str
) -> None:
    with disk_of(story) as place:
        before, remembered = story.run("status"), story.memories()
        harm(place)
        after = story.run("status")
        shutil.rmtree(story.cache)
        read, plain = story.run("status"), story.run("status", "--json")

    assert (before.code, len(remembered)) == (0, 1)
    in_full(after, why)
    in_full(read, why)
    assert [line.split()[:2] for line in read.out.splitlines() if line.startswith("PASS")] == [
        ["PASS", "Billing"],
        ["PASS", "Mail"],
        ["PASS", "Shop"],
    ]
    told = json.loads(plain.out)
    assert (plain.code, told["verdict"]) == (INCONCLUSIVE, "INCONCLUSIVE")
    assert why in told["unwritable"]
    assert told["incidents_open"] == 1


@broken
def test_incidents_and_runs_are_shown_as_they_were_known_last(
    story: Story, harm: Breaking, why: str
) -> None:
    with disk_of(story) as place:
        harm(place)
        listed, one = story.run("incidents"), story.run("incidents", "show", "1")
        runs = story.run("runbook", "status")

    assert (listed.code, "CONT-0001  Restore test failed: erp" in listed.out) == (1, True)
    assert why in first_lines(listed)
    in_full(one, why)
    assert "Restore test failed: erp" in one.out
    in_full(runs, why)


def test_what_stands_in_the_log_alone_is_shown_too(story: Story) -> None:
    with disk_of(story) as place:
        with closing(sqlite3.connect(story.database)) as writer:
            # Who was killed leaves the log and its index beside the file.
            writer.execute("PRAGMA wal_autocheckpoint=0")
            writer.execute("UPDATE incident SET state = 'closed'")
            writer.commit()
            left = [(path, path.read_bytes()) for path in place.glob("record.db*")]
        for path, content in left:
            path.write_bytes(content)
        forbid_writing(place)
        listed = story.run("incidents")

    assert len(left) == 3
    assert "No incident is open." in listed.out
    assert listed.code == INCONCLUSIVE


def test_tables_of_an_older_version_are_not_read(story: Story) -> None:
    with disk_of(story) as place:
        with closing(sqlite3.connect(story.database)) as changed:
            changed.execute("UPDATE alembic_version SET version_num = '0001'")
            changed.commit()
        shutil.rmtree(story.cache, ignore_errors=True)
        forbid_writing(place)
        said = story.run("status")

    assert (said.code, said.out) == (INCONCLUSIVE, "")
    assert "The state database" in said.err
