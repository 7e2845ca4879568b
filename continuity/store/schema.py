"""Whether the tables are those this version of Continuity knows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError

from continuity.domain.failure import StoreError
from continuity.domain.text import N_, say
from continuity.store.connect import place_of, writing

VERSIONS = ("0001", "0002", "0003", "0004", "0005")
"""Every version of the tables, the newest last; the names of the migrations."""


def prepare(engine: Engine) -> None:
    """Create or upgrade the tables when that is due, all or nothing.

    Raises StoreError when a newer version of Continuity has been here.
    """
    with engine.connect() as connection:
        version = _version(connection)
    if version == VERSIONS[-1]:
        return
    _refuse_unknown(version, engine)
    _migrate(engine, version)


def is_current(engine: Engine) -> bool:
    """Tell whether the tables can be read as they are. Raises what the driver raises."""
    with engine.connect() as connection:
        return _version(connection) == VERSIONS[-1]


def _version(connection: Connection) -> str | None:
    try:
        return _read_version(connection)
    except DBAPIError:
        connection.rollback()
        if inspect(connection).has_table("alembic_version"):
            raise
        return None


def _read_version(connection: Connection) -> str | None:
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])


def _refuse_unknown(version: str | None, engine: Engine) -> None:
    if version is None or version in VERSIONS:
        return
    raise StoreError(
        say(
            N_("The state database {place} has tables of version {version}, newer than {known}."),
            place=place_of(engine.url),
            version=version,
            known=VERSIONS[-1],
        ),
        remedy=say(N_("Install the newer version of Continuity that was used before.")),
    )


def _migrate(engine: Engine, version: str | None) -> None:
    from continuity.store import migration  # here: 150 ms that only a new version has to pay

    with writing(engine).begin() as connection:
        # Asked again under the lock: another process may just have done it.
        if version is not None and _read_version(connection) == VERSIONS[-1]:
            return
        if version is not None and engine.url.get_backend_name() == "sqlite":
            migration.copy_before_upgrade(Path(engine.url.database or ""), version)
        migration.upgrade(connection)
