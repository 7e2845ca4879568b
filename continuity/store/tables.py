"""The tables, once for SQLite and PostgreSQL.

What differs between the two is in the migrations alone: triggers, the partial index on open runs,
tables without row numbers. Naming a dialect here would load it, 50 ms for every command.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

from continuity.domain.clock import text_from_time, time_from_text

# Many rows share one time: what a drill proved, it proved at once.
_time_from_text = lru_cache(maxsize=1024)(time_from_text)
_text_from_time = lru_cache(maxsize=1024)(text_from_time)


class Utc(TypeDecorator[datetime]):
    """An aware time, kept as the same text in the database as in the record."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write it; a naive datetime is refused with ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return _text_from_time(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read it back."""
        return None if value is None else _time_from_text(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite's row number is its INTEGER PRIMARY KEY, and nothing else will do.
_Sequence = BigInteger().with_variant(Integer, "sqlite")

evidence = Table(
    "evidence",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=False),
    # Text as it was hashed: an altered time must be shown, not fail to be read.
    Column("recorded_at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("job", Text),
    Column("run_id", Text),
    Column("body", Text, nullable=False),
    Column("personal_hash", Text),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_evidence_job", "job", "sequence"),
    Index("ix_evidence_kind", "kind", "sequence"),
)

personal = Table(
    "personal",
    metadata,
    Column(
        "sequence",
        _Sequence,
        ForeignKey("evidence.sequence"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("salt", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("sequence", _Sequence, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("job", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot", Text, nullable=False),
    Column("namespace", Text, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("closed_at", Utc),
    Column("verdict", Text),
)

slot = Table(
    "slot",
    metadata,
    Column("job", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("planned", Utc, primary_key=True),
    Column("state", Text, nullable=False),
    Column("wait_until", Utc),
    Column("attempts", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("started", Utc),
    Column("ended", Utc),
    Column("run_id", Text, nullable=False),
    Column("verdict", Text),
    Column("reason", Text),
    Column("repository", Text),
    Column("lane", Text),
    Column("holder", Text),
    Column("lease_until", Utc),
    Index("ix_slot_state", "state"),
    Index("ix_slot_planned", "planned"),
)

slot_course = Table(
    "slot_course",
    metadata,
    Column("job", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("since", Utc, nullable=False),
    Column("until", Utc, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("job", Text, primary_key=True),
    Column("path", LargeBinary, primary_key=True),
    Column("proven_at", Utc, nullable=False),
    Column("sha256", LargeBinary),
)

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("first_seen", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("body", Text, nullable=False),
    Index("ix_incident_fingerprint", "fingerprint", "number"),
)

runbook_text = Table(
    "runbook_text",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
)

conduct = Table(
    "conduct",
    metadata,
    Column("run", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("runbook", Text, nullable=False),
    Column("hash", Text, ForeignKey("runbook_text.hash"), nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("body", Text, nullable=False),
    Index("ix_conduct_incident", "incident"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", _Sequence, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("lane", Text, nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Index("ix_outbox_state", "state", "due_at"),
    Index("ix_outbox_incident", "incident", "lane", "position"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("number", _Sequence, primary_key=True, autoincrement=False),
    Column("key", Text, ForeignKey("outbox.key"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("remote_id", Text, nullable=False),
    Column("remote_key", Text, nullable=False),
    Column("remote_url", Text, nullable=False),
    Index("ix_delivery_key", "key", "number"),
)

ticket_link = Table(
    "ticket_link",
    metadata,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("lane", Text, primary_key=True),
    Column("marker", Text, nullable=False),
    Column("remote_id", Text, nullable=False),
    Column("remote_key", Text, nullable=False),
    Column("remote_url", Text, nullable=False),
    Column("remote_state", Text, nullable=False),
    Column("remote_updated", Utc),
    Column("pushed_version", BigInteger, nullable=False),
    Column("last_error", Text),
    Column("remote_name", Text, nullable=False, server_default=""),
    Column("remote_assignee", Text, nullable=False, server_default=""),
    Column("remote_gone", Boolean, nullable=False, server_default=false()),
    Column("remote_clocks", Text, nullable=False, server_default="[]"),
    Column("seen_at", Utc),
)
