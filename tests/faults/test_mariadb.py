"""Databases of MariaDB whose copies are cut, false, unreadable or older than promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.programs import program
from tests.support.ran import Ran
from tests.support.scratch_programs import furnish
from tests.support.worlds import World, furnished

pytestmark = [
    pytest.mark.tool("rsync"),
    pytest.mark.tool("mariadbd", "mariadb", "mariadb-dump"),
    pytest.mark.tool("bwrap"),
]

# A drill starts a server of its own, on a machine that may be busy.
_LONG = 240.0
_JOB = """\
name: erp
title: The orders
system: billing
repository: disk
source:
  kind: mariadb
  socket: {socket}
  user: root
  databases: [shop]
  newest: [orders.created]
"""

# What is asked of the server's program before it is started.
_ASIDE = 'case "$*" in *--version*|*--bootstrap*) exec "$real" "$@";; esac'
# Goes on after errors while it loads, and calls that well.
_FORGIVING = """\
case "$*" in *--show-warnings*) "$real" "$@" --force; exit 0;; esac
exec "$real" "$@\""""
# Puts the live server's socket where the scratch server's would be.
_STAND_IN = """\
for word; do case "$word" in --socket=*) ln -s {live} "${{word#*=}}";; esac; done
exec sleep 60"""
_EMPTY_CHECK = """\
checks:
  - kind: sql
    name: there are tables
    query: select count(*) from information_schema.tables
    at_least: 1
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as running:
        yield running


@pytest.fixture
def shop(server: MariadbServer) -> MariadbServer:
    """A server with some orders in it."""
    server.renew("shop")
    server.execute(
        "CREATE TABLE orders (id INT PRIMARY KEY, note TEXT, created DATETIME);"
        "INSERT INTO orders SELECT seq, MD5(seq), '2026-03-01' FROM seq_1_to_3000;",
        "shop",
    )
    return server


@pytest.fixture
def world(shop: MariadbServer, tmp_path: Path) -> World:
    """A world whose job `erp` copies that database."""
    world = furnished(tmp_path / "world")
    world.write({"jobs/erp.yaml": _JOB.format(socket=shop.socket)})
    (world.workspace / "jobs/files.yaml").unlink()
    return world


def make_backup(world: World) -> None:
    ran = world.backup("erp", timeout=_LONG)
    assert ran.code == 0, ran


def drill(world: World) -> Ran:
    return world.drill("erp", timeout=_LONG)


def furnish_scratch(world: World, scripts: Mapping[str, str]) -> None:
    """Let drills use server programs of which some are scripts."""
    names = ("mariadbd", "mariadb", "mariadb-install-db")
    furnish(world, {name: program(name) for name in names}, scripts)


def test_a_database_that_comes_back_is_proven_at_the_highest_level(world: World) -> None:
    make_backup(world)

    ran = drill(world)

    assert ran.code == 0, ran
    assert (ran.result["verdict"], ran.result["level"]) == ("PASS", "L4")


@pytest.mark.fault("mariadb-server-away")
def test_a_server_that_is_away_is_no_empty_database(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "live.sock", "gone.sock")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-database-gone")
def test_a_database_that_is_gone_is_missed(world: World, row: Row, shop: MariadbServer) -> None:
    shop.execute("DROP DATABASE shop")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-account-refused")
def test_an_account_that_is_refused_makes_no_copy(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "user: root", "user: stranger")

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-dump-cut-short")
def test_a_dump_that_is_cut_short_is_no_copy(world: World, row: Row) -> None:
    world.install("mariadb-dump", '"$real" "$@" 2>/dev/null | head -c 90000; exit 1')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-dump-killed")
def test_a_dump_that_is_killed_is_no_copy(world: World, row: Row) -> None:
    world.install("mariadb-dump", '"$real" "$@" 2>/dev/null | head -c 90000; kill -9 $$')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-dump-cut-in-silence")
def test_a_dump_that_is_cut_and_called_whole_is_no_copy(world: World, row: Row) -> None:
    world.install("mariadb-dump", '"$real" "$@" | head -n -2; exit 0')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-dump-complains")
def test_a_dump_that_complains_and_ends_with_0_is_no_copy(world: World, row: Row) -> None:
    complaint = "mariadb-dump: Error 2013: Lost connection to server during query"
    world.install("mariadb-dump", f'"$real" "$@"; echo "{complaint}" >&2; exit 0')

    row.red_in(world, "erp", world.backup("erp"))


@pytest.mark.fault("mariadb-dump-leaves-rows-out")
def test_rows_that_a_dump_leaves_out_are_missed(world: World, row: Row) -> None:
    world.install("mariadb-dump", 'first=$1; shift; "$real" "$first" --where="id<>7" "$@"')
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-dump-with-one-false-value")
def test_one_false_value_in_a_dump_is_found(world: World, row: Row) -> None:
    world.install("mariadb-dump", '"$real" "$@" | sed "s/^(7,\'8/(7,\'9/"')
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-older-than-promised")
def test_a_dump_of_yesterday_is_not_taken_for_that_of_today(
    world: World, row: Row, shop: MariadbServer
) -> None:
    world.install("mariadb-dump", '"$real" "$@" >"$root/old" && cat "$root/old"')
    make_backup(world)
    shop.execute("UPDATE orders SET created = '2026-06-01' WHERE id = 3000", "shop")
    world.install("mariadb-dump", 'cat "$root/old"')
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-loader-complains")
def test_a_dump_that_does_not_load_is_not_a_good_one(world: World, row: Row) -> None:
    world.install(
        "mariadb-dump", '"$real" "$@" | sed "s/^INSERT INTO .orders./INSERT INTO elsewhere/"'
    )
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-dump-of-another-version")
def test_a_dump_of_a_newer_server_is_not_tried_on_an_older_one(world: World, row: Row) -> None:
    # The server's version in hex begins with 10.; this one says 99.
    world.install("mariadb", '"$real" "$@" | sed -u "s/^31302E/39392E/"')
    make_backup(world)
    (world.bin / "mariadb").unlink()

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-scratch-server-does-not-start")
def test_a_scratch_server_that_does_not_start_proves_nothing(world: World, row: Row) -> None:
    said = "[ERROR] InnoDB: The log sequence number is in the future"
    furnish_scratch(world, {"mariadbd": f"{_ASIDE}\necho '{said}' >&2; exit 1"})
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-loader-ends-with-0")
def test_a_loader_that_reports_errors_and_ends_with_0_is_not_believed(
    world: World, row: Row
) -> None:
    # A statement more that no server accepts; everything else of the copy comes back.
    extra = "s/^-- Dump completed/ALTER TABLE orders ADD KEY (absent);\\n&/"
    world.install("mariadb-dump", f'"$real" "$@" | sed "{extra}"')
    furnish_scratch(world, {"mariadb": _FORGIVING})
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-live-server-answers")
def test_nothing_is_loaded_into_a_live_server_that_answers_for_the_scratch_server(
    world: World, row: Row, shop: MariadbServer
) -> None:
    furnish_scratch(world, {"mariadbd": f"{_ASIDE}\n{_STAND_IN.format(live=shop.socket)}"})
    make_backup(world)
    shop.execute("DELETE FROM orders WHERE id > 10", "shop")

    row.red_in(world, "erp", drill(world))

    assert shop.execute("SELECT COUNT(*) FROM orders", "shop") == "10\n"


@pytest.mark.fault("mariadb-answer-was-there-before")
def test_a_check_that_an_empty_database_passes_as_well_proves_nothing(
    world: World, row: Row
) -> None:
    world.edit("jobs/erp.yaml", "source:", _EMPTY_CHECK + "source:")
    make_backup(world)

    row.red_in(world, "erp", drill(world))


@pytest.mark.fault("mariadb-server-programs-missing")
def test_without_a_server_to_revive_on_nothing_is_proven(world: World, row: Row) -> None:
    world.edit("jobs/erp.yaml", "  newest:", f"  server_programs: {world.root}\n  newest:")
    make_backup(world)

    row.red_in(world, "erp", drill(world))
