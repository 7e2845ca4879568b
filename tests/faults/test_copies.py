"""Restores while a repository or its copies are out of reach, damaged or proven by nothing."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.copying import COPIES, LUIS, PASS, book, came_back, gone
from tests.support.faults import Row
from tests.support.ran import Ran
from tests.support.sabotage import Harm, harm
from tests.support.worlds import World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


@pytest.fixture
def copied(world: World) -> World:
    """The world whose disk was copied onto a shelf, and a runbook that lays its files out."""
    repositories = world.workspace / "config/repositories.yaml"
    shelf = COPIES[COPIES.index("shelf:") :].format(root=world.root)
    repositories.write_text(f"{repositories.read_text()}{shelf}")
    argv = ["rsync", "-aH", f"{world.disk}/", f"{world.root}/shelf/"]
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    book(world, "files")
    return world


@pytest.fixture
def proven(copied: World) -> World:
    """The same, after a restore test of the copy."""
    assert copied.run("drill", "--json", "files", "--copy", "shelf").code == PASS
    return copied


def started(world: World) -> Ran:
    return world.run("runbook", "start", "back", *LUIS)


def told(row: Row, ran: Ran, state: str) -> None:
    """Demand the row's words of the only step, and how it stands."""
    standing = ran.result
    row.says(str(standing["reasons"]["out"]))
    assert str(ran.code) == row.exit, ran
    assert [step["state"] for step in standing["steps"]] == [state]
    assert "Traceback" not in ran.stderr


@pytest.mark.fault("repository-gone-and-its-copy-there")
def test_what_a_repository_that_is_gone_held_comes_from_its_copy(proven: World, row: Row) -> None:
    with gone(proven.disk):
        told(row, started(proven), "done")

    assert came_back(proven)


@pytest.mark.fault("repository-damaged-and-its-copy-whole")
def test_what_a_damaged_repository_does_not_give_comes_from_its_copy(
    proven: World, row: Row
) -> None:
    marker = proven.disk / "continuity-rsync.json"
    marker.chmod(0o600)
    marker.write_bytes(bytes(marker.stat().st_size))

    told(row, started(proven), "done")
    assert came_back(proven)


@pytest.mark.fault("copy-damaged-and-the-repository-gone")
def test_a_copy_that_is_not_as_it_was_sealed_is_laid_out_for_nobody(
    proven: World, row: Row
) -> None:
    (generation,) = (proven.root / "shelf/generations").iterdir()
    for path in generation.rglob("ledger.db"):
        harm(path, Harm.FLIP, 100)
    with gone(proven.disk):
        told(row, started(proven), "failed")


@pytest.mark.fault("copy-proven-by-nothing")
def test_a_copy_that_no_restore_test_proves_waits_for_a_person(copied: World, row: Row) -> None:
    with gone(copied.disk):
        told(row, started(copied), "waiting")

    assert not (copied.root / "beside").exists()


@pytest.mark.fault("repository-gone-and-its-copy")
def test_where_nothing_is_left_each_place_is_named_with_its_reason(proven: World, row: Row) -> None:
    with gone(proven.disk, proven.root / "shelf"):
        told(row, started(proven), "failed")

    assert not (proven.root / "beside").exists()
