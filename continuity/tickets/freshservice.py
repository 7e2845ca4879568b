"""Tickets of Freshservice, which differ from those of Freshdesk in how answers are wrapped."""

from __future__ import annotations

from continuity.tickets.freshdesk.options import FreshserviceOptions
from continuity.tickets.freshdesk.tickets import open_freshservice
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(
    name="freshservice", options=FreshserviceOptions, secrets=("key",), open=open_freshservice
)
