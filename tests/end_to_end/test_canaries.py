"""Canaries in the life of a firm: planted, copied, looked at, proven, and taken away."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import throwaway_cluster
from tests.support.ran import Ran
from tests.support.sqlite_drills import execute
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]

both = pytest.mark.parametrize("job", ["erp", "files"])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return furnished(tmp_path / "world")


def passed(ran: Ran) -> Ran:
    assert ran.code == 0, ran
    return ran


def listed(world: World) -> tuple[int, list[dict[str, Any]]]:
    """What `canary list` tells: its exit code and the canaries."""
    ran = world.run("canary", "list", "--json")
    told = json.loads(ran.stdout)
    assert told["verdict"] == {0: "PASS", 1: "FAIL", 3: "INCONCLUSIVE"}[ran.code]
    return ran.code, list(told["canaries"])


def states(world: World) -> list[str]:
    return [canary["state"] for canary in listed(world)[1]]


@both
def test_planted_files_are_copied_proven_and_taken_away(world: World, job: str) -> None:
    passed(world.backup(job))
    before = sorted(world.source.rglob("*"))
    passed(world.run("canary", "plant", job, "--yes"))
    planted = sorted(set(world.source.rglob("*")) - set(before))
    code, found = listed(world)

    assert code == 0
    assert sorted(Path(canary["name"]) for canary in found) == planted
    assert [(canary["job"], canary["kind"], canary["state"]) for canary in found] == [
        (job, "file", "sound")
    ] * 3
    assert {path.suffix for path in planted} == {".csv"}
    assert {path.stat().st_mode & 0o777 for path in planted} == {0o644}

    passed(world.backup(job))
    drilled = passed(world.drill(job))
    assert drilled.result["sample"]["always"] >= 3
    assert world.standing(job) == "PASS"

    passed(world.run("canary", "retire", job, "--yes"))
    passed(world.backup(job))

    assert listed(world) == (0, [])
    assert sorted(world.source.rglob("*")) == before


def test_canaries_tell_nothing_of_themselves_to_who_looks_for_them(world: World) -> None:
    passed(world.run("canary", "plant", "erp", "--yes", "--count", "5"))
    _code, found = listed(world)
    contents = {Path(canary["name"]).read_bytes() for canary in found}

    assert len(contents) == len(found) == 5
    for content in contents:
        assert b"canary" not in content
        assert b"continuity" not in content
    for canary in found:
        assert "canary" not in Path(canary["name"]).name
        assert Path(canary["name"]).stat().st_mtime < Path(world.workspace).stat().st_mtime - 86_400


def test_nothing_is_planted_unasked(world: World) -> None:
    before = sorted(world.source.rglob("*"))
    ran = world.run("canary", "plant", "erp")

    assert ran.code == 2
    assert "--yes" in ran.stderr
    assert sorted(world.source.rglob("*")) == before
    assert listed(world) == (0, [])


def test_a_changed_canary_is_named_before_any_backup(world: World) -> None:
    passed(world.run("canary", "plant", "erp", "--yes", "--count", "2"))
    first, second = (Path(canary["name"]) for canary in listed(world)[1])
    stamp = first.stat()
    first.write_bytes(os.urandom(stamp.st_size))
    os.utime(first, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    second.unlink()

    assert listed(world)[0] == 1
    assert states(world) == ["changed", "gone"]
    ran = world.run("canary", "list")
    assert (ran.code, "CHANGED" in ran.stdout, "GONE" in ran.stdout) == (1, True, True)


def test_a_changed_canary_stays_where_it_is_when_it_is_retired(world: World) -> None:
    passed(world.run("canary", "plant", "erp", "--yes", "--count", "1"))
    (canary,) = listed(world)[1]
    Path(canary["name"]).write_text("somebody's own")
    ran = passed(world.run("canary", "retire", "erp", "--yes"))

    assert Path(canary["name"]).read_text() == "somebody's own"
    assert canary["name"] in ran.stdout.replace("\n  ", "")
    assert listed(world) == (0, [])


@both
def test_a_row_of_sqlite_is_planted_and_asked_for_in_each_drill(world: World, job: str) -> None:
    database = world.root / "shop.db"
    execute(database, "CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    _write_source(world, job, f"kind: sqlite\n  path: {database}")

    ask_for_row(world, job)

    execute(database, "UPDATE continuity_canary SET note = 'encrypted'")
    passed(world.backup(job))
    missed(world.drill(job))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[tuple[str, Any]]:
    with throwaway_cluster() as cluster:
        cluster.create_database("shop")
        yield (
            f"kind: postgresql\n  address: {cluster.socket}\n  user: {cluster.user}\n"
            "  database: shop",
            lambda script: cluster.execute("shop", script),
        )


@pytest.fixture(scope="module")
def mariadb() -> Iterator[tuple[str, Any]]:
    with throwaway_mariadb() as server:
        server.renew("shop")
        yield (
            f"kind: mariadb\n  socket: {server.socket}\n  user: root\n  databases: [shop]",
            lambda script: server.execute(script, "shop"),
        )


@pytest.mark.tool("psql")
@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_a_row_of_a_server_is_planted_and_asked_for_in_each_drill(
    world: World, kind: str, request: pytest.FixtureRequest
) -> None:
    source, change = request.getfixturevalue(kind)
    change("CREATE TABLE orders (id INT PRIMARY KEY);")
    _write_source(world, "files", source)

    ask_for_row(world, "files")

    change("UPDATE continuity_canary SET note = 'encrypted';")
    passed(world.backup("files"))
    missed(world.drill("files"))


def ask_for_row(world: World, job: str) -> None:
    """Plant a row, and demand that it is there in what a drill revives."""
    passed(world.backup(job))
    passed(world.run("canary", "plant", job, "--yes"))
    passed(world.backup(job))
    drilled = passed(world.drill(job))

    (answer,) = drilled.result["answers"]
    assert (answer["name"], answer["passed"]) == ("continuity_canary", True)
    assert drilled.result["level"] == "L4"
    assert states(world) == ["asked"]


def missed(ran: Ran) -> None:
    """Demand that a drill found a row that is not as it was planted."""
    assert (ran.code, ran.result["failure"]) == (1, "possible-encryption"), ran
    assert [answer["passed"] for answer in ran.result["answers"]] == [False]


def test_a_row_that_may_not_be_planted_is_handed_over_to_be_planted_by_hand(world: World) -> None:
    database = world.root / "shop.db"
    execute(database, "CREATE TABLE orders (id INTEGER PRIMARY KEY)")
    _write_source(world, "files", f"kind: sqlite\n  path: {database}")
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        ran = world.run("canary", "plant", "files", "--yes")

    assert ran.code == 3
    assert "kind: sql" in ran.stdout
    assert "INSERT INTO continuity_canary" in ran.stdout
    assert "What to do:" in ran.stderr
    assert listed(world) == (0, [])


def _write_source(world: World, job: str, source: str) -> None:
    written = (world.workspace / f"jobs/{job}.yaml").read_text()
    head = written.partition("source:")[0]
    world.write({f"jobs/{job}.yaml": f"{head}source:\n  {source}\n"})
