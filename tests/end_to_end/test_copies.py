"""Independent copies: filled by others, each proven by itself, counted when all else is lost."""

import os
import shutil
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.cheap_keys import cheapen
from tests.support.copying import COPIES, fill, restic
from tests.support.worlds import PASSWORD, World, furnished


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> World:
    """Both jobs backed up once, and each repository copied elsewhere."""
    world = furnished(tmp_path / "world")
    with (world.workspace / "config/repositories.yaml").open("a") as file:
        file.write(COPIES.format(root=world.root))
    for place in (world.vault, world.root / "offsite"):
        restic("init", "--repo", place)
        cheapen(place, PASSWORD)
    assert world.run("backup", "--json").code == 0
    fill(world)
    return world


def test_drills_take_turns_and_each_place_is_proven_by_itself(world: World) -> None:
    taken = [world.drill(job).result for job in ("erp", "erp", "erp", "files", "files")]

    assert [one["repository"] for one in taken] == ["vault", "offsite", "vault", "disk", "shelf"]
    assert [one["copy_of"] for one in taken] == [None, "vault", None, None, "disk"]
    assert {one["verdict"] for one in taken} == {"PASS"}
    assert {(one["level"], one["classes"]["match"] > 40) for one in taken} == {("L3", True)}
    assert world.run("status").code == 0


def test_a_copy_that_was_never_drilled_is_not_proven_by_the_others(world: World) -> None:
    assert world.drill("erp").code == 0

    copy = copies_of(world, "erp")[0]
    assert (copy["repository"], copy["verdict"]) == ("offsite", "INCONCLUSIVE")
    assert copy["newest"] is None
    assert world.standing("erp") == "INCONCLUSIVE"


def test_only_what_has_arrived_in_a_copy_can_be_had_from_it(world: World) -> None:
    first = world.run("drill", "--json", "erp", "--copy", "offsite").result["restore_point"]["id"]
    (world.source / "letters/new.txt").write_text("written after the copy\n")
    newest = world.backup("erp").result["restore_point"]["id"]
    lagging = world.run("drill", "--json", "erp", "--copy", "offsite").result
    fill(world)
    filled = world.run("drill", "--json", "erp", "--copy", "offsite").result

    assert first != newest
    assert (lagging["restore_point"]["id"], lagging["verdict"]) == (first, "PASS")
    assert (filled["restore_point"]["id"], filled["verdict"]) == (newest, "PASS")


def test_damage_in_a_copy_is_found_there_and_nowhere_else(world: World) -> None:
    for _ in range(2):
        assert world.drill("files").code == 0
    rotten = next((world.root / "shelf/generations").rglob("ledger.db"))
    # The rsync that made the copy knows nothing of content, and no more does its size or time.
    stamp = rotten.stat()
    content = bytearray(rotten.read_bytes())
    content[1000] ^= 1
    rotten.chmod(0o600)
    rotten.write_bytes(content)
    rotten.chmod(stamp.st_mode & 0o7777)
    os.utime(rotten, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

    told = world.run("drill", "--json", "files", "--copy", "shelf").result
    own = world.run("drill", "--json", "files", "--copy", "disk").result

    assert (told["verdict"], told["failure"]) == ("FAIL", "checksum-mismatch")
    assert own["verdict"] == "PASS"
    copy = copies_of(world, "files")[0]
    assert copy["verdict"] == "FAIL"
    assert copy["proven_now_seconds"] is None


def test_an_empty_copy_holds_nothing_and_says_so(world: World) -> None:
    shutil.rmtree(world.root / "offsite")
    restic("init", "--repo", world.root / "offsite")

    ran = world.run("drill", "--json", "erp", "--copy", "offsite")

    assert (ran.result["verdict"], ran.result["failure"]) == ("INCONCLUSIVE", "no-proof")
    assert "holds no restore point of erp" in ran.result["reason"]
    assert "being filled" in ran.result["remedy"]


def test_a_name_that_is_no_copy_is_a_mistake_and_no_test(world: World) -> None:
    before = len(world.ends())

    assert world.run("drill", "erp", "--copy", "shelf").code == 2
    assert len(world.ends()) == before


def test_what_was_proven_in_a_copy_survives_the_loss_of_its_repository(world: World) -> None:
    for _ in range(2):
        assert world.drill("erp").code == 0

    lost = world.run("forecast", "--lose", "repository:vault", "--json").result
    billing = next(system for system in lost["systems"] if system["name"] == "billing")
    assert (billing["survival"], billing["repositories"]) == ("proven", ["offsite"])

    burnt = world.run("forecast", "--lose", "host:local", "--json").result
    left = {system["name"]: system["survival"] for system in burnt["systems"]}
    # Nobody has ever looked into the copy of the disk, so nothing is known to be there.
    assert left == {"billing": "proven", "shares": "lost"}


def copies_of(world: World, job: str) -> list[dict[str, Any]]:
    """Read what status says of a job's copies."""
    for system in world.run("status", "--json").result["systems"]:
        for each in system["jobs"]:
            if each["name"] == job:
                return list(each["copies"])
    raise AssertionError(job)
