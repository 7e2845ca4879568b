"""Tickets of Freshdesk."""

from __future__ import annotations

from continuity.tickets.freshdesk.options import FreshdeskOptions
from continuity.tickets.freshdesk.tickets import open_freshdesk
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(
    name="freshdesk", options=FreshdeskOptions, secrets=("key",), open=open_freshdesk
)
