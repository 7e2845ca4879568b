"""A SQLite database of another machine is copied by the program that is installed there."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from continuity.domain.failure import SourceError, ToolMissingError
from continuity.domain.portrait_compare import differences
from continuity.hosts.host import Command, Finished
from tests.support.sqlite_drills import Elsewhere, copied, execute, furnish, revived

NEWEST = ("orders.paid",)


@pytest.fixture(params=["wal", "delete"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database with one of everything, in either way of writing."""
    database = tmp_path / "it's a shop #1?.db"
    furnish(database, request.param)
    return database


@pytest.mark.tool("sqlite3")
def test_both_ways_to_copy_tell_the_same_of_a_database(shop: Path, tmp_path: Path) -> None:
    here, there = (copied(tmp_path, shop, host, newest=NEWEST) for host in (None, Elsewhere()))

    assert replace(here.portrait, version="") == replace(there.portrait, version="")


@pytest.mark.tool("sqlite3")
def test_what_changes_while_another_machine_copies_is_not_claimed(
    shop: Path, tmp_path: Path
) -> None:
    copy = copied(
        tmp_path,
        shop,
        Elsewhere(),
        meanwhile=lambda: execute(shop, "DELETE FROM orders WHERE id <= 10"),
    )

    (orders,) = [table for table in copy.portrait.tables if table.name == "orders"]
    with revived(tmp_path, copy) as found:
        told = list(differences(copy.portrait, found.portrait))
    assert (orders.least, orders.most, orders.sample) == (2_490, 2_500, None)
    assert told == []


@pytest.mark.tool("sqlite3")
def test_a_structure_that_changes_while_another_machine_copies_is_no_copy(
    shop: Path, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="made, altered or dropped"):
        copied(
            tmp_path, shop, Elsewhere(), meanwhile=lambda: execute(shop, "CREATE TABLE more (a)")
        )


@pytest.mark.tool("sqlite3")
def test_nothing_stays_on_the_other_machine(shop: Path, tmp_path: Path) -> None:
    made: list[str] = []

    class Watched(Elsewhere):
        def run(self, command: Command) -> Finished:
            finished = super().run(command)
            if command.argv[0] == "mktemp":
                made.append(finished.stdout.decode().strip())
                assert Path(made[-1]).stat().st_mode & 0o777 == 0o700
            return finished

    copied(tmp_path, shop, Watched())
    with pytest.raises(ZeroDivisionError):
        copied(tmp_path, shop, Watched(), meanwhile=lambda: 1 // 0 and None)

    assert len(made) == 2
    assert not [path for path in made if Path(path).exists()]


def test_a_sqlite3_that_is_too_old_is_named(shop: Path, tmp_path: Path) -> None:
    class Old(Elsewhere):
        def run(self, command: Command) -> Finished:
            return Finished(code=0, stdout=b"3.26.0 2018-12-01", stderr=b"", seconds=0)

    with pytest.raises(ToolMissingError, match="elsewhere is older"):
        copied(tmp_path, shop, Old())


@pytest.mark.tool("sqlite3")
@pytest.mark.parametrize("code", [0, 1])
def test_a_copy_of_which_only_a_part_arrives_is_none(shop: Path, tmp_path: Path, code: int) -> None:
    class Cut(Elsewhere):
        def pieces(self, command: Command) -> Generator[bytes, None, Finished]:
            yield from islice(super().pieces(command), 1)
            return Finished(code=code, stdout=b"", stderr=b"", seconds=0)

    execute(shop, "CREATE TABLE large AS SELECT zeroblob(4000000) AS one")

    with pytest.raises(SourceError, match="cat on elsewhere could not copy"):
        copied(tmp_path, shop, Cut())
