"""Slots of timetables: each planned time once, each repository and lane one run at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TIME = sa.String(27)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "slot",
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("planned", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("wait_until", _TIME),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("started", _TIME),
        sa.Column("ended", _TIME),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("repository", sa.Text),
        sa.Column("lane", sa.Text),
        sa.Column("holder", sa.Text),
        sa.Column("lease_until", _TIME),
        sa.PrimaryKeyConstraint("job", "kind", "planned", name="pk_slot"),
    )
    op.create_index("ix_slot_state", "slot", ["state"])
    op.create_index("ix_slot_planned", "slot", ["planned"])
    runs = sa.text("state = 'running'")
    op.create_index(
        "uq_slot_running",
        "slot",
        ["repository", "lane"],
        unique=True,
        sqlite_where=runs,
        postgresql_where=runs,
    )
    op.create_table(
        "slot_course",
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("job", "kind", name="pk_slot_course"),
    )
