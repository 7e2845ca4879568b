"""Incidents of ServiceNow."""

from __future__ import annotations

from continuity.tickets.servicenow.incidents import open_incidents
from continuity.tickets.servicenow.options import ServiceNowOptions
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(
    name="servicenow", options=ServiceNowOptions, secrets=("password",), open=open_incidents
)
