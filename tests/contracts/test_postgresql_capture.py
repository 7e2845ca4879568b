"""A dump of PostgreSQL is whole or none, and its portrait is of the same instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import (
    AuthenticationError,
    ConfigurationError,
    ContinuityError,
    SourceError,
    ToolError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.portrait import Portrait
from continuity.domain.secret import Secret
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.source import Captured
from tests.support.postgresql import Cluster
from tests.support.postgresql_drills import capturing, copied, source_of
from tests.support.programs import postgresql_programs
from tests.support.revivals import now, table

ROWS = 40_000


@pytest.fixture
def erp(postgresql: Cluster) -> Iterator[str]:
    """A database whose dump is larger than what a pipe and our own hands can hold."""
    name = f"erp_{uuid4().hex}"
    postgresql.create_database(name)
    postgresql.execute(
        name,
        "CREATE TABLE orders (id int PRIMARY KEY, note text, created timestamp)",
        "INSERT INTO orders SELECT g, repeat(md5(g::text), 10), '2026-03-01'"
        " FROM generate_series(1, 40000) AS g",
    )
    yield name
    postgresql.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def liar(place: Path, script: str) -> str:
    """A directory with the real psql and a pg_dump of our own."""
    place.mkdir()
    (place / "psql").symlink_to(postgresql_programs() / "psql")
    (place / "pg_dump").write_text(f"#!/bin/sh\n{script}\n")
    (place / "pg_dump").chmod(0o755)
    return str(place)


def portrayed(source: PostgresqlSource, turn: int = 0) -> Portrait:
    with capturing(source, turn=turn) as captured:
        return captured.portrait()


def drain(captured: Captured) -> int:
    return sum(map(len, captured.pieces))


def refusal(source: PostgresqlSource, password: Secret | None = None) -> ContinuityError:
    with (
        pytest.raises(ContinuityError) as raised,
        capturing(source, password=password) as captured,
    ):
        drain(captured)
    return raised.value


def test_what_is_written_during_the_dump_shows_neither_in_it_nor_in_its_portrait(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    dump = tmp_path / "dump"
    with capturing(source_of(postgresql, erp)) as captured:
        first = next(captured.pieces)
        postgresql.execute(
            erp,
            "INSERT INTO orders VALUES (0, 'written meanwhile')",
            "DELETE FROM orders WHERE id > 10",
            "CREATE TABLE newcomer (id int)",
        )
        dump.write_bytes(first + b"".join(captured.pieces))
        portrait = captured.portrait()

    assert [one.name for one in portrait.tables] == ["public.orders"]
    assert table(portrait, "public.orders").least == ROWS
    assert b"written meanwhile" not in dump.read_bytes()
    assert b"newcomer" not in dump.read_bytes()


def test_data_time_is_the_instant_of_the_snapshot_in_utc(postgresql: Cluster, erp: str) -> None:
    before = now()
    with capturing(source_of(postgresql, erp)) as captured:
        data_time = captured.data_time

    assert before - timedelta(seconds=1) <= data_time <= now()
    assert data_time.utcoffset() == timedelta(0)


def test_the_stream_lies_flat_under_the_name_of_the_job(postgresql: Cluster, erp: str) -> None:
    with capturing(source_of(postgresql, erp)) as captured:
        path = captured.path

    assert path == b"/erp-db.pgdump"


def test_samples_reach_every_row_as_the_turns_go_on(postgresql: Cluster, erp: str) -> None:
    source = source_of(postgresql, erp)
    samples = [table(portrayed(source, turn), "public.orders").sample for turn in range(41)]

    bounds = [(sample.first, sample.last) for sample in samples if sample is not None]

    assert bounds[0] == bounds[40] == (("1",), ("1000",))
    assert sorted(int(first) for (first,), _ in bounds[:40]) == list(range(1, ROWS, 1_000))
    assert sum(sample.rows for sample in samples[:40] if sample is not None) == ROWS


def test_a_sample_is_the_same_under_other_settings_of_the_server(
    postgresql: Cluster, erp: str
) -> None:
    source = source_of(postgresql, erp)
    before = portrayed(source)
    postgresql.execute(
        erp,
        f"ALTER DATABASE {erp} SET DateStyle = 'SQL, DMY'",
        f"ALTER DATABASE {erp} SET timezone = 'Asia/Tokyo'",
        f"ALTER DATABASE {erp} SET bytea_output = 'escape'",
        f"ALTER DATABASE {erp} SET standard_conforming_strings = off",
    )

    assert portrayed(source) == before


def test_a_table_larger_than_what_is_counted_has_bounds_that_hold(
    postgresql: Cluster, erp: str
) -> None:
    postgresql.execute(erp, "ANALYZE")
    orders = table(portrayed(source_of(postgresql, erp, exact_rows=1_000)), "public.orders")

    assert orders.least == 1_001
    assert orders.most >= ROWS
    assert orders.sample is not None
    assert orders.sample.rows > 0


def test_a_dump_that_is_cut_off_by_the_server_is_no_dump(postgresql: Cluster, erp: str) -> None:
    with capturing(source_of(postgresql, erp)) as captured:
        next(captured.pieces)
        postgresql.execute(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'",
        )
        with pytest.raises(UnreachableError, match="pg_dump"):
            drain(captured)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 0", "no dump"),
        ("echo PGD", "no dump"),
        ("echo 'a page of help'; exit 0", "no dump"),
        ("printf PGDMP; exit 1", "ended with code 1"),
        ("printf PGDMP; kill -9 $$", "signal 9"),
        ("printf PGDMP; printf 'bad \\033[31m\\n' >&2; exit 3", r"bad \\x1b\[31m"),
    ],
)
def test_a_pg_dump_that_fails_or_lies_makes_no_copy(
    postgresql: Cluster, erp: str, tmp_path: Path, script: str, said: str
) -> None:
    source = source_of(postgresql, erp, programs=liar(tmp_path / "bin", script))

    with pytest.raises(ToolError, match=said), capturing(source) as captured:
        drain(captured)


def test_an_older_pg_dump_than_the_server_is_named_as_the_reason(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    words = "pg_dump: error: aborting because of server version mismatch"
    old = liar(tmp_path / "bin", f"echo '{words}' >&2; exit 1")

    assert isinstance(refusal(source_of(postgresql, erp, programs=old)), ToolMissingError)


def test_a_missing_pg_dump_is_named_with_its_package(
    postgresql: Cluster, erp: str, tmp_path: Path
) -> None:
    programs = liar(tmp_path / "bin", "")
    (tmp_path / "bin" / "pg_dump").unlink()

    error = refusal(source_of(postgresql, erp, programs=programs))

    assert isinstance(error, ToolMissingError)
    assert "postgresql-client" in str(error.remedy)


def test_a_server_that_is_away_is_unreachable_and_a_database_that_is_gone_is_a_failure(
    postgresql: Cluster, tmp_path: Path
) -> None:
    away = source_of(postgresql, "erp", address=str(tmp_path))
    gone = source_of(postgresql, "gone")

    assert isinstance(refusal(away), UnreachableError)
    assert isinstance(refusal(gone), SourceError)


def test_a_password_is_used_and_a_wrong_one_refused(postgresql: Cluster, erp: str) -> None:
    rules = postgresql.socket / "data" / "pg_hba.conf"
    kept = rules.read_text()
    postgresql.execute(
        erp,
        "CREATE ROLE locked LOGIN PASSWORD 'open sesame'",
        "GRANT pg_read_all_data TO locked",
    )
    try:
        rules.write_text(f"local all locked scram-sha-256\n{kept}")
        postgresql.execute(erp, "SELECT pg_reload_conf()")
        source = source_of(postgresql, erp, user="locked")
        with capturing(source, password=Secret("open sesame")) as captured:
            length = drain(captured)
            portrait = captured.portrait()
        wrong = refusal(source, Secret("open says me"))
        none = refusal(source)
    finally:
        rules.write_text(kept)
        postgresql.execute(erp, "SELECT pg_reload_conf()")
        postgresql.execute(erp, "DROP OWNED BY locked", "DROP ROLE locked")

    assert length > ROWS
    assert table(portrait, "public.orders").most == ROWS
    assert isinstance(wrong, AuthenticationError)
    assert isinstance(none, AuthenticationError)
    assert "open says me" not in str(wrong)


def test_a_role_that_may_not_read_everything_makes_no_copy(postgresql: Cluster, erp: str) -> None:
    postgresql.execute(erp, "CREATE ROLE blind LOGIN")

    error = refusal(source_of(postgresql, erp, user="blind"))

    postgresql.execute(erp, "DROP ROLE blind")
    assert "permission denied" in str(error)


def test_a_time_column_that_is_not_there_is_a_mistake_of_the_job(
    postgresql: Cluster, erp: str
) -> None:
    for column in ("orders.note", "orders.nothing", "nowhere.created"):
        with pytest.raises(ConfigurationError):
            portrayed(source_of(postgresql, erp, newest=[column]))


def test_a_database_with_no_table_is_portrayed_as_such(postgresql: Cluster, tmp_path: Path) -> None:
    name = f"bare_{uuid4().hex}"
    postgresql.create_database(name)

    copy = copied(tmp_path, source_of(postgresql, name))

    postgresql.execute("postgres", f"DROP DATABASE {name}")
    assert copy.portrait.tables == ()
    assert copy.path.stat().st_size > 0


def test_names_cannot_become_options_or_connection_strings(
    postgresql: Cluster, tmp_path: Path
) -> None:
    for name in ("--help", "host=elsewhere dbname=x", "postgresql://elsewhere/x", "a'b\"c"):
        quoted = name.replace('"', '""')
        postgresql.execute("postgres", f'CREATE DATABASE "{quoted}"')

        copy = copied(tmp_path, source_of(postgresql, name))

        postgresql.execute("postgres", f'DROP DATABASE "{quoted}"')
        assert copy.portrait.tables == ()
