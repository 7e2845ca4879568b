"""Runs migrations on the connection it is given, inside the transaction that is open there."""

from __future__ import annotations

from alembic import context

from continuity.store.tables import metadata

# Indexes that only the migrations can describe, because they differ between databases.
_PARTIAL = frozenset({"uq_run_open", "uq_incident_open", "uq_slot_running"})


def _is_described(_: object, name: str | None, kind: str, *__: object) -> bool:
    return kind != "index" or name not in _PARTIAL


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite rolls back DDL as well as PostgreSQL does, once the driver leaves transactions alone.
    transactional_ddl=True,
    render_as_batch=True,
    include_object=_is_described,
)
context.run_migrations()
