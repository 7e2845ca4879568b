"""Runs of runbooks, and the documents that they follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.String(27)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "runbook_text",
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_runbook_text"),
    )
    op.create_table(
        "conduct",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("runbook", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("incident", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_conduct"),
        sa.ForeignKeyConstraint(["hash"], ["runbook_text.hash"], name="fk_conduct_hash"),
    )
    op.create_index("ix_conduct_incident", "conduct", ["incident"])
