"""Runs migrations on the connection it is given, inside the transaction that is open there."""

from __future__ import annotations

from alembic import context

from continuity.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite rolls back DDL as well as PostgreSQL does, once the driver leaves transactions alone.
    transactional_ddl=True,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
