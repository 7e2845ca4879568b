"""A SQLite database of another machine is copied over SSH as it would be on this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from continuity.domain.failure import ContinuityError, SourceError
from continuity.domain.portrait_compare import differences
from continuity.hosts.ssh_host import SshHost
from continuity.sources.source import Planting, row_canary
from continuity.sources.sqlite import SqliteSource, capture, plant
from tests.support.hosts import reach_of
from tests.support.sqlite_drills import capturing, copied, execute, furnish, revived
from tests.support.sshd import running_sshd

pytestmark = [pytest.mark.tool("sqlite3"), pytest.mark.tool("bwrap")]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A database in use, of which more is in its journal than in itself."""
    database = tmp_path / "it's a shop #1?.db"
    furnish(database, "wal")
    execute(database, "CREATE TABLE large AS SELECT randomblob(8000000) AS one")
    return database


def test_a_database_of_another_machine_comes_back(
    shop: Path, remote: SshHost, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(shop)) as user:
        user.execute("INSERT INTO orders VALUES (9999, 1.5, '2026-03-01', NULL)")
        user.commit()

        copy = copied(tmp_path, shop, remote, newest=("orders.paid",))

    (orders,) = [table for table in copy.portrait.tables if table.name == "orders"]
    with revived(tmp_path, copy, newest=("orders.paid",)) as found:
        assert found.complaints == ()
        assert list(differences(copy.portrait, found.portrait)) == []
    assert orders.least == orders.most == 2_501


def test_a_connection_that_is_cut_makes_no_copy_and_leaves_none_there(
    shop: Path, tmp_path: Path
) -> None:
    left = set(Path("/tmp").glob("continuity-??????????"))

    def broken_off(host: SshHost) -> None:
        source = SqliteSource(path=str(shop))
        with capture(capturing(source, tmp_path / "scratch", host)) as captured:
            next(captured.pieces)
            sshd.cut()
            b"".join(captured.pieces)

    with running_sshd(tmp_path / "sshd") as sshd:
        host = SshHost(reach_of(sshd))
        with pytest.raises(ContinuityError) as caught:
            broken_off(host)
        host.close()

    assert caught.value.remedy is not None
    assert set(Path("/tmp").glob("continuity-??????????")) <= left


def test_a_row_is_planted_on_another_machine_and_no_database_is_made_there(
    shop: Path, remote: SshHost, tmp_path: Path
) -> None:
    row = row_canary(7, "abc")
    for database in (shop, tmp_path / "absent.db"):
        planting = Planting(
            source=SqliteSource(path=str(database)),
            host=remote,
            password=None,
            scratch=tmp_path,
            statements=row.statements,
        )
        if database == shop:
            plant(planting)
        else:
            with pytest.raises(SourceError, match="could not be planted"):
                plant(planting)

    with closing(sqlite3.connect(shop)) as connection:
        assert connection.execute(row.query).fetchone() == ("abc",)
    assert not (tmp_path / "absent.db").exists()
