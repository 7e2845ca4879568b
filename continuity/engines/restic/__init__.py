"""restic: encrypted, deduplicated snapshots, local or on any storage that restic reaches."""

from __future__ import annotations

from continuity.engines.engine import EngineKind
from continuity.engines.restic.by_hand import restic_by_hand
from continuity.engines.restic.options import ResticOptions
from continuity.engines.restic.repository import ResticRepository

ENGINE = EngineKind(
    name="restic",
    options=ResticOptions,
    needs_password=True,
    open=ResticRepository,
    by_hand=restic_by_hand,
    recommended="0.17",
)
