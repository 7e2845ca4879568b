"""Brings a database to the tables this version knows; loaded only when that is needed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent / "migrations"


def configuration(connection: Connection, scripts: Path = SCRIPTS) -> Config:
    """Prepare Alembic for a connection whose transaction is open."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, scripts: Path = SCRIPTS) -> None:
    """Migrate to the newest tables, all within the open transaction."""
    command.upgrade(configuration(connection, scripts), "head")


def copy_before_upgrade(database: Path, version: str) -> Path:
    """Keep the SQLite database as it was, beside itself, readable by its owner alone."""
    kept = database.with_name(f"{database.name}.before-upgrade-from-{version}")
    unfinished = kept.with_name(f"{kept.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
    unfinished.replace(kept)
    return kept
