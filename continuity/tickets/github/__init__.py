"""Issues of GitHub, its own and those of a company's server."""

from __future__ import annotations

from continuity.tickets.github.issues import open_issues
from continuity.tickets.github.options import GithubOptions
from continuity.tickets.ticket import TicketKind

TICKETS = TicketKind(name="github", options=GithubOptions, secrets=("token",), open=open_issues)
