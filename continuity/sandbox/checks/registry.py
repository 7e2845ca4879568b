"""The folder is the registry: every module beside this one that defines ``CHECK`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.sandbox.checks
from continuity.sandbox.checks.check import CheckKind


@cache
def check_kinds() -> dict[str, CheckKind]:
    """Find all kinds of checks by the name people write."""
    package = continuity.sandbox.checks
    found: dict[str, CheckKind] = {}
    for module in pkgutil.iter_modules(package.__path__):
        kind = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "CHECK", None)
        if isinstance(kind, CheckKind):
            found[kind.name] = kind
    return found
