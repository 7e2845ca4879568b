"""Tickets of GLPI."""

from __future__ import annotations

from continuity.tickets.glpi.options import GlpiOptions
from continuity.tickets.glpi.tickets import open_tickets
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(
    name="glpi",
    options=GlpiOptions,
    secrets=("user-token",),
    open=open_tickets,
    optional_secrets=("app-token",),
)
