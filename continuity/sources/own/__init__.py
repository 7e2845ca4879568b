"""Continuity itself: its record, its keys and its workspace, copied as one archive."""

from __future__ import annotations

from continuity.sources.own.by_hand import load_by_hand
from continuity.sources.own.capture import capture
from continuity.sources.own.options import ContinuitySource
from continuity.sources.own.revive import revive
from continuity.sources.source import NO_FILES, SourceKind

SOURCE = SourceKind(
    name="continuity",
    options=ContinuitySource,
    extent=lambda _source: NO_FILES,
    capture=capture,
    revive=revive,
    by_hand=load_by_hand,
    of_itself=True,
)
