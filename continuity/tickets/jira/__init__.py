"""Issues of Jira's cloud."""

from __future__ import annotations

from continuity.tickets.jira.options import JiraOptions
from continuity.tickets.jira.system import open_jira
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(name="jira", options=JiraOptions, secrets=("token",), open=open_jira)
