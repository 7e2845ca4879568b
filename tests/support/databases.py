"""The databases a store may live in, and how somebody with full access would tamper with them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from continuity.store.store import Store, open_store
from tests.support.postgresql import Cluster

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that goes on by a second each time it is read."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass(frozen=True)
class SqliteFile:
    """A store in a file."""

    path: Path

    @property
    def address(self) -> str:
        return f"sqlite:///{self.path}"

    def execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def tamper(self, *statements: str) -> None:
        """Change what is recorded, past the triggers."""
        names = (
            "evidence_no_update",
            "evidence_no_delete",
            "evidence_in_order",
            "checkpoint_no_update",
            "checkpoint_no_delete",
        )
        self.execute(*(f"DROP TRIGGER IF EXISTS {name}" for name in names), *statements)


@dataclass(frozen=True)
class PostgresqlDatabase:
    """A store on a server."""

    cluster: Cluster
    name: str

    @property
    def address(self) -> str:
        return self.cluster.address(self.name)

    def execute(self, *statements: str) -> None:
        with self.cluster.connect(self.name) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def tamper(self, *statements: str) -> None:
        """Change what is recorded, past the triggers."""
        self.execute("SET session_replication_role = replica", *statements)


Database = SqliteFile | PostgresqlDatabase


def opened(database: Database, *, busy_seconds: float = 15.0) -> Store:
    return open_store(database.address, Clock(), busy_seconds=busy_seconds)


_TABLES = {
    "0002": ("delivery", "outbox", "ticket_link", "incident"),
    "0004": ("conduct", "runbook_text"),
    "0005": ("slot_course", "slot"),
}
"""What each version of the tables brought."""


def tables_after(version: str) -> list[str]:
    """Name the tables that a database of that version does not have."""
    return [name for one, names in _TABLES.items() if one > version for name in names]
