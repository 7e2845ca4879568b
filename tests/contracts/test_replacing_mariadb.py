"""The tables of a MariaDB database come back over the living ones, in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    LockedError,
    NoSpaceError,
    RevivalError,
)
from continuity.domain.portrait_compare import Aspect, differences
from continuity.sources.mariadb.elsewhere import into
from continuity.sources.replacement import Standing, swap_from_plain
from tests.support.firm import Firm, Office, at_work
from tests.support.killings import killed
from tests.support.liars_of_databases import end_left, lying_mariadb
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.replaced import MARK, Notes, a_firm_of, portrait_of, replaced, work_of

ASIDE = f"shop_before_{MARK}"
FRESH = f"shop_new_{MARK}"
SHOP = """
CREATE TABLE customer (id INT PRIMARY KEY, name VARCHAR(40)) ENGINE=InnoDB;
INSERT INTO customer VALUES (1, 'Ana'), (2, 'USE `shop`;\nUSE `other`;');
CREATE TABLE invoice (id INT PRIMARY KEY AUTO_INCREMENT, customer INT NOT NULL, total DECIMAL(9,2),
  CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customer (id)) ENGINE=InnoDB;
INSERT INTO invoice (customer, total) SELECT 1 + seq % 2, seq FROM seq_1_to_500;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as server:
        yield server


@pytest.fixture
def shop(server: MariadbServer) -> MariadbServer:
    for name in shops(server):
        server.execute(f"DROP DATABASE `{name}`;")
    server.renew("shop")
    server.execute(SHOP, "shop")
    return server


def firm_of(root: Path, server: MariadbServer, **keys: object) -> Firm:
    source = {"kind": "mariadb", "socket": str(server.socket), "databases": ["shop"]}
    return a_firm_of(root, {**source, "user": "root", **keys})


@pytest.fixture
def office(tmp_path: Path, shop: MariadbServer) -> Iterator[Office]:
    with at_work(firm_of(tmp_path, shop)) as office:
        office.back_up()
        shop.execute("DELETE FROM invoice WHERE id > 3;", "shop")
        yield office


def shops(server: MariadbServer) -> list[str]:
    return [name for name in server.execute("SHOW DATABASES;").split() if name.startswith("shop")]


def count(server: MariadbServer, database: str = "shop") -> int:
    return int(server.execute("SELECT COUNT(*) FROM invoice;", database))


def test_the_tables_that_were_captured_are_back_and_the_old_ones_are_kept(
    office: Office, shop: MariadbServer
) -> None:
    notes = Notes()
    done = replaced(office, notes)
    belongs = "SELECT REFERENCED_TABLE_NAME, UNIQUE_CONSTRAINT_SCHEMA FROM"
    belongs += " information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = '{}';"

    assert shops(shop) == ["shop", ASIDE]
    assert (count(shop), count(shop, ASIDE)) == (500, 3)
    assert shop.execute(belongs.format("shop")).split() == ["customer", "shop"]
    assert shop.execute(belongs.format(ASIDE)).split() == ["customer", ASIDE]
    assert shop.execute("SELECT name FROM customer WHERE id = 2;", "shop").count("USE") == 2
    assert (done.details["rows"], done.details["kept_at"]) == (502, (ASIDE,))
    assert [one["stage"] for one in notes.told] == ["load", "swap"]


def test_what_was_replaced_takes_its_place_again(office: Office, shop: MariadbServer) -> None:
    done = replaced(office)
    way, door = work_of(office)
    before = way.standing(door, done.swap)
    way.swap(door, done.swap.inverse)

    assert (count(shop), count(shop, FRESH)) == (3, 500)
    assert (before, way.standing(door, done.swap.inverse)) == (Standing.FRESH, Standing.FRESH)


@pytest.mark.parametrize("lost", ["DROP DATABASE shop;", "DROP TABLE shop.invoice, shop.customer;"])
def test_tables_that_are_gone_altogether_come_back(
    office: Office, shop: MariadbServer, lost: str
) -> None:
    shop.execute(lost)
    done = replaced(office)

    assert (shops(shop), count(shop)) == (["shop"], 500)
    assert done.details["kept_at"] == ()


def test_a_second_try_keeps_what_the_first_one_kept(office: Office, shop: MariadbServer) -> None:
    replaced(office)
    replaced(office)

    assert shops(shop) == ["shop", ASIDE, f"{ASIDE}_2"]
    assert (count(shop, ASIDE), count(shop, f"{ASIDE}_2")) == (3, 500)


@pytest.mark.parametrize(
    "more",
    [
        "CREATE VIEW large AS SELECT * FROM invoice WHERE total > 100;",
        "CREATE TRIGGER whole BEFORE INSERT ON invoice FOR EACH ROW SET NEW.total = 1;",
        "CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1;",
    ],
    ids=["view", "trigger", "function"],
)
def test_what_cannot_follow_its_tables_is_refused_before_anything_happens(
    office: Office, shop: MariadbServer, more: str
) -> None:
    shop.execute(more, "shop")
    notes = Notes()
    with pytest.raises(ConfigurationError, match="only tables can be swapped"):
        replaced(office, notes)

    assert (shops(shop), notes.told) == (["shop"], [])


def test_a_right_that_is_missing_is_told_before_anything_happens(
    tmp_path: Path, shop: MariadbServer
) -> None:
    shop.execute("CREATE OR REPLACE USER keeper; GRANT SELECT, INSERT ON `shop`.* TO keeper;")
    with at_work(firm_of(tmp_path, shop, restore={"user": "keeper"})) as office:
        office.back_up()
        with pytest.raises(AuthenticationError, match="ALTER, CREATE, DROP") as refused:
            replaced(office)
        shop.execute("GRANT ALL ON `shop`.* TO keeper; GRANT ALL ON `shop\\_%`.* TO keeper;")
        replaced(office)

    assert "`shop\\_%`" in str(refused.value.remedy)
    assert (shops(shop), count(shop)) == (["shop", ASIDE], 500)


def test_without_room_on_the_disk_of_the_server_nothing_happens(
    office: Office, shop: MariadbServer
) -> None:
    greedy = replace(office.app.bench, reserve_bytes=1 << 62)
    office.app = replace(office.app, bench=greedy)
    with pytest.raises(NoSpaceError, match="The server on local has"):
        replaced(office)

    assert shops(shop) == ["shop"]


def test_a_row_that_is_lost_on_the_way_is_seen(
    tmp_path: Path, office: Office, shop: MariadbServer
) -> None:
    way, door = work_of(office)
    portrait, swap = portrait_of(office), way.plan(door, MARK, "token")
    (dump,) = (tmp_path / "repositories").rglob("generations/*/erp.*")
    nothing = tmp_path / "nothing"
    nothing.write_text("-- Dump completed\n")
    way.make(door, swap, portrait)
    whole = way.load(door, swap, dump, portrait)
    shop.execute("DELETE FROM invoice WHERE id = 77;", FRESH)
    less = way.load(door, swap, nothing, portrait)

    assert (whole.complaints, list(differences(portrait, whole.portrait))) == ((), [])
    assert next(one.aspect for one in differences(portrait, less.portrait)) is Aspect.ROWS


def test_an_open_transaction_keeps_the_old_tables_in_their_place(
    office: Office, shop: MariadbServer
) -> None:
    body = "START TRANSACTION; SELECT COUNT(*) INTO @n FROM invoice; DO SLEEP(60);"
    with shop.busy(body, "shop"), pytest.raises(LockedError):
        replaced(office)

    assert (shops(shop)[0], count(shop)) == ("shop", 3)
    assert FRESH not in shops(shop)


def test_after_a_kill_the_server_tells_that_the_new_tables_are_in_place(
    tmp_path: Path, shop: MariadbServer
) -> None:
    liar = lying_mariadb(tmp_path, kills_at="^RENAME TABLE")
    firm = firm_of(tmp_path, shop, programs=str(liar))
    with at_work(firm) as office:
        office.back_up()
    shop.execute("DELETE FROM invoice WHERE id > 3;", "shop")
    kept = tmp_path / "noted"

    def work() -> None:
        with at_work(firm) as office:
            replaced(office, lambda told: kept.write_text(json.dumps(dict(told))))

    dead = killed(work)
    with at_work(firm) as office:
        way, door = work_of(office)
        swap = swap_from_plain(json.loads(kept.read_text()))
        told = way.standing(door, swap)
        way.discard(door, swap)
    end_left(liar)

    assert (dead, told, count(shop)) == (True, Standing.FRESH, 500)
    assert shops(shop) == ["shop", ASIDE]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_only_the_lines_that_name_the_database_are_changed(size: int) -> None:
    dump = b"-- x\nCREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop` /*!40100 */;\n\nUSE `shop`;\n"
    dump += b"INSERT INTO `t` VALUES ('USE `shop`;');\nU\nUSE `shop`;\n-- Dump completed"
    pieces = iter([dump[at : at + size] for at in range(0, len(dump), size)])
    changed = b"".join(into(pieces, "shop", "new"))

    assert changed == dump.replace(b" `shop` /", b" `new` /").replace(
        b"\nUSE `shop`;", b"\nUSE `new`;"
    )


def test_a_dump_that_leads_to_another_database_is_not_loaded() -> None:
    with pytest.raises(RevivalError):
        list(into(iter([b"USE `shop`;\nUSE `mysql`;\n"]), "shop", "new"))
