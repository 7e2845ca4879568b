"""The databases that the store's promises are tried on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from continuity.store.keys import Keys, open_keys
from continuity.store.store import Store
from tests.support.databases import Database, PostgresqlDatabase, SqliteFile, opened
from tests.support.postgresql import Cluster, throwaway_cluster


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """One server for the whole run."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture
def sqlite_file(tmp_path: Path) -> SqliteFile:
    """A store's file that does not exist yet."""
    return SqliteFile(tmp_path / "state.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, sqlite_file: SqliteFile) -> Database:
    """An empty database of each kind, in turn."""
    if request.param == "sqlite":
        return sqlite_file
    cluster: Cluster = request.getfixturevalue("postgresql")
    name = f"store_{uuid4().hex}"
    cluster.create_database(name)
    return PostgresqlDatabase(cluster, name)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """An open store in each kind of database, in turn."""
    with opened(database) as fresh:
        yield fresh


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """The keys of a record, made just now."""
    return open_keys(tmp_path / "keys")
