"""Databases of another machine whose connection breaks while they are copied."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.away import There
from tests.support.databases_away import DUMPERS, LONG, database_there, snapshots
from tests.support.faults import Row
from tests.support.ran import Ran, ended

pytestmark = [pytest.mark.tool("restic")]

# Goes on only when nobody listens any more.
_HALF = '"$real" "$@" | { head -c 400000; : >"$root/midway"; sleep 60; }'


def cut_midway(away: There) -> Ran:
    """Back up, and cut every connection when a part of the dump is on its way."""
    process = away.world.start("backup", "--json", "erp")
    until = time.monotonic() + LONG
    while not (away.world.root / "midway").exists():
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    away.server.cut()
    return ended(process, LONG)


@pytest.mark.fault("postgresql-connection-cut")
@pytest.mark.tool("psql")
def test_a_dump_of_postgresql_whose_connection_is_cut_is_never_a_backup(
    tmp_path: Path, row: Row
) -> None:
    promise("postgresql", tmp_path, row)


@pytest.mark.fault("mariadb-connection-cut")
@pytest.mark.tool("mariadbd")
def test_a_dump_of_mariadb_whose_connection_is_cut_is_never_a_backup(
    tmp_path: Path, row: Row
) -> None:
    promise("mariadb", tmp_path, row)


def promise(kind: str, place: Path, row: Row) -> None:
    """Demand the row, that nothing was kept, and that the next backup is a good one."""
    with database_there(kind, place / "world") as away:
        away.install(DUMPERS[kind], _HALF)
        row.red_in(away.world, "erp", cut_midway(away))

        assert snapshots(away.world) == []

        away.uninstall()
        assert away.world.backup("erp", timeout=LONG).code == 0
        assert snapshots(away.world) != []
