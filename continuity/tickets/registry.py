"""The folder is the registry: every module beside this one that defines ``TICKETS`` is found."""

from __future__ import annotations

from functools import cache

import continuity.tickets
from continuity.domain.kinds import Kinds, kinds_in
from continuity.tickets.ticket import TicketKind


@cache
def ticket_kinds() -> Kinds[TicketKind]:
    """Find all kinds by the name people write."""
    return kinds_in(continuity.tickets, "TICKETS", TicketKind)
