"""The folder is the registry: every module beside this one that defines ``ENGINE`` is found."""

from __future__ import annotations

from functools import cache

import continuity.engines
from continuity.domain.kinds import Kinds, kinds_in
from continuity.engines.engine import EngineKind


@cache
def engine_kinds() -> Kinds[EngineKind]:
    """Find all engines by the name people write."""
    return kinds_in(continuity.engines, "ENGINE", EngineKind)
