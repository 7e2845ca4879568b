"""The folder is the registry: every module beside this one that defines ``TICKETS`` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import continuity.tickets
from continuity.tickets.ticket import TicketKind


@cache
def ticket_kinds() -> dict[str, TicketKind]:
    """Find all kinds by the name people write."""
    found: dict[str, TicketKind] = {}
    for module in pkgutil.iter_modules(continuity.tickets.__path__):
        kind = getattr(
            importlib.import_module(f"continuity.tickets.{module.name}"), "TICKETS", None
        )
        if isinstance(kind, TicketKind):
            found[kind.name] = kind
    return found
