"""The record, runs, coverage, and the triggers that keep the record append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_PROTECTED = ("evidence", "checkpoint")


def upgrade() -> None:
    """Create everything."""
    _create_record()
    _create_state()
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgresql()


def _create_record() -> None:
    op.create_table(
        "evidence",
        sa.Column("sequence", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("job", sa.Text),
        sa.Column("run_id", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("personal_hash", sa.Text),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_evidence"),
    )
    op.create_index("ix_evidence_job", "evidence", ["job", "sequence"])
    op.create_index("ix_evidence_kind", "evidence", ["kind", "sequence"])
    op.create_table(
        "personal",
        sa.Column("sequence", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_personal"),
        sa.ForeignKeyConstraint(["sequence"], ["evidence.sequence"], name="fk_personal_sequence"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("sequence", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_checkpoint"),
    )


def _create_state() -> None:
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("namespace", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.String(27)),
        sa.Column("verdict", sa.Text),
        sa.PrimaryKeyConstraint("run_id", name="pk_run"),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_run_open",
        "run",
        ["job", "lane"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "coverage",
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("proven_at", sa.String(27), nullable=False),
        sa.Column("sha256", sa.LargeBinary),
        sa.PrimaryKeyConstraint("job", "path", name="pk_coverage"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _protect_on_sqlite() -> None:
    for table in _PROTECTED:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN"
                f" SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER evidence_in_order BEFORE INSERT ON evidence WHEN"
        " NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM evidence) BEGIN"
        " SELECT RAISE(ABORT, 'evidence has no gaps'); END"
    )


def _protect_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION continuity_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _PROTECTED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION continuity_append_only()"
        )
    op.execute(
        "CREATE FUNCTION continuity_evidence_in_order() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN"
        " IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM evidence)"
        " THEN RAISE EXCEPTION 'evidence has no gaps'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER evidence_in_order BEFORE INSERT ON evidence"
        " FOR EACH ROW EXECUTE FUNCTION continuity_evidence_in_order()"
    )
