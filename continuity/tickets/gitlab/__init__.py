"""Issues of GitLab, its own and those of a company's server."""

from __future__ import annotations

from continuity.tickets.gitlab.issues import open_issues
from continuity.tickets.gitlab.options import GitlabOptions
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(name="gitlab", options=GitlabOptions, secrets=("token",), open=open_issues)
