"""The folder is the registry: every module beside this one that defines ``CHANNEL`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.notify
from continuity.notify.channel import ChannelKind


@cache
def channel_kinds() -> dict[str, ChannelKind]:
    """Find all kinds by the name people write."""
    found: dict[str, ChannelKind] = {}
    for module in pkgutil.iter_modules(continuity.notify.__path__):
        kind = getattr(importlib.import_module(f"continuity.notify.{module.name}"), "CHANNEL", None)
        if isinstance(kind, ChannelKind):
            found[kind.name] = kind
    return found
