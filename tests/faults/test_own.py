"""Continuity itself with something missing: its own copy says so, or its restore test does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.worlds import World, furnished

pytestmark = [
    pytest.mark.tool("restic"),
    pytest.mark.tool("bwrap"),
    pytest.mark.timeout(600),
]

_SECONDS = 300.0


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world whose job `erp` copies Continuity itself, with a secret in the workspace."""
    world = furnished(tmp_path / "world")
    head = (world.workspace / "jobs/erp.yaml").read_text().partition("source:")[0]
    channel = "chat: {kind: slack, secrets: {webhook: {file: secrets/chat}}}\n"
    world.write(
        {
            "jobs/erp.yaml": f"{head}source: {{kind: continuity}}\n",
            "config/channels.yaml": channel,
            "secrets/chat": "https://hooks.example/x\n",
        }
    )
    (world.workspace / "secrets/chat").chmod(0o600)
    return world


def make_backup(world: World) -> None:
    ran = world.backup("erp")
    assert ran.code == 0, ran


def test_continuity_itself_is_proven_like_any_other_job(world: World) -> None:
    make_backup(world)

    ran = world.drill("erp", timeout=_SECONDS)

    assert (ran.code, ran.result["verdict"], ran.result["level"]) == (0, "PASS", "L4"), ran.stdout
    assert world.standing("erp") == "PASS"


@pytest.mark.fault("own-key-gone")
def test_a_lost_key_is_not_hidden_by_a_new_one(world: World, row: Row) -> None:
    make_backup(world)
    private = world.state / "keys/checkpoint.key"
    private.unlink()

    row.red_in(world, "erp", world.backup("erp"))
    assert not private.exists()


@pytest.mark.fault("own-secret-gone")
def test_a_lost_secret_is_missed_while_older_copies_have_it(world: World, row: Row) -> None:
    make_backup(world)
    (world.workspace / "secrets/chat").unlink()

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("own-workspace-broken")
def test_a_workspace_that_does_not_open_is_not_proven(world: World, row: Row) -> None:
    world.write({"jobs/broken.yaml": "name: broken\n"})
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp", timeout=_SECONDS))
