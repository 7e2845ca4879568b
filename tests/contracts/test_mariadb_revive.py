"""A copy of a MariaDB database is believed only when a scratch server has shown its content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import IsolationError, RevivalError, ToolError, ToolMissingError
from continuity.hosts.host import Command
from continuity.sandbox.cell import Cell
from tests.support.mariadb import MariadbServer, throwaway_mariadb
from tests.support.mariadb_drills import Copy, copied, revived, reviving, source_of, unlike
from tests.support.programs import program
from tests.support.ran import running_commands
from tests.support.revivals import Phases, celled

COUNTED = "SELECT COUNT(*) FROM information_schema"

pytestmark = [pytest.mark.tool("mariadbd", "mariadb", "mariadb-dump"), pytest.mark.tool("bwrap")]


@pytest.fixture(scope="module")
def server() -> Iterator[MariadbServer]:
    with throwaway_mariadb() as running:
        running.renew("bank")
        running.execute(
            "CREATE TABLE purse (id INT PRIMARY KEY, amount BIGINT, owner VARCHAR(40));"
            "INSERT INTO purse SELECT seq, 900000 + seq, CONCAT('owner ', seq) FROM seq_1_to_1500;"
            "CREATE TABLE loose (t TEXT); INSERT INTO loose VALUES ('first'), ('second');"
            "CREATE TABLE made_ (id INT PRIMARY KEY, at DATETIME);"
            "INSERT INTO made_ VALUES (1, '2026-10-01 10:00:00'), (2, '2026-11-01 10:00:00');"
            "CREATE VIEW rich AS SELECT * FROM purse WHERE amount > 901000;",
            "bank",
        )
        yield running


@pytest.fixture(scope="module")
def copy(server: MariadbServer) -> Copy:
    return copied(source_of(server, "bank", newest=["made_.at"]))


def altered(copy: Copy, old: str, new: str) -> Copy:
    assert copy.content.count(old.encode()) == 1, copy.content.count(old.encode())
    return replace(copy, content=copy.content.replace(old.encode(), new.encode()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("(700,900700,", "(700,900701,", "bank.purse: Among the 1000 rows looked at"),
        ("(700,900700,'owner 700'),\n", "", "bank.purse: It has 1499 rows instead of 1500."),
        ("(700,900700,", "(1700,900700,", "bank.purse: Of the 1000 rows looked at, 999 are there"),
        ("'owner 700'", "'Owner 700'", "bank.purse: Among the 1000 rows looked at"),
        ("('second')", "('sekond')", "bank.loose: Among the 2 rows looked at"),
        (
            "'2026-11-01 10:00:00'",
            "'2026-10-31 10:00:00'",
            "bank.made_: The newest value of at is 2026-10-31T10:00:00.000000Z;"
            " it was 2026-11-01T10:00:00.000000Z.",
        ),
        ("`amount` bigint(20)", "`amount` int(11)", "bank.purse: Its columns, keys, indexes"),
        (
            "  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1"
            " COLLATE=latin1_swedish_ci;\n/*!40101 SET character_set_client = @saved_cs_client */;"
            "\n\n--\n-- Dumping data for table `purse`",
            "  KEY (`id`)\n) ENGINE=InnoDB;\n\n--\n-- Dumping data for table `purse`",
            "bank.purse: Its columns, keys, indexes",
        ),
    ],
)
def test_one_changed_value_is_found(
    server: MariadbServer, copy: Copy, tmp_path: Path, old: str, new: str, said: str
) -> None:
    other = altered(copy, old, new)

    with revived(tmp_path, source_of(server, "bank", newest=["made_.at"]), other) as result:
        told = unlike(copy, result)

    assert [line for line in told if line.startswith(said)] != [], told


def test_a_copy_of_an_empty_database_is_not_taken_for_it(
    server: MariadbServer, copy: Copy, tmp_path: Path
) -> None:
    server.renew("void")
    void = copied(source_of(server, "void"))
    other = replace(void, portrait=copy.portrait)

    with revived(tmp_path, source_of(server, "bank"), other) as result:
        told = unlike(copy, result)

    assert "bank.purse: The table is not there." in told
    assert ": Of kind views there are 0 objects instead of 1." in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("INSERT INTO `purse`", "INSERT INTO `purze`", "ERROR 1100 (HY000)"),
        ("(700,900700,'owner 700')", "(700,900700,'owner 700'", "ERROR 1064 (42000)"),
        ("(700,900700,", "(701,900700,", "ERROR 1180 (HY000)"),
        ("\n-- Dump completed", "\n", "The copy ends before its end."),
    ],
)
def test_every_error_of_the_loader_counts(
    server: MariadbServer, copy: Copy, tmp_path: Path, old: str, new: str, said: str
) -> None:
    with revived(tmp_path, source_of(server, "bank"), altered(copy, old, new)) as result:
        complaints = result.complaints

    assert [line for line in complaints if line.startswith(said)] != [], complaints


def test_a_copy_cut_short_is_complained_of(
    server: MariadbServer, copy: Copy, tmp_path: Path
) -> None:
    half = replace(copy, content=copy.content[: len(copy.content) // 2])

    with revived(tmp_path, source_of(server, "bank"), half) as result:
        assert result.complaints != ()
        assert unlike(copy, result) != []


def test_random_bytes_are_complained_of(server: MariadbServer, copy: Copy, tmp_path: Path) -> None:
    noise = replace(copy, content=bytes(range(256)) * 400)

    with revived(tmp_path, source_of(server, "bank"), noise) as result:
        assert result.complaints != ()
        assert unlike(copy, result) != []


def lying(place: Path, **scripts: str) -> Path:
    """Programs of a server of which some are scripts, where the programs of a cell see them."""
    for name in ("mariadbd", "mariadb-install-db", "mariadb"):
        script = scripts.get(name.replace("-", "_"), f'exec {program(name)} "$@"')
        path = place / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return place


@pytest.fixture
def cell(tmp_path: Path) -> Iterator[Cell]:
    with celled(tmp_path) as opened:
        yield opened


def test_a_loader_that_reports_errors_and_ends_with_0_is_not_believed(
    server: MariadbServer, copy: Copy, cell: Cell
) -> None:
    liar = (
        f'{program("mariadb")} "$@"; code=$?\n'
        'case "$*" in *--show-warnings*)\n'
        '  echo "ERROR 1114 (HY000) at line 3: full" >&2; exit 0;; esac\nexit $code'
    )
    place = lying(cell.home, mariadb=liar)
    source = source_of(server, "bank", server_programs=str(place))

    with reviving(cell, source, copy) as result:
        assert result.complaints == ("ERROR 1114 (HY000) at line 3: full",)


def test_a_loader_that_ends_badly_without_a_word_is_not_believed(
    server: MariadbServer, copy: Copy, cell: Cell
) -> None:
    liar = (
        'case "$*" in *--show-warnings*) cat >/dev/null; exit 7;; esac\n'
        f'exec {program("mariadb")} "$@"'
    )
    source = source_of(server, "bank", server_programs=str(lying(cell.home, mariadb=liar)))

    with reviving(cell, source, copy) as result:
        assert result.complaints == ("mariadb: 7",)
        assert unlike(copy, result) != []


@pytest.mark.parametrize(
    ("name", "script", "said"),
    [
        (
            "mariadbd",
            'case "$*" in *--version*|*bootstrap*) ;; *) echo "[ERROR] no room" >&2; exit 1;; esac',
            "did not start: .* no room",
        ),
        ("mariadb_install_db", "echo 'FATAL ERROR: no share' >&2; exit 1", "FATAL ERROR: no share"),
        ("mariadbd", "exit 0", "does not tell its version"),
    ],
)
def test_a_scratch_server_that_does_not_start_says_nothing_of_the_copy(
    server: MariadbServer, copy: Copy, cell: Cell, name: str, script: str, said: str
) -> None:
    real = f'\nexec {program("mariadbd")} "$@"' if name == "mariadbd" else ""
    place = lying(cell.home, **{name: script + real})
    source = source_of(server, "bank", server_programs=str(place))
    phases = Phases()

    with pytest.raises(ToolError, match=said) as caught, reviving(cell, source, copy, phases):
        pass

    assert caught.value.remedy is not None
    assert phases.names == ["start", "stop"]


@pytest.mark.parametrize("version", ["99.1.2-MariaDB", "10.12.1-MariaDB-log", "8.0.36", "8.4.0"])
def test_a_copy_of_a_newer_or_another_server_is_not_tried(
    server: MariadbServer, copy: Copy, tmp_path: Path, version: str
) -> None:
    other = replace(copy, portrait=replace(copy.portrait, version=version))

    with (
        pytest.raises(ToolMissingError, match=version),
        revived(tmp_path, source_of(server, "bank"), other),
    ):
        pass


def test_a_server_with_something_in_it_is_not_loaded_into(
    server: MariadbServer, copy: Copy, cell: Cell
) -> None:
    begun = cell.home / "begun"
    begun.write_text("CREATE DATABASE before_;")
    begun.chmod(0o644)
    real = program("mariadbd")
    liar = (
        f'case "$*" in *--version*|*bootstrap*) exec {real} "$@";; esac\n'
        f'exec {real} "$@" --init-file={begun}'
    )
    source = source_of(server, "bank", server_programs=str(lying(cell.home, mariadbd=liar)))

    with (
        pytest.raises(IsolationError, match="not the new, empty one"),
        reviving(cell, source, copy),
    ):
        pass


def test_questions_are_answered_by_what_was_restored(
    server: MariadbServer, copy: Copy, tmp_path: Path
) -> None:
    server.execute("DROP DATABASE IF EXISTS elsewhere; CREATE DATABASE elsewhere;")

    with revived(tmp_path, source_of(server, "bank"), copy) as result:
        assert result.ask("SELECT COUNT(*), 'more' FROM rich") == "500"
        assert result.ask("SELECT NULL") is None
        assert result.ask("SELECT id FROM purse WHERE id < 0") is None
        assert result.ask("SELECT 'NULL'") == "NULL"
        assert result.ask("SELECT '<a>&\\n\"ñ€🎉'") == '<a>&\n"ñ€🎉'
        assert result.ask("SELECT id FROM bank.purse ORDER BY id DESC;") == "1500"
        assert result.ask(f"{COUNTED}.SCHEMATA WHERE SCHEMA_NAME = 'elsewhere'") == "0"
        assert result.ask_empty("SELECT 1") == "1"
        assert result.ask_empty(f"{COUNTED}.TABLES WHERE TABLE_SCHEMA = 'bank'") == "0"
        for refused in ("SELECT nonsense", "SELECT 'open", "SELEKT 1"):
            with pytest.raises(RevivalError):
                result.ask(refused)
        for refused in ("SELECT COUNT(*) FROM purse", "SELECT COUNT(*) FROM bank.purse"):
            with pytest.raises(RevivalError, match="1146"):
                result.ask_empty(refused)


def test_a_program_in_the_cell_reaches_the_server_without_any_option(
    server: MariadbServer, copy: Copy, cell: Cell
) -> None:
    with reviving(cell, source_of(server, "bank"), copy) as result:
        asked = Command(
            argv=("mariadb", "-N", "-e", "SELECT COUNT(*) FROM purse", "bank"),
            timeout=60,
            env=dict(result.environment),
        )
        told = cell.run(asked)

        assert (told.code, told.stdout) == (0, b"1500\n"), told.stderr


def test_nothing_is_left_running_when_the_drill_breaks_off(
    server: MariadbServer, copy: Copy, tmp_path: Path
) -> None:
    phases = Phases()

    def broken_off() -> None:
        with revived(tmp_path, source_of(server, "bank"), copy, phases) as result:
            result.ask_empty("SELECT 1")
            raise KeyError

    with pytest.raises(KeyError):
        broken_off()

    assert phases.names == ["start", "load", "question", "stop"]
    assert [words for words in running_commands() if str(tmp_path) in words] == []
