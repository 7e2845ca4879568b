"""PostgreSQL databases: a consistent dump or a base backup, revived on a scratch server."""

from __future__ import annotations

from continuity.sources.postgresql.by_hand import load_by_hand
from continuity.sources.postgresql.formats import capture, extent, inquire, needs, plant, revive
from continuity.sources.postgresql.options import PostgresqlSource
from continuity.sources.postgresql.replacing import REPLACE
from continuity.sources.source import SourceKind

SOURCE = SourceKind(
    name="postgresql",
    options=PostgresqlSource,
    extent=extent,
    capture=capture,
    revive=revive,
    plant=plant,
    inquire=inquire,
    needs=needs,
    by_hand=load_by_hand,
    replace=REPLACE,
)
