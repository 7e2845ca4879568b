"""Requests of Jira Service Management."""

from __future__ import annotations

from continuity.tickets.jira_service.options import JiraServiceOptions
from continuity.tickets.jira_service.system import open_desk
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(
    name="jira-service", options=JiraServiceOptions, secrets=("token",), open=open_desk
)
