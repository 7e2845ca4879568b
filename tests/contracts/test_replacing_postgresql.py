"""A PostgreSQL database comes back over the living one: whole, by its name; the old one is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    ContinuityError,
    DamagedError,
    NoSpaceError,
    RevivalError,
)
from continuity.sources.replacement import Need, Standing, swap_from_plain
from tests.support.firm import Firm, Office, at_work
from tests.support.killings import killed
from tests.support.liars_of_databases import end_left, lying_postgresql
from tests.support.postgresql import Cluster
from tests.support.replaced import MARK, Notes, portrait_of, replaced, work_of
from tests.support.shops import a_cluster, count, firm_of, one, renew_shop, shops

ASIDE = f"shop_before_{MARK}"
FRESH = f"shop_new_{MARK}"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with a_cluster() as cluster:
        yield cluster


@pytest.fixture
def shop(cluster: Cluster) -> Cluster:
    renew_shop(cluster)
    return cluster


@pytest.fixture
def firm(tmp_path: Path, shop: Cluster) -> Firm:
    return firm_of(tmp_path, shop)


@pytest.fixture
def office(firm: Firm, shop: Cluster) -> Iterator[Office]:
    with at_work(firm) as office:
        office.back_up()
        shop.execute("shop", "DELETE FROM public.invoice WHERE id > 3")
        yield office


def test_what_was_captured_is_back_under_its_name_and_the_old_one_is_kept(
    office: Office, shop: Cluster
) -> None:
    notes = Notes()
    done = replaced(office, notes)

    assert shops(shop) == ["shop", ASIDE]
    assert (count(shop), count(shop, ASIDE)) == (500, 3)
    assert one(shop, "SELECT count(*) FROM public.large") == "434"
    assert done.details["kept_at"] == (ASIDE,)
    assert [one["stage"] for one in notes.told] == ["load", "swap"]
    assert (done.details["rows"], done.remarks) == (500, ())


def test_what_stands_around_a_database_is_as_it_was_around_the_old_one(
    office: Office, shop: Cluster
) -> None:
    about = (
        "SELECT jsonb_build_array(pg_get_userbyid(datdba), datacl::text[], datconnlimit,"
        " shobj_description(oid, 'pg_database'), (SELECT jsonb_agg(setconfig ORDER BY setrole)"
        " FROM pg_db_role_setting WHERE setdatabase = oid)) FROM pg_database"
        " WHERE datname = 'shop'"
    )
    before = one(shop, about)
    replaced(office)

    assert one(shop, about) == before


def test_whoever_is_connected_is_cut_off_when_the_names_change_and_finds_the_new_one(
    office: Office, shop: Cluster
) -> None:
    with shop.connect("shop") as connection:
        replaced(office)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    assert count(shop) == 500


def test_a_database_that_is_gone_altogether_comes_back(office: Office, shop: Cluster) -> None:
    shop.execute("postgres", "DROP DATABASE shop")
    done = replaced(office)

    assert (shops(shop), count(shop)) == (["shop"], 500)
    assert (done.swap.old_id, done.details["kept_at"]) == ("", ())


def test_a_second_try_keeps_what_the_first_one_kept(office: Office, shop: Cluster) -> None:
    replaced(office)
    replaced(office)

    assert shops(shop) == ["shop", ASIDE, f"{ASIDE}_2"]
    assert (count(shop, ASIDE), count(shop, f"{ASIDE}_2")) == (3, 500)


def test_what_a_killed_try_left_is_cleared_away_and_what_others_made_is_not(
    office: Office, shop: Cluster
) -> None:
    notes = Notes()
    replaced(office, notes)
    swap = replace(swap_from_plain(notes.told[0]), fresh="shop_left")
    shop.execute("postgres", f'CREATE DATABASE "{FRESH}"')
    way, door = work_of(office)
    way.make(door, swap, portrait_of(office))
    there = shops(shop)
    done = replaced(office)

    assert "shop_left" in there
    assert FRESH in shops(shop)
    assert "shop_left" not in shops(shop)
    assert done.swap.fresh == f"{FRESH}_2"


def test_a_damaged_copy_never_reaches_the_server(office: Office, firm: Firm, shop: Cluster) -> None:
    (dump,) = firm.repository().rglob("erp.pgdump")
    with dump.open("r+b") as file:
        file.seek(-9, os.SEEK_END)
        file.write(b"x")
    notes = Notes()
    with pytest.raises(DamagedError):
        replaced(office, notes)

    assert (shops(shop), count(shop), notes.told) == (["shop"], 3, [])


@pytest.mark.parametrize(
    ("lie", "wrong"),
    [
        ('psql -qXc "DELETE FROM public.invoice WHERE id = 77" "$name"', DamagedError),
        ('echo "pg_restore: error: No space left on device" >&2; exit 1', RevivalError),
    ],
    ids=["row gone", "disk full"],
)
def test_what_is_not_as_it_was_captured_replaces_nothing_and_is_removed(
    tmp_path: Path, shop: Cluster, lie: str, wrong: type[ContinuityError]
) -> None:
    with at_work(
        firm_of(tmp_path, shop, programs=str(lying_postgresql(tmp_path, after_load=lie)))
    ) as office:
        office.back_up()
        with pytest.raises(wrong):
            replaced(office)

    assert shops(shop) == ["shop"]
    assert (count(shop), office.facts().points != ()) == (500, True)


def test_without_room_on_the_disk_of_the_server_nothing_happens(
    office: Office, shop: Cluster
) -> None:
    greedy = replace(office.app.bench, reserve_bytes=1 << 62)
    office.app = replace(office.app, bench=greedy)
    with pytest.raises(NoSpaceError) as refused:
        replaced(office)

    assert "The server on local has" in str(refused.value)
    assert shops(shop) == ["shop"]


@pytest.mark.parametrize(
    ("prepare", "wrong", "said"),
    [
        ("ALTER ROLE keeper NOCREATEDB", AuthenticationError, "may not create databases"),
        ("ALTER DATABASE shop OWNER TO owner_of_shop", AuthenticationError, "may not rename"),
        ("ALTER ROLE later RENAME TO sooner", ConfigurationError, "roles that the server does not"),
    ],
)
def test_a_right_or_a_role_that_is_missing_is_told_before_anything_happens(
    tmp_path: Path, shop: Cluster, prepare: str, wrong: type[ContinuityError], said: str
) -> None:
    shop.execute("postgres", "ALTER ROLE keeper CREATEDB", "DROP ROLE IF EXISTS later, sooner")
    shop.execute("postgres", "CREATE ROLE later")
    shop.execute("shop", "GRANT SELECT ON public.invoice TO later")
    with at_work(firm_of(tmp_path, shop, restore={"user": "keeper"})) as office:
        office.back_up()
        if "later" in prepare:
            shop.execute("shop", "REVOKE ALL ON public.invoice FROM later")
        shop.execute("postgres", prepare)
        notes = Notes()
        with pytest.raises(wrong, match=said) as refused:
            replaced(office, notes)
        shop.execute("postgres", "ALTER ROLE keeper CREATEDB")
    shop.execute("shop", "DROP OWNED BY later" if "later" not in prepare else "SELECT 1")

    assert refused.value.remedy is not None
    assert (notes.told, shops(shop)) == ([], ["shop"])


def test_another_account_restores_where_the_one_that_copies_may_only_read(
    tmp_path: Path, shop: Cluster
) -> None:
    with at_work(firm_of(tmp_path, shop, user="reader", restore={"user": "keeper"})) as office:
        office.back_up()
        shop.execute("shop", "DELETE FROM public.invoice WHERE id > 3")
        replaced(office)

    assert (count(shop), count(shop, ASIDE)) == (500, 3)


def test_who_may_not_be_cut_off_keeps_the_old_one_in_its_place(
    tmp_path: Path, shop: Cluster
) -> None:
    with at_work(firm_of(tmp_path, shop, restore={"user": "keeper"})) as office:
        office.back_up()
        with shop.connect("shop"), pytest.raises(ConflictError) as refused:
            replaced(office)

    assert shop.user in str(refused.value)
    assert shops(shop) == ["shop"]


def test_a_copy_of_a_whole_server_takes_the_place_of_no_database(
    tmp_path: Path, shop: Cluster
) -> None:
    with at_work(firm_of(tmp_path, shop)) as office:
        office.back_up()
        way, door = work_of(office)
        base = door.source.model_copy(update={"format": "base"})
        need = Need(portrait=portrait_of(office), bytes=1, reserve=0)
        with pytest.raises(ConfigurationError):
            way.survey(replace(door, source=base), need)


@pytest.mark.parametrize(
    ("line", "found", "rows"),
    [
        ('ALTER DATABASE "shop" RENAME TO .*', Standing.OLD, 3),
        ("COMMIT", Standing.FRESH, 500),
    ],
    ids=["in the middle", "at the end"],
)
def test_after_a_kill_the_server_tells_which_one_is_in_place_and_lets_everybody_in(
    tmp_path: Path, shop: Cluster, line: str, found: Standing, rows: int
) -> None:
    liar = lying_postgresql(tmp_path, kills_at=line)
    firm = firm_of(tmp_path, shop, programs=str(liar))
    with at_work(firm) as office:
        office.back_up()
    shop.execute("shop", "DELETE FROM public.invoice WHERE id > 3")

    def work() -> None:
        with at_work(firm) as office:
            replaced(office, lambda told: kept.write_text(json.dumps(dict(told))))

    kept = tmp_path / "noted"
    dead = killed(work)
    with at_work(firm) as office:
        way, door = work_of(office)
        swap = swap_from_plain(json.loads(kept.read_text()))
        told = way.standing(door, swap)
        way.discard(door, swap)
    end_left(liar)

    assert (dead, told, count(shop)) == (True, found, rows)
    assert shops(shop) == ["shop", *([ASIDE] if found is Standing.FRESH else [])]
