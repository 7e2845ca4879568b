"""The folder is the registry: every module beside this one that defines ``ENGINE`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.engines
from continuity.engines.engine import EngineKind


@cache
def engine_kinds() -> dict[str, EngineKind]:
    """Find all engines by the name people write."""
    found: dict[str, EngineKind] = {}
    for module in pkgutil.iter_modules(continuity.engines.__path__):
        kind = getattr(importlib.import_module(f"continuity.engines.{module.name}"), "ENGINE", None)
        if isinstance(kind, EngineKind):
            found[kind.name] = kind
    return found
