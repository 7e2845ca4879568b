"""Tickets of Zammad."""

from __future__ import annotations

from continuity.tickets.ticket import TicketKind
from continuity.tickets.zammad.options import ZammadOptions
from continuity.tickets.zammad.tickets import open_tickets

TICKETS = TicketKind(name="zammad", options=ZammadOptions, secrets=("token",), open=open_tickets)
