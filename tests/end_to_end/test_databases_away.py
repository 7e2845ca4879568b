"""Databases of another machine, reached over a real SSH server, from the backup to the proof."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases_away import LONG, database_there

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("bwrap")]


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("postgresql", marks=pytest.mark.tool("psql")),
        pytest.param("mariadb", marks=pytest.mark.tool("mariadbd")),
    ],
)
def test_a_database_of_another_machine_is_proven_here_when_that_machine_is_gone(
    kind: str, tmp_path: Path
) -> None:
    with database_there(kind, tmp_path / "world") as away:
        copied = away.world.backup("erp", timeout=LONG)
        away.server.stop()
        drilled = away.world.drill("erp", timeout=LONG)
        standing = away.world.standing("erp")

    assert (copied.code, copied.result["verdict"]) == (0, "PASS"), copied
    assert (drilled.code, drilled.result["verdict"], drilled.result["level"]) == (0, "PASS", "L4")
    assert standing == "PASS"
