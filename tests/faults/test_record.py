"""A record that is locked, altered or lost, spoilt manifests, and clocks that are wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


def tamper(world: World, *statements: str) -> None:
    """Change the record as somebody would who has the file and knows its tables."""
    with closing(sqlite3.connect(world.state / "record.db")) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            database.execute(statement)
        database.commit()


def manifests(world: World) -> list[Path]:
    return sorted(world.state.glob("manifests/*/*.jsonl.zst"))


@pytest.mark.fault("record-locked")
def test_a_record_that_somebody_holds_is_waited_for_and_then_given_up(
    world: World, row: Row
) -> None:
    with closing(sqlite3.connect(world.state / "record.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        ran = world.backup("files", timeout=90)

    row.told_by(ran)


@pytest.mark.fault("record-garbage")
def test_a_record_that_is_no_database_is_not_begun_anew(world: World, row: Row) -> None:
    garbage = os.urandom(40_000)
    for path in world.state.glob("record.db*"):
        path.unlink()
    (world.state / "record.db").write_bytes(garbage)

    row.told_by(world.drill("files"))

    assert (world.state / "record.db").read_bytes() == garbage


ALTERED = "UPDATE evidence SET body = replace(body, 'PASS', 'FAIL') WHERE kind = 'drill.finished'"
BACKUP_ALTERED = (
    "UPDATE evidence SET body = replace(body, '\"files\":', '\"files\":1')"
    " WHERE kind = 'backup.finished'"
)
DELETED = "DELETE FROM evidence WHERE kind = 'drill.finished' AND job = 'erp'"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(ALTERED, marks=pytest.mark.fault("record-altered")),
        pytest.param(DELETED, marks=pytest.mark.fault("record-deleted")),
    ],
)
def test_an_altered_record_is_shown_and_nothing_is_believed(
    world: World, row: Row, statement: str
) -> None:
    tamper(world, statement)

    ran = world.run("status")

    assert str(ran.code) == row.exit, ran
    row.says(" ".join((ran.stdout + ran.stderr).split()))
    assert world.run("status", "--json").result["record"]["verdict"] == row.verdict
    assert "PASS" not in {world.standing("erp"), world.standing("files")}


@pytest.mark.fault("record-altered-backup")
@pytest.mark.parametrize("work", ["backup", "drill"])
def test_a_run_never_builds_on_an_altered_record(world: World, row: Row, work: str) -> None:
    tamper(world, BACKUP_ALTERED)

    ran = world.run(work, "--json", "files")

    row.told_by(ran)
    assert world.standing("files") != "PASS"


@pytest.mark.parametrize(
    "way",
    [
        pytest.param("altered", marks=pytest.mark.fault("manifest-altered")),
        pytest.param("cut", marks=pytest.mark.fault("manifest-cut")),
        pytest.param("deleted", marks=pytest.mark.fault("manifest-deleted")),
    ],
)
def test_a_drill_never_compares_with_a_manifest_that_was_touched(
    world: World, row: Row, way: str
) -> None:
    shutil.rmtree(f"{world.disk}.manifests")
    spoil(world, way)

    row.red_in(world, "files", world.drill("files"))


@pytest.mark.parametrize("way", ["altered", "deleted"])
@pytest.mark.parametrize("job", ["erp", "files"])
@pytest.mark.fault("manifest-brought-back")
def test_a_spoilt_manifest_is_brought_back_from_its_copy(
    world: World, row: Row, way: str, job: str
) -> None:
    sound = [path.name for path in manifests(world)]
    spoil(world, way)

    row.told_by(world.drill(job))

    assert {path.name for path in manifests(world)} <= set(sound)


def spoil(world: World, way: str) -> None:
    """Flip a byte of every manifest, cut them, or delete them."""
    for path in manifests(world):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0xFF
        path.unlink()
        if way != "deleted":
            path.write_bytes(content if way == "altered" else content[: len(content) // 2])


@pytest.mark.parametrize("work", ["backup", "drill"])
@pytest.mark.parametrize("job", ["erp", "files"])
@pytest.mark.fault("clock-back")
def test_a_clock_set_back_is_noticed(world: World, row: Row, work: str, job: str) -> None:
    ran = world.run(work, "--json", job, fault=f"clock:{-86_400}")

    row.red_in(world, job, ran)


@pytest.mark.fault("clock-was-ahead")
def test_records_of_the_future_are_noticed_when_the_clock_is_right_again(
    world: World, row: Row
) -> None:
    world.run("backup", "--json", "files", fault=f"clock:{40 * 86_400}")

    row.red_in(world, "files", world.drill("files"))


@pytest.mark.fault("clock-far-ahead")
def test_a_clock_far_ahead_makes_no_old_proof_look_fresh(world: World, row: Row) -> None:
    ran = world.run("status", "--json", fault=f"clock:{400 * 86_400}")

    assert str(ran.code) == row.exit, ran
    assert {system["verdict"] for system in ran.result["systems"]} == {row.verdict}
