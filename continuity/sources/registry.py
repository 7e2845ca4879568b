"""The folder is the registry: what stands beside this module and defines ``SOURCE`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.sources
from continuity.sources.source import SourceKind


@cache
def source_kinds() -> dict[str, SourceKind]:
    """Find all kinds of sources by the name people write."""
    found: dict[str, SourceKind] = {}
    for module in pkgutil.iter_modules(continuity.sources.__path__):
        kind = getattr(importlib.import_module(f"continuity.sources.{module.name}"), "SOURCE", None)
        if isinstance(kind, SourceKind):
            found[kind.name] = kind
    return found
