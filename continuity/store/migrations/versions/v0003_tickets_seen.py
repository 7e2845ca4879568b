"""What was seen of a ticket in its own system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    for name, default in (("remote_name", ""), ("remote_assignee", ""), ("remote_clocks", "[]")):
        op.add_column(
            "ticket_link", sa.Column(name, sa.Text, nullable=False, server_default=default)
        )
    gone = sa.Column("remote_gone", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("ticket_link", gone)
    op.add_column("ticket_link", sa.Column("seen_at", sa.String(27)))
