"""Databases that are replaced while things break: what people read, and which one is in place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults import Row
from tests.support.firm import Firm
from tests.support.liars_of_databases import KILL, end_left, lying_postgresql
from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import Cluster, throwaway_cluster
from tests.support.replaced import a_firm_of
from tests.support.terminal import Said, run

RUN = "book-1"
ASIDE = f"shop_before_{RUN}-over"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throwaway_cluster() as cluster:
        cluster.execute("postgres", "CREATE ROLE keeper LOGIN CREATEDB")
        yield cluster


@pytest.fixture
def shop(cluster: Cluster) -> Cluster:
    for name in cluster.names():
        if name.startswith("shop"):
            cluster.execute("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')
    cluster.execute("postgres", "CREATE DATABASE shop OWNER keeper", "ALTER ROLE keeper CREATEDB")
    cluster.execute("shop", "SET ROLE keeper", "CREATE TABLE public.invoice (id int PRIMARY KEY)")
    cluster.execute("shop", "INSERT INTO public.invoice SELECT generate_series(1, 500)")
    return cluster


def firm_of(root: Path, cluster: Cluster, **keys: object) -> Firm:
    """Copy the shop, then let it lose almost all it has."""
    source = {"kind": "postgresql", "address": str(cluster.socket), "database": "shop"}
    firm = ready(a_firm_of(root, {**source, "user": cluster.user, **keys}))
    cluster.execute("shop", "DELETE FROM public.invoice WHERE id > 3")
    return firm


def ready(firm: Firm) -> Firm:
    """Give a firm its people and its runbook, and make a copy."""
    people = {"ana": {"name": "Ana"}, "luis": {"name": "Luis"}}
    (firm.workspace / "config/people.yaml").write_text(json.dumps(people))
    (firm.workspace / "runbooks").mkdir()
    book = Path(__file__).parent.parent / "support/over_production.md"
    (firm.workspace / "runbooks/book.md").write_text(book.read_text())
    assert run(firm, "backup").code == 0
    return firm


def acts(firm: Firm, word: str, *rest: str, by: str = "luis") -> Said:
    return run(firm, "runbook", word, RUN, *rest, "--by", by)


def over(firm: Firm) -> Said:
    """Go as far as a restore over production goes."""
    run(firm, "runbook", "start", "book", "--by", "ana")
    acts(firm, "approve", "permit", by="ana")
    acts(firm, "confirm", "over", "--system", "billing")
    return acts(firm, "answer", "over", "newest", "--unproven", "--note", "all there is")


def told(row: Row, said: Said) -> None:
    row.says(" ".join((said.out + said.err).split()))
    assert str(said.code) == row.exit, said


def state(firm: Firm) -> str:
    (found,) = run(firm, "runbook", "status", RUN, "--json").objects()
    return next(str(one["state"]) for one in found["steps"] if one["step"] == "over")


def shops(cluster: Cluster) -> dict[str, int]:
    found = {}
    for name in cluster.names():
        if name.startswith("shop"):
            with cluster.connect(name) as connection:
                (rows,) = connection.execute("SELECT count(*) FROM public.invoice").fetchone() or ()
            found[name] = int(rows)
    return found


def test_a_database_is_replaced_by_two_people_and_the_old_one_is_kept(
    tmp_path: Path, shop: Cluster
) -> None:
    firm = firm_of(tmp_path, shop)
    done = over(firm)

    assert (done.code, state(firm)) == (0, "done"), done
    assert shops(shop) == {"shop": 500, ASIDE: 3}
    assert run(firm, "audit", "verify").code == 0


def test_what_was_replaced_is_put_back_when_a_run_is_taken_back(
    tmp_path: Path, shop: Cluster
) -> None:
    firm = firm_of(tmp_path, shop)
    over(firm)
    taken = acts(firm, "abort", "--undo", "--note", "the wrong day", by="ana")
    alone = shops(shop)
    done = acts(firm, "confirm", "back", "--system", "billing")

    assert taken.code == 0, taken
    assert alone == {"shop": 500, ASIDE: 3}
    assert shops(shop) == {"shop": 3, f"shop_new_{RUN}-over": 500}, done


@pytest.mark.fault("database-over-right-missing")
def test_a_right_that_is_missing_is_named(tmp_path: Path, shop: Cluster, row: Row) -> None:
    firm = firm_of(tmp_path, shop, restore={"user": "keeper"})
    shop.execute("postgres", "ALTER ROLE keeper NOCREATEDB")
    told(row, over(firm))

    assert (state(firm), shops(shop)) == ("failed", {"shop": 3})


@pytest.mark.fault("database-over-with-triggers")
def test_what_cannot_follow_its_tables_is_refused(tmp_path: Path, row: Row) -> None:
    with throwaway_mariadb() as server:
        server.renew("shop")
        server.execute("CREATE TABLE invoice (id INT PRIMARY KEY);", "shop")
        server.execute(
            "CREATE TRIGGER twice BEFORE INSERT ON invoice FOR EACH ROW SET NEW.id = 2;", "shop"
        )
        source = {"kind": "mariadb", "socket": str(server.socket), "databases": ["shop"]}
        firm = ready(a_firm_of(tmp_path, {**source, "user": "root"}))
        told(row, over(firm))
        databases = server.execute("SHOW DATABASES LIKE 'shop%';").split()

    assert (state(firm), databases) == ("failed", ["shop"])


@pytest.mark.fault("database-over-not-as-captured")
def test_what_the_server_did_not_take_as_it_was_replaces_nothing(
    tmp_path: Path, shop: Cluster, row: Row
) -> None:
    lose = 'psql -qXc "DELETE FROM public.invoice WHERE id = 77" "$name"'
    firm = firm_of(tmp_path, shop, programs=str(lying_postgresql(tmp_path, after_load=lose)))
    told(row, over(firm))

    assert (state(firm), shops(shop)) == ("failed", {"shop": 3})


@pytest.mark.fault("database-over-in-use")
def test_who_may_not_be_cut_off_is_named(tmp_path: Path, shop: Cluster, row: Row) -> None:
    firm = firm_of(tmp_path, shop, restore={"user": "keeper"})
    with shop.connect("shop"):
        told(row, over(firm))

    assert (state(firm), shops(shop)) == ("failed", {"shop": 3})


@pytest.mark.fault("database-over-killed-in-load")
def test_of_a_load_that_was_cut_off_it_is_looked_up_that_nothing_was_replaced(
    tmp_path: Path, shop: Cluster, row: Row
) -> None:
    liar = lying_postgresql(tmp_path, after_load=KILL)
    firm = firm_of(tmp_path, shop, programs=str(liar))
    killed = over(firm)
    told(row, acts(firm, "carry-on"))
    before = shops(shop)
    shutil.rmtree(liar)
    lying_postgresql(tmp_path)
    acts(firm, "retry", "over")
    acts(firm, "confirm", "over", "--system", "billing")
    acts(firm, "answer", "over", "newest", "--unproven", "--note", "all there is")

    assert killed.code == -9
    assert (before, list(firm.sandbox.glob(".continuity-*"))) == ({"shop": 3}, [])
    assert (state(firm), shops(shop)) == ("done", {"shop": 500, ASIDE: 3})


@pytest.mark.fault("database-over-killed-in-swap")
def test_of_a_swap_that_was_cut_off_it_is_looked_up_which_one_is_in_place(
    tmp_path: Path, shop: Cluster, row: Row
) -> None:
    liar = lying_postgresql(tmp_path, kills_at="COMMIT")
    firm = firm_of(tmp_path, shop, programs=str(liar))
    killed = over(firm)
    told(row, acts(firm, "carry-on"))
    end_left(liar)

    assert killed.code == -9
    assert (state(firm), shops(shop)) == ("done", {"shop": 500, ASIDE: 3})
    assert run(firm, "audit", "verify").code == 0
