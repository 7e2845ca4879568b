"""Damage that a backup or a removal of old copies meets, before everything passes again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any  # JSON

import pytest

from tests.faults.test_restic_damage import asked, file_of
from tests.support.copying import erp
from tests.support.faults import Row
from tests.support.worlds import World

pytestmark = pytest.mark.tool("restic")


@contextmanager
def flipped(world: World, path: Path, where: int) -> Iterator[None]:
    """Flip a byte for a while, unknown to what restic keeps of the repository by itself."""
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:where] + bytes((whole[where] ^ 0xFF,)) + whole[where + 1 :])
    _forget_cache(world)
    try:
        yield
    finally:
        path.write_bytes(whole)
        _forget_cache(world)


def _forget_cache(world: World) -> None:
    shutil.rmtree(world.state / "scratch/cache", ignore_errors=True)


def red_until_drilled(world: World, row: Row, run: str) -> None:
    """Demand that what the run met is told after all passed since, until a drill passes."""
    job = erp(world)
    told = " ".join(reason["text"] for reason in job["reasons"])

    row.says(told)
    assert f" {run} found vault damaged" in told
    assert (job["verdict"], job["reasons"][0]["failure"]) == (row.verdict, row.failure)
    assert str(world.run("status").code) == row.exit
    assert world.drill("erp").code == 0
    assert world.standing("erp") == "PASS"


@pytest.mark.fault("restic-damage-met-by-a-backup")
def test_a_backup_that_passes_does_not_hide_the_damage_that_one_before_it_met(
    world: World, row: Row
) -> None:
    index = file_of(world.vault, "index")
    with flipped(world, index, index.stat().st_size // 2):
        failed = world.backup("erp")
    passed = world.backup("erp")

    assert [ran.result["verdict"] for ran in (failed, passed)] == ["FAIL", "PASS"]
    assert failed.result["failure"] == "integrity"
    red_until_drilled(world, row, failed.result["run_id"])


@pytest.mark.fault("restic-damage-met-by-a-prune")
def test_a_backup_that_passes_does_not_hide_the_damage_that_a_removal_met(
    world: World, row: Row
) -> None:
    # Only removing walks through what the oldest point has for itself: it was proven, and is kept.
    pack, where = root_of_newest(world.vault)
    change(world, "first")
    doomed = world.backup("erp")
    world.edit("jobs/erp.yaml", "sample:", "retention: {last: 1}\nsample:")
    change(world, "second")
    with flipped(world, pack, where):
        passed = world.backup("erp")
    change(world, "third")
    again = world.backup("erp")
    (removal,) = removals(world)
    left = {point["id"] for point in asked(world.vault, "snapshots", "--json")}

    assert [ran.result["verdict"] for ran in (passed, again)] == ["PASS", "PASS"]
    assert removal["failure"] == "integrity"
    # Forgotten before space was given back: it is gone, and no longer counts as a restore point.
    assert removal["removed"] == [doomed.result["restore_point"]["id"]]
    assert left.isdisjoint(removal["removed"])
    assert "The restic repository is damaged" in passed.stderr
    assert again.stderr == ""
    red_until_drilled(world, row, removal["run_id"])


def change(world: World, content: str) -> None:
    (world.source / "accounts/00.csv").write_text(content)


def root_of_newest(vault: Path) -> tuple[Path, int]:
    """Find the middle of what the newest point of the job has for its root, and the pack."""
    newest = asked(vault, "snapshots", "--json", "--tag", "job=erp")[-1]
    listed = [asked(vault, "cat", "index", path.name) for path in (vault / "index").iterdir()]
    return next(
        (vault / "data" / pack["id"][:2] / pack["id"], blob["offset"] + blob["length"] // 2)
        for index in listed
        for pack in index["packs"]
        for blob in pack["blobs"]
        if blob["id"] == newest["tree"]
    )


def removals(world: World) -> list[dict[str, Any]]:  # JSON
    """Read how removals ended, each with its run."""
    query = "SELECT run_id, body FROM evidence WHERE kind = 'retention.finished'"
    with closing(sqlite3.connect(world.state / "record.db")) as database:
        return [{**json.loads(body), "run_id": run} for run, body in database.execute(query)]
