"""A drill is never made behind weaker walls than the workspace demands."""

from pathlib import Path

import pytest

from tests.support.worlds import World, furnished, make_vault

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("bwrap")]

CHECK = "checks:\n  - {kind: command, name: it is there, argv: [/usr/bin/true]}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A backed up world whose job asks a program, on a machine without working walls."""
    found = furnished(tmp_path / "world")
    make_vault(found.vault)
    with (found.workspace / "jobs/erp.yaml").open("a") as file:
        file.write(CHECK)
    assert found.backup("erp").code == 0
    found.install("bwrap", "echo no namespaces here >&2; exit 1")
    return found


def demand(world: World, level: str) -> None:
    world.edit("config/continuity.yaml", "sandbox: {", f"sandbox: {{min_isolation: {level}, ")


def test_a_drill_that_cannot_be_shut_off_as_demanded_gives_no_verdict(world: World) -> None:
    demand(world, "A")

    ran = world.drill("erp")

    assert ran.code == 3
    assert (ran.result["verdict"], ran.result["failure"]) == ("INCONCLUSIVE", "isolation")
    assert "level A" in ran.told
    assert world.standing("erp") != "PASS"


def test_the_level_that_was_reached_stands_in_the_evidence(world: World) -> None:
    (world.bin / "bwrap").unlink()
    demand(world, "A")

    ran = world.drill("erp")

    assert (ran.code, ran.result["verdict"]) == (0, "PASS")
    assert world.ends()[0]["sandbox"]["isolation"] == "A"
