"""Canaries that somebody tampers with, and planting that is interrupted."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.faults import Row
from tests.support.ran import Ran
from tests.support.sqlite_drills import execute
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

both = pytest.mark.parametrize("job", ["erp", "files"])


def passed(ran: Ran) -> None:
    assert ran.code == 0, ran


def planted(world: World, job: str) -> list[Path]:
    """Plant files, and let a backup hold them."""
    passed(world.run("canary", "plant", job, "--yes"))
    passed(world.backup(job))
    return [Path(canary["name"]) for canary in listed(world)]


def listed(world: World) -> list[dict[str, Any]]:
    canaries: list[dict[str, Any]] = json.loads(world.run("canary", "list", "--json").stdout)[
        "canaries"
    ]
    return canaries


@both
@pytest.mark.fault("canary-changed")
def test_a_planted_file_that_changes_is_an_alarm_although_size_and_time_stay(
    world: World, row: Row, job: str
) -> None:
    canary = planted(world, job)[0]
    stamp = canary.stat()
    canary.write_bytes(os.urandom(stamp.st_size))
    os.utime(canary, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("canary-removed")
def test_a_planted_file_that_is_gone_is_an_alarm(world: World, row: Row, job: str) -> None:
    canary = planted(world, job)[0]
    canary.rename(canary.with_name(canary.name + ".locked"))

    row.red_in(world, job, world.backup(job))


@both
@pytest.mark.fault("canary-changed-before-the-copy")
def test_a_copy_with_a_changed_canary_is_never_proven(world: World, row: Row, job: str) -> None:
    planted(world, job)[0].write_bytes(os.urandom(500))
    assert world.backup(job).code == 1

    row.red_in(world, job, world.drill(job))


def test_an_alarm_stays_every_night_until_the_canaries_are_retired(world: World) -> None:
    canary = planted(world, "files")[0]
    canary.write_bytes(os.urandom(500))

    assert [world.backup("files").result["failure"] for _ in range(2)] == [
        "possible-encryption"
    ] * 2
    passed(world.run("canary", "retire", "files", "--yes"))
    passed(world.run("canary", "plant", "files", "--yes"))
    passed(world.backup("files"))
    passed(world.drill("files"))


def with_row(world: World, job: str) -> Path:
    """Let a job copy a database with a planted row in it."""
    database = world.root / "shop.db"
    execute(database, "CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    head = (world.workspace / f"jobs/{job}.yaml").read_text().partition("source:")[0]
    source = f"source:\n  kind: sqlite\n  path: {database}\n"
    world.write({f"jobs/{job}.yaml": f"{head}{source}retention: {{last: 1}}\n"})
    passed(world.run("canary", "plant", job, "--yes"))
    passed(world.backup(job))
    passed(world.drill(job))
    return database


def tampered(world: World, row: Row, job: str, statement: str) -> None:
    """Demand that a drill sees it, and that nothing is removed from then on."""
    execute(with_row(world, job), statement)
    passed(world.backup(job))

    row.red_in(world, job, world.drill(job))
    passed(world.backup(job))
    assert "may be getting encrypted" in world.run("plan", "--json", job).result["held"]


@both
@pytest.mark.fault("canary-row-changed")
def test_a_planted_row_that_changes_is_an_alarm(world: World, row: Row, job: str) -> None:
    tampered(world, row, job, "UPDATE continuity_canary SET note = 'x'")


@pytest.mark.fault("canary-row-gone")
def test_a_planted_row_that_is_gone_is_an_alarm(world: World, row: Row) -> None:
    tampered(world, row, "files", "DELETE FROM continuity_canary")


@pytest.mark.fault("canary-table-gone")
def test_a_table_of_planted_rows_that_is_gone_is_an_alarm(world: World, row: Row) -> None:
    tampered(world, row, "files", "DROP TABLE continuity_canary")


@pytest.mark.parametrize("moment", [1, 2, 3])
@pytest.mark.fault("canary-planting-killed")
def test_planting_that_is_killed_leaves_nothing_unknown(
    world: World, row: Row, moment: int
) -> None:
    before = sorted(world.source.rglob("*"))
    killed = world.run("canary", "plant", "files", "--yes", fault=f"plant:{moment}")
    new = sorted(set(world.source.rglob("*")) - set(before))
    told = world.run("canary", "list")

    assert killed.code == -signal.SIGKILL
    assert len(new) == moment - 1
    assert {str(path) for path in new} <= {canary["name"] for canary in listed(world)}
    assert (str(told.code), told.code) == (row.exit, 3)
    row.says(" ".join(told.stdout.split()))
    passed(world.backup("files"))

    passed(world.run("canary", "plant", "files", "--yes"))

    assert sorted(set(world.source.rglob("*")) - set(before)) == sorted(
        Path(canary["name"]) for canary in listed(world)
    )
    assert [canary["state"] for canary in listed(world)] == ["sound"] * 3
    passed(world.backup("files"))
    passed(world.drill("files"))
