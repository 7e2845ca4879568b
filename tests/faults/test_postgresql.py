"""Databases of PostgreSQL whose copies are cut, false, unreadable or older than promised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.faults import Row
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("rsync"), pytest.mark.tool("psql"), pytest.mark.tool("bwrap")]

_JOB = """\
name: erp
title: The orders
system: billing
repository: disk
source:
  kind: postgresql
  address: {address}
  user: {user}
  database: {database}
  newest: [orders.created]
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def database(cluster: Cluster) -> str:
    """A database with some orders."""
    name = f"erp_{uuid4().hex}"
    cluster.create_database(name)
    cluster.execute(
        name,
        "CREATE TABLE orders (id int PRIMARY KEY, note text, created timestamptz)",
        "INSERT INTO orders SELECT g, md5(g::text), '2026-03-01 UTC' FROM"
        " generate_series(1, 3000) AS g",
    )
    return name


@pytest.fixture
def world(cluster: Cluster, database: str, tmp_path: Path) -> World:
    """A world whose job `erp` copies that database."""
    world = furnished(tmp_path / "world")
    job = _JOB.format(address=cluster.socket, user=cluster.user, database=database)
    world.write({"jobs/erp.yaml": job})
    (world.workspace / "jobs/files.yaml").unlink()
    return world


def make_backup(world: World) -> None:
    ran = world.backup("erp")
    assert ran.code == 0, ran


def test_a_database_that_comes_back_is_proven_at_the_highest_level(world: World) -> None:
    make_backup(world)

    ran = world.drill("erp")

    assert ran.code == 0, ran
    assert (ran.result["verdict"], ran.result["level"]) == ("PASS", "L4")


@pytest.mark.fault("postgresql-server-away")
def test_a_server_that_is_away_is_no_empty_database(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "  user:", "  port: 5433\n  user:")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-database-gone")
def test_a_database_that_is_gone_is_missed(
    world: World, row: Row, cluster: Cluster, database: str
) -> None:
    cluster.execute("postgres", f"DROP DATABASE {database}")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-role-sees-too-little")
def test_a_role_that_may_not_read_everything_makes_no_copy(
    world: World, row: Row, cluster: Cluster
) -> None:
    cluster.execute("postgres", "CREATE ROLE blind LOGIN")
    world.edit("jobs/erp.yaml", f"user: {cluster.user}", "user: blind")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-dump-cut-short")
def test_a_dump_that_is_cut_short_is_no_copy(world: World, row: Row) -> None:
    world.install("pg_dump", '"$real" "$@" | head -c 9000; exit 1')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-dump-killed")
def test_a_dump_that_is_killed_is_no_copy(world: World, row: Row) -> None:
    world.install("pg_dump", '"$real" "$@" | head -c 9000; kill -9 $$')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-dump-cut-in-silence")
def test_a_dump_that_is_cut_and_called_whole_does_not_come_back(world: World, row: Row) -> None:
    world.install("pg_dump", '"$real" "$@" | head -c 40000; exit 0')
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-dump-is-none")
def test_what_is_no_dump_is_no_copy(world: World, row: Row) -> None:
    world.install("pg_dump", "echo 'usage: pg_dump [OPTION]... [DBNAME]'; exit 0")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("postgresql-dump-of-another-version")
def test_a_dump_that_no_program_here_reads_is_not_proven(world: World, row: Row) -> None:
    change = "import sys; b = bytearray(sys.stdin.buffer.read()); b[6] = 99; "
    write = "sys.stdout.buffer.write(b)"
    world.install("pg_dump", f'"$real" "$@" | python3 -c "{change}{write}"')
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-dump-leaves-rows-out")
def test_rows_that_a_dump_leaves_out_are_missed(world: World, row: Row) -> None:
    world.install("pg_dump", '"$real" "$@" --exclude-table-data=orders')
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-older-than-promised")
def test_a_dump_of_yesterday_is_not_taken_for_that_of_today(
    world: World, row: Row, cluster: Cluster, database: str
) -> None:
    world.install("pg_dump", '"$real" "$@" >"$root/old" && cat "$root/old"')
    make_backup(world)
    cluster.execute(database, "UPDATE orders SET created = '2026-06-01' WHERE id = 3000")
    world.install("pg_dump", 'cat "$root/old"')
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-loader-complains")
def test_a_load_that_goes_on_after_errors_is_not_a_good_one(
    world: World, row: Row, cluster: Cluster, database: str
) -> None:
    cluster.execute(
        database,
        "CREATE FUNCTION known(int) RETURNS boolean LANGUAGE sql AS"
        " 'SELECT EXISTS (SELECT FROM orders WHERE id = $1)'",
        "CREATE TABLE lines (id int CHECK (known(id)))",
        "INSERT INTO lines VALUES (1)",
    )
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-scratch-server-does-not-start")
def test_files_on_which_no_server_starts_are_no_copy(world: World, row: Row) -> None:
    change = (
        "import sys; b = bytearray(sys.stdin.buffer.read()); i = b.index(b'global/pg_control');"
        " b[i + 512:i + 1024] = bytes(512); sys.stdout.buffer.write(b)"
    )
    world.install("pg_basebackup", f'"$real" "$@" | python3 -c "{change}"')
    world.edit("jobs/erp.yaml", "  newest:", "  format: base\n  newest:")
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))


@pytest.mark.fault("postgresql-server-programs-missing")
def test_without_a_server_to_revive_on_nothing_is_proven(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "  newest:", f"  server_programs: {world.root}\n  newest:")
    make_backup(world)

    row.red_in(world, "erp", world.drill("erp"))
