"""Databases of PostgreSQL whose copies are cut, false, unreadable or older than promised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.faults import Row
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.programs import postgresql_programs
from tests.support.ran import Ran
from tests.support.scratch_programs import furnish
from tests.support.worlds import World, furnished

pytestmark = [pytest.mark.tool("rsync"), pytest.mark.tool("psql"), pytest.mark.tool("bwrap")]

# A drill starts a server of its own, on a machine that may be busy.
_LONG = 240.0
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

# What is asked of the server's program before it is started.
_ASIDE = 'case "$*" in *--version*|*--single*|*--boot*|*--check*) exec "$real" "$@";; esac'
# Loads everything, and then once more.
_TWICE = '"$real" "$@"; "$real" "$@"; exit 0'
# Puts the live server's socket where the scratch server's would be.
_STAND_IN = """\
for word; do case "$word" in unix_socket_directories=*) place=${{word#*=}};; esac; done
ln -s {live}/.s.PGSQL.5432 "$(echo "$place" | tr -d '"')/.s.PGSQL.5432"
printf '1\\n2\\n3\\n4\\n5\\n6\\n7\\nready   \\n' >"$2/postmaster.pid"
exec sleep 60"""
_EMPTY_CHECK = """\
checks:
  - kind: sql
    name: there are tables
    query: select count(*) from pg_catalog.pg_class
    at_least: 1
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
    ran = world.backup("erp", timeout=_LONG)
    assert ran.code == 0, ran


def drill(world: World) -> Ran:
    return world.drill("erp", timeout=_LONG)


def furnish_scratch(world: World, **scripts: str) -> None:
    """Let drills use server programs of which some are scripts."""
    names = ("postgres", "initdb", "psql", "pg_restore")
    furnish(world, {name: postgresql_programs() / name for name in names}, scripts)


def test_a_database_that_comes_back_is_proven_at_the_highest_level(world: World) -> None:
    make_backup(world)

    ran = drill(world)

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

    row.red_in(world, "erp", drill(world))


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

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-dump-leaves-rows-out")
def test_rows_that_a_dump_leaves_out_are_missed(world: World, row: Row) -> None:
    world.install("pg_dump", '"$real" "$@" --exclude-table-data=orders')
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-older-than-promised")
def test_a_dump_of_yesterday_is_not_taken_for_that_of_today(
    world: World, row: Row, cluster: Cluster, database: str
) -> None:
    world.install("pg_dump", '"$real" "$@" >"$root/old" && cat "$root/old"')
    make_backup(world)
    cluster.execute(database, "UPDATE orders SET created = '2026-06-01' WHERE id = 3000")
    world.install("pg_dump", 'cat "$root/old"')
    make_backup(world)

    row.red_in(world, "erp", drill(world))


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

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-loader-ends-with-0")
def test_a_loader_that_reports_errors_and_ends_with_0_is_not_believed(
    world: World, row: Row
) -> None:
    # A second load finds everything there already; nothing is wrong with the copy.
    furnish_scratch(world, pg_restore='case "$*" in *--list*) exec "$real" "$@";; esac\n' + _TWICE)
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-scratch-server-ends")
def test_a_scratch_server_that_ends_at_once_proves_nothing(world: World, row: Row) -> None:
    said = "FATAL:  could not create shared memory segment"
    furnish_scratch(world, postgres=f"{_ASIDE}\necho '{said}' >&2; exit 1")
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-live-server-answers")
def test_nothing_is_loaded_into_a_live_server_that_answers_for_the_scratch_server(
    world: World, row: Row, cluster: Cluster, database: str
) -> None:
    furnish_scratch(world, postgres=f"{_ASIDE}\n{_STAND_IN.format(live=cluster.socket)}")
    cluster.socket.chmod(0o755)
    make_backup(world)
    before = cluster.names()

    row.red_in(world, "erp", drill(world))

    assert cluster.names() == before
    assert database in before


@pytest.mark.fault("postgresql-answer-was-there-before")
def test_a_check_that_an_empty_database_passes_as_well_proves_nothing(
    world: World, row: Row
) -> None:
    world.edit("jobs/erp.yaml", "source:", _EMPTY_CHECK + "source:")
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-scratch-server-does-not-start")
def test_files_on_which_no_server_starts_are_no_copy(world: World, row: Row) -> None:
    change = (
        "import sys; b = bytearray(sys.stdin.buffer.read()); i = b.index(b'global/pg_control');"
        " b[i + 512:i + 1024] = bytes(512); sys.stdout.buffer.write(b)"
    )
    world.install("pg_basebackup", f'"$real" "$@" | python3 -c "{change}"')
    world.edit("jobs/erp.yaml", "  newest:", "  format: base\n  newest:")
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("postgresql-server-programs-missing")
def test_without_a_server_to_revive_on_nothing_is_proven(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "  newest:", f"  server_programs: {world.root}\n  newest:")
    make_backup(world)

    row.red_in(world, "erp", drill(world))
