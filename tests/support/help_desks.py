"""The help desks among ticket systems, with their simulators."""

from __future__ import annotations

from continuity.domain.ticket import TicketState
from tests.simulators import zammad
from tests.support.tracker import Tracker, over_http

ZAMMAD = Tracker(
    kind="zammad",
    running=over_http(lambda nasty: zammad.Zammad(nasty=nasty)),
    options={"group": "Users", "customer": "it@acme.example"},
    secrets={"token": zammad.TOKEN},
    wrong=(
        {"group": "Nobody"},
        {"states": {"on-hold": "waiting"}},
        {"priorities": {"S1": "4 burning"}},
    ),
    done={
        TicketState.OPEN: "open",
        TicketState.IN_PROGRESS: "open",
        TicketState.ON_HOLD: "pending reminder",
        TicketState.MITIGATED: "new",
        TicketState.RESOLVED: "closed",
        TicketState.CLOSED: "closed",
        TicketState.CANCELLED: "closed",
        TicketState.DUPLICATE: "closed continuity-duplicate",
    },
    closing="closed",
)
