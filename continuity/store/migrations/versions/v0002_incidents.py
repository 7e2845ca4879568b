"""Incidents, what is to be told outside, what became of it, and the tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.String(27)


def upgrade() -> None:
    """Create the tables."""
    _create_incident()
    _create_outbox()
    _create_delivery()


def _create_incident() -> None:
    op.create_table(
        "incident",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incident"),
    )
    op.create_index("ix_incident_fingerprint", "incident", ["fingerprint", "number"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_incident_open",
        "incident",
        ["fingerprint"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("incident", sa.BigInteger, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_incident", "outbox", ["incident", "lane", "position"])


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("remote_id", sa.Text, nullable=False),
        sa.Column("remote_key", sa.Text, nullable=False),
        sa.Column("remote_url", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_delivery"),
        sa.ForeignKeyConstraint(["key"], ["outbox.key"], name="fk_delivery_key"),
    )
    op.create_index("ix_delivery_key", "delivery", ["key", "number"])
    op.create_table(
        "ticket_link",
        sa.Column("incident", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("marker", sa.Text, nullable=False),
        sa.Column("remote_id", sa.Text, nullable=False),
        sa.Column("remote_key", sa.Text, nullable=False),
        sa.Column("remote_url", sa.Text, nullable=False),
        sa.Column("remote_state", sa.Text, nullable=False),
        sa.Column("remote_updated", _TIME),
        sa.Column("pushed_version", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.PrimaryKeyConstraint("incident", "lane", name="pk_ticket_link"),
    )
