"""A MariaDB server's databases come back as they were, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.portrait import TablePortrait
from continuity.sources.mysql import SOURCE as MYSQL
from continuity.sources.mysql import MysqlSource
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.mariadb_drills import Asked, copied, revived, source_of, unlike
from tests.support.revivals import Phases, table

pytestmark = [pytest.mark.tool("mariadbd", "mariadb", "mariadb-dump"), pytest.mark.tool("bwrap")]

SHOP = """
SET sql_mode='', time_zone='+00:00';
CREATE TABLE kinds (
    id BIGINT UNSIGNED PRIMARY KEY, j JSON, b BIT(64), e ENUM('b','a'), s SET('x','y'),
    d DECIMAL(65,30), bin VARBINARY(300), blob_ LONGBLOB, g GEOMETRY, p POINT REF_SYSTEM_ID=4326,
    z DATE, zt DATETIME(6), ts TIMESTAMP(3) NULL, tm TIME(6), y YEAR, f FLOAT, dbl DOUBLE,
    uid UUID, ip INET6, t LONGTEXT CHARACTER SET utf16, l VARCHAR(20) CHARACTER SET latin1,
    n1 INT GENERATED ALWAYS AS (id % 7) VIRTUAL, n2 INT GENERATED ALWAYS AS (id % 5) STORED,
    CHECK (id > 0)
);
INSERT INTO kinds (id,j,b,e,s,d,bin,blob_,g,p,z,zt,ts,tm,y,f,dbl,uid,ip,t,l) VALUES
    (1, '{"a": [1, null]}', b'101', 'b', 'x,y', 12345678901234567890.123456789, X'00FF0A0D5C27',
     REPEAT(X'00FF', 70000), ST_GeomFromText('LINESTRING(0 0,1 1)'), POINT(1, 2),
     '0000-00-00', '0000-00-00', '2026-10-25 00:30:00.5', '-838:59:59.999999', 1901,
     1.23456789, 1/3, UUID(), '::ffff:10.0.0.1', '€🎉', 'ñ'),
    (18446744073709551615, NULL, NULL, '', '', -0.000000000000000000000000000001, '', '', NULL,
     NULL, '9999-12-31', '2026-02-30', NULL, '00:00:00', 0, -0.0, 1e300, NULL, NULL, '', '');
CREATE TABLE empty_one (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT) COMMENT 'nothing yet';
CREATE TABLE people (
    mail VARCHAR(80) COLLATE utf8mb4_unicode_ci, at DATETIME(3), tag BINARY(3), city INT,
    PRIMARY KEY (mail, tag, at)
);
INSERT INTO people
    SELECT CONCAT('Per-', seq % 9, '-ÉÑ\\n\\t\\\\', seq), '2026-01-01', X'00FFAB', seq
    FROM seq_1_to_2500;
CREATE TABLE orders (
    id INT AUTO_INCREMENT PRIMARY KEY, total DECIMAL(10,2), made TIMESTAMP(6) NULL, old_ DATETIME,
    KEY (total)
) PARTITION BY HASH(id) PARTITIONS 3;
INSERT INTO orders (total, made, old_) SELECT seq, FROM_UNIXTIME(1.7e9 + seq), '2026-07-01 12:00:00'
    FROM seq_1_to_3000;
CREATE TABLE items (
    order_id INT, amount INT, KEY (order_id), FULLTEXT KEY words (note), note TEXT
);
INSERT INTO items VALUES (1, 1, 'same'), (1, 1, 'same'), (2, NULL, NULL);
CREATE TABLE parent (a ENUM('z','m','a'), b SET('q','r'), PRIMARY KEY (a, b));
INSERT INTO parent VALUES ('z','q'), ('m','r'), ('a',''), ('a','q,r');
CREATE TABLE child (id INT PRIMARY KEY, a ENUM('z','m','a'), b SET('q','r'),
    f FLOAT UNIQUE NOT NULL, FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE);
INSERT INTO child VALUES (1, 'a', '', 1.5);
CREATE TABLE versions (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING;
INSERT INTO versions VALUES (1, 1); UPDATE versions SET v = 2;
CREATE SEQUENCE numbers START WITH 7;
CREATE USER IF NOT EXISTS gone@'10.%' IDENTIFIED BY 'x';
GRANT ALL ON shop.* TO gone@'10.%';
CREATE DEFINER=gone@'10.%' VIEW big AS SELECT id, total FROM orders WHERE total > 10;
CREATE DEFINER=gone@'10.%' TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW
    SET NEW.made = COALESCE(NEW.made, NOW(6));
CREATE DEFINER=gone@'10.%' FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n;
CREATE PROCEDURE quiet() DO 1;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM items;
"""
ODD = "we'ird `db`;\n-- Dump completed\n$(x) ÑÜ"


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as running:
        yield running


@pytest.fixture
def shop(server: MariadbServer) -> MariadbServer:
    server.renew("shop")
    server.execute(SHOP, "shop")
    return server


def test_everything_of_a_database_comes_back_equal(shop: MariadbServer, tmp_path: Path) -> None:
    source = source_of(shop, "shop", newest=["orders.made", "orders.old_"], zone="Europe/Madrid")
    phases = Phases()

    copy = copied(source)
    with revived(tmp_path, source, copy, phases) as result:
        assert result.complaints == ()
        assert unlike(copy, result) == []
        assert result.ask("SELECT COUNT(*) FROM big") == "2990"
        assert result.ask("SELECT twice(21)") == "42"
        assert result.ask("SELECT v FROM versions") == "2"

    assert phases.names == ["start", "load", "question", "stop"]
    assert dict(copy.portrait.others) == {
        "events": 1,
        "functions": 1,
        "procedures": 1,
        "sequences": 1,
        "triggers": 1,
        "views": 1,
    }
    assert copy.portrait.roles == ("gone@10.%", "root@localhost")
    assert copy.portrait.kind == "mariadb"


def test_rows_are_counted_and_looked_at_in_every_table(shop: MariadbServer) -> None:
    copy = copied(source_of(shop, "shop", newest=["orders.made", "orders.old_"]))

    def seen(one: TablePortrait) -> tuple[str, int, int, int, int]:
        sample = one.sample
        assert sample is not None
        return one.name.removeprefix("shop."), one.least, one.most, len(sample.key), sample.rows

    assert [seen(one) for one in copy.portrait.tables if one.sample] == [
        ("child", 1, 1, 1, 1),
        ("items", 3, 3, 0, 3),
        ("kinds", 2, 2, 1, 2),
        ("orders", 3000, 3000, 1, 1000),
        ("parent", 4, 4, 2, 4),
        ("people", 2500, 2500, 3, 1000),
        ("versions", 1, 1, 1, 1),
    ]
    assert [(one.name, one.most) for one in copy.portrait.tables if one.sample is None] == [
        ("shop.empty_one", 0)
    ]
    assert [newest.value for newest in table(copy.portrait, "shop.orders").newest] == [
        "2023-11-14T23:03:20.000000Z",
        "2026-07-01T12:00:00.000000Z",
    ]


def test_names_that_look_like_something_else_come_back(
    server: MariadbServer, tmp_path: Path
) -> None:
    server.renew(ODD, "--help")
    server.execute(
        "CREATE TABLE `a.b\\n=1\nSELECT '` (`id;\n\\! touch /tmp/x` INT PRIMARY KEY, `--` TEXT);"
        "INSERT INTO `a.b\\n=1\nSELECT '` VALUES (1, 'DELIMITER //\\n-- Dump completed\\n');"
        "CREATE TABLE `ñ\"'` (`%s` VARCHAR(9) PRIMARY KEY); INSERT INTO `ñ\"'` VALUES ('a');",
        ODD,
    )
    source = source_of(server, ODD, "--help")

    copy = copied(source)
    with revived(tmp_path, source, copy) as result:
        assert result.complaints == ()
        assert unlike(copy, result) == []

    assert len(copy.portrait.tables) == 2
    server.execute(f"DROP DATABASE `{ODD.replace('`', '``')}`; DROP DATABASE `--help`;")


def test_all_databases_are_copied_where_none_is_named(shop: MariadbServer, tmp_path: Path) -> None:
    shop.renew("other")
    shop.execute("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (7);", "other")
    source = source_of(shop)

    copy = copied(source)
    with revived(tmp_path, source, copy) as result:
        assert unlike(copy, result) == []
        assert result.ask("SELECT id FROM other.t") == "7"

    assert {one.name.split(".")[0] for one in copy.portrait.tables} == {"other", "shop"}
    shop.execute("DROP DATABASE other")


def test_the_same_programs_under_their_old_names_do_the_same(
    shop: MariadbServer, tmp_path: Path
) -> None:
    written = {"socket": str(shop.socket), "user": "root", "databases": ["shop"]}
    source = MysqlSource.model_validate(written)

    copy = copied(source, Asked(kind=MYSQL))
    with revived(tmp_path, source, copy, kind=MYSQL) as result:
        assert result.complaints == ()
        assert unlike(copy, result) == []


def test_samples_go_through_a_whole_table_turn_by_turn(shop: MariadbServer) -> None:
    source = source_of(shop, "shop")

    bounds = []
    for turn in range(4):
        sample = table(copied(source, Asked(turn=turn)).portrait, "shop.orders").sample
        assert sample is not None
        bounds.append((sample.first, sample.last))

    assert bounds == [
        (("1",), ("1000",)),
        (("1001",), ("2000",)),
        (("2001",), ("3000",)),
        (("1",), ("1000",)),
    ]


def test_equal_data_makes_equal_bytes(shop: MariadbServer) -> None:
    source = source_of(shop, "shop")

    assert copied(source).content == copied(source).content
