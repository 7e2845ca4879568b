"""The folder is the registry: what stands beside this module and defines ``SOURCE`` is found."""

from __future__ import annotations

from functools import cache

import continuity.sources
from continuity.domain.kinds import Kinds, kinds_in
from continuity.sources.source import SourceKind


@cache
def source_kinds() -> Kinds[SourceKind]:
    """Find all kinds of sources by the name people write."""
    return kinds_in(continuity.sources, "SOURCE", SourceKind, {"continuity": "own"})
