"""A living database is asked one question, and nothing that is asked can change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.domain.failure import ContinuityError
from continuity.domain.job import Source
from continuity.hosts.host import Host
from continuity.hosts.local import LocalHost
from continuity.sources.registry import source_kinds
from continuity.sources.source import Inquiring
from continuity.sources.sqlite import SqliteSource
from tests.support import mariadb_drills, postgresql_drills
from tests.support.mariadb import throwaway_mariadb
from tests.support.postgresql import Cluster
from tests.support.sqlite_drills import Elsewhere, execute

TABLE = "CREATE TABLE invoice (id INT PRIMARY KEY, note VARCHAR(20))"
ROWS = "INSERT INTO invoice VALUES (1, 'first'), (2, NULL)"
Ask = Callable[[str], str | None]


def asking(source: Source, host: Host) -> Ask:
    inquire = source_kinds()[source.kind].inquire
    assert inquire is not None
    return lambda query: inquire(
        Inquiring(source=source, host=host, password=None, query=query, seconds=20)
    )


@pytest.fixture(params=["here", "elsewhere"])
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    database = tmp_path / "it's a shop #1?.db"
    execute(database, TABLE, ROWS)
    source = SqliteSource(kind="sqlite", path=str(database))
    return asking(source, LocalHost() if request.param == "here" else Elsewhere())


@pytest.fixture
def postgresql_database(postgresql: Cluster) -> Iterator[Ask]:
    name = f"erp_{uuid4().hex}"
    postgresql.create_database(name)
    postgresql.execute(name, TABLE, ROWS)
    yield asking(postgresql_drills.source_of(postgresql, name), LocalHost())
    postgresql.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def mariadb_database() -> Iterator[Ask]:
    with throwaway_mariadb() as server:
        server.renew("bank")
        server.execute(f"{TABLE}; {ROWS};", "bank")
        yield asking(mariadb_drills.source_of(server, "bank"), LocalHost())


def answers(ask: Ask) -> None:
    with pytest.raises(ContinuityError):
        ask("INSERT INTO invoice VALUES (3, 'third')")
    with pytest.raises(ContinuityError):
        ask("SELECT count(*) FROM nothing")

    assert ask("SELECT count(*) FROM invoice") == "2"
    assert ask("SELECT note, id FROM invoice ORDER BY id") == "first"
    assert ask("SELECT note FROM invoice WHERE id = 2") is None
    assert ask("SELECT note FROM invoice WHERE id = 7") is None


def test_sqlite_answers_and_stays_as_it_is(sqlite: Ask) -> None:
    answers(sqlite)


def test_postgresql_answers_and_stays_as_it_is(postgresql_database: Ask) -> None:
    answers(postgresql_database)


@pytest.mark.tool("mariadbd", "mariadb")
def test_mariadb_answers_and_stays_as_it_is(mariadb_database: Ask) -> None:
    answers(mariadb_database)
