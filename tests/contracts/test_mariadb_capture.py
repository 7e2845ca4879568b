"""A copy of a MariaDB database is of one instant, whole, and said to be what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    SourceError,
    ToolError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.secret import Secret
from tests.support.liars import witness
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.mariadb_drills import Asked, capturing, copied, revived, source_of, unlike
from tests.support.programs import program
from tests.support.revivals import now, table

pytestmark = [pytest.mark.tool("mariadbd", "mariadb", "mariadb-dump"), pytest.mark.tool("bwrap")]

# Rows that come and go, and an amount that only moves: counted at two instants neither is right.
BUSY = """
    START TRANSACTION; UPDATE purse SET amount = amount - 7 WHERE id = 1;
    UPDATE purse SET amount = amount + 7 WHERE id = 2; COMMIT;
    INSERT INTO queue (t) VALUES ('x'), ('y'), ('z'); DELETE FROM queue;
"""
GROWING = "INSERT INTO queue (t) VALUES ('x');"


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as running:
        yield running


@pytest.fixture
def bank(server: MariadbServer) -> MariadbServer:
    server.renew("bank")
    server.execute(
        "CREATE TABLE purse (id INT PRIMARY KEY, amount BIGINT);"
        "INSERT INTO purse VALUES (1, 500), (2, 500);"
        "CREATE TABLE queue (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT);"
        "CREATE TABLE filler (id INT PRIMARY KEY, t TEXT);"
        "INSERT INTO filler SELECT seq, REPEAT('f', 500) FROM seq_1_to_20000;",
        "bank",
    )
    return server


def programs(place: Path, **replaced: str) -> Path:
    """A directory of client programs, some of them scripts."""
    place.mkdir()
    for name in ("mariadb", "mariadb-dump"):
        (place / name).symlink_to(program(name))
    for name, script in replaced.items():
        path = place / name.replace("_", "-")
        path.unlink()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return place


def test_what_changes_while_it_is_copied_comes_back_as_of_one_instant(
    bank: MariadbServer, tmp_path: Path
) -> None:
    source = source_of(bank, "bank")

    with bank.busy(BUSY, "bank"):
        copy = copied(source)
    with revived(tmp_path, source, copy) as result:
        assert unlike(copy, result) == []
        assert result.ask("SELECT SUM(amount) FROM purse") == "1000"

    assert copy.warnings == ()
    assert [(one.name, one.most - one.least) for one in copy.portrait.tables] == [
        ("bank.filler", 0),
        ("bank.purse", 0),
        ("bank.queue", 0),
    ]


def test_without_a_lock_rows_are_counted_before_and_after(
    bank: MariadbServer, tmp_path: Path
) -> None:
    source = source_of(bank, "bank", lock=False)

    with bank.busy(GROWING, "bank"):
        copy = copied(source)
    with revived(tmp_path, source, copy) as result:
        assert unlike(copy, result) == []

    queue = table(copy.portrait, "bank.queue")
    assert queue.least < queue.most
    assert table(copy.portrait, "bank.filler").least == 20_000
    assert table(copy.portrait, "bank.filler").most == 20_000
    assert copy.warnings == ()


def test_nobody_waits_once_the_copy_has_begun_and_what_comes_then_is_not_in_it(
    bank: MariadbServer,
) -> None:
    before = now()
    with capturing(source_of(bank, "bank")) as captured:
        begun = now()
        bank.execute("INSERT INTO purse VALUES (3, 3);", "bank")
        content = b"".join(captured.pieces)
        portrait = captured.portrait()

    assert before < captured.data_time < begun
    assert b"(3,3)" not in content
    assert table(portrait, "bank.purse").most == 2


def test_an_account_that_may_not_lock_is_named_and_copies_all_the_same(
    bank: MariadbServer, tmp_path: Path
) -> None:
    bank.execute(
        "CREATE OR REPLACE USER copier@'127.0.0.1' IDENTIFIED BY 'it''s $ecret';"
        "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON bank.* TO copier@'127.0.0.1';"
    )
    source = source_of(
        bank, "bank", socket=None, address="127.0.0.1", port=bank.port, user="copier"
    )

    copy = copied(source, Asked(password=Secret("it's $ecret")))
    with revived(tmp_path, source, copy) as result:
        assert unlike(copy, result) == []

    assert ["Grant RELOAD to the account" in str(warning) for warning in copy.warnings] == [True]


def test_the_password_is_in_no_argument(bank: MariadbServer, tmp_path: Path) -> None:
    bank.execute("CREATE OR REPLACE USER boss IDENTIFIED BY 'topsecret'; GRANT ALL ON *.* TO boss;")
    place = programs(tmp_path / "programs")
    for name in ("mariadb", "mariadb-dump"):
        (place / name).unlink()
        witness(place / name, program(name), tmp_path / "record")
    source = source_of(
        bank,
        "bank",
        socket=None,
        address="127.0.0.1",
        port=bank.port,
        user="boss",
        programs=str(place),
    )

    copied(source, Asked(password=Secret("topsecret"), questions=("SELECT 1",)))

    record = (tmp_path / "record").read_text()
    assert "--user=boss" in record
    assert "topsecret" not in record


def test_tables_outside_transactions_are_named_and_come_back(
    bank: MariadbServer, tmp_path: Path
) -> None:
    bank.execute(
        "CREATE TABLE old_one (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO old_one VALUES (1);"
        "CREATE TABLE aria_one (t TEXT) ENGINE=Aria; INSERT INTO aria_one VALUES ('a'), ('a');"
        "CREATE TABLE both_ (id INT PRIMARY KEY) ENGINE=MRG_MyISAM UNION=(old_one);",
        "bank",
    )
    source = source_of(bank, "bank")

    copy = copied(source)
    with revived(tmp_path, source, copy) as result:
        assert result.complaints == ()
        assert unlike(copy, result) == []

    told = [str(warning) for warning in copy.warnings]
    assert ["bank.aria_one, bank.old_one" in told[0], "bank.both_" in told[1]] == [True, True]
    assert copy.portrait.extensions == ("Aria", "InnoDB", "MyISAM")


def test_what_the_checks_ask_is_answered_at_the_capture(bank: MariadbServer) -> None:
    questions = ("SELECT SUM(amount) FROM purse", "SELECT nonsense", "DELETE FROM purse")

    copy = copied(source_of(bank, "bank"), Asked(questions=questions))

    assert copy.portrait.answers == (("SELECT SUM(amount) FROM purse", "1000"),)
    assert bank.execute("SELECT COUNT(*) FROM purse", "bank") == "2\n"


def test_large_tables_are_not_counted(bank: MariadbServer, tmp_path: Path) -> None:
    bank.execute("ANALYZE TABLE filler, purse, queue;", "bank")
    source = source_of(bank, "bank", exact_rows=1000)

    copy = copied(source, Asked(turn=3))
    with revived(tmp_path, source, copy) as result:
        assert unlike(copy, result) == []

    filler = table(copy.portrait, "bank.filler")
    assert filler.least < filler.most
    assert filler.sample is not None
    assert filler.sample.rows == 1000


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('mariadb-dump "$@" | head -c 300000; exit 0', "ends before its end"),
        ('mariadb-dump "$@" | head -n -1; exit 0', "ends before its end"),
        ('mariadb-dump "$@"; exit 3', "failed: exit code 3"),
        ('mariadb-dump "$@" 2>/dev/null | head -c 300000; kill -9 $$', "failed: exit code -9"),
        ("mariadb-dump \"$@\"; echo 'mysqldump: Error 2013: Lost connection' >&2", "was lost"),
        ("echo '-- Dump completed'; echo 'Got error: 1105' >&2; exit 0", "Got error: 1105"),
        ("exit 0", "ends before its end"),
    ],
)
def test_a_dump_that_did_not_end_well_is_no_copy(
    bank: MariadbServer, tmp_path: Path, script: str, said: str
) -> None:
    place = programs(tmp_path / "programs", mariadb_dump=f"PATH=/usr/bin:/bin\n{script}")
    source = source_of(bank, "bank", programs=str(place))

    with pytest.raises(ContinuityError, match=said) as caught:
        copied(source)

    assert caught.value.remedy is not None


def test_a_table_dropped_meanwhile_makes_the_portrait_void(bank: MariadbServer) -> None:
    with capturing(source_of(bank, "bank")) as captured:
        b"".join(captured.pieces)
        bank.execute("CREATE TABLE newcomer (id INT);", "bank")

        with pytest.raises(ToolError, match=r"bank\.newcomer was created"):
            captured.portrait()


def test_a_view_that_leads_nowhere_stops_the_copy_and_is_named(bank: MariadbServer) -> None:
    bank.execute("CREATE TABLE t (i INT); CREATE VIEW broken AS SELECT i FROM t;", "bank")
    bank.execute("DROP TABLE t;", "bank")

    with pytest.raises(ToolError, match=r"bank\.broken"):
        copied(source_of(bank, "bank"))


def test_a_wrong_password_a_missing_server_and_a_missing_database_are_told_apart(
    bank: MariadbServer, tmp_path: Path
) -> None:
    tcp = {"socket": None, "address": "127.0.0.1", "port": bank.port, "user": "nobody-knows"}
    (tmp_path / "empty").mkdir()

    with pytest.raises(AuthenticationError, match="1045"):
        copied(source_of(bank, "bank", **tcp), Asked(password=Secret("wrong")))
    with pytest.raises(UnreachableError, match="2002"):
        copied(source_of(bank, "bank", socket=str(tmp_path / "nothing.sock")))
    with pytest.raises(SourceError, match="database bunk does not exist"):
        copied(source_of(bank, "bunk"))
    with pytest.raises(ToolMissingError, match="mariadb"):
        copied(source_of(bank, "bank", programs=str(tmp_path / "empty")))


def test_a_missing_dump_program_is_told_before_anything_is_copied(
    bank: MariadbServer, tmp_path: Path
) -> None:
    place = programs(tmp_path / "programs")
    (place / "mariadb-dump").unlink()

    with pytest.raises(ToolMissingError, match="mariadb-dump"):
        copied(source_of(bank, "bank", programs=str(place)))

    assert bank.execute("INSERT INTO purse VALUES (9, 9); SELECT 'free';", "bank") == "free\n"


def test_a_capture_that_is_given_up_leaves_nothing_running(bank: MariadbServer) -> None:
    with capturing(source_of(bank, "bank")) as captured:
        next(captured.pieces)

    assert (
        bank.execute(
            "DO SLEEP(0.3); SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'root'"
        )
        == "1\n"
    )


def test_options_of_a_file_are_read_where_it_is_named(bank: MariadbServer, tmp_path: Path) -> None:
    options = tmp_path / "client.cnf"
    options.write_text(f"[client]\nuser=root\nsocket={bank.socket}\n")
    source = source_of(bank, "bank", user=None, socket=None, options_file=str(options))

    assert len(copied(source).portrait.tables) == 3
