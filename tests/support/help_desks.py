"""The help desks among ticket systems, with their simulators."""

from __future__ import annotations

from continuity.domain.ticket import TicketState
from tests.simulators import freshdesk, glpi, zammad
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

_FRESH_DONE = {
    TicketState.OPEN: "2",
    TicketState.IN_PROGRESS: "2",
    TicketState.ON_HOLD: "3",
    TicketState.MITIGATED: "2",
    TicketState.RESOLVED: "4",
    TicketState.CLOSED: "5",
    TicketState.CANCELLED: "5 cancelled",
    TicketState.DUPLICATE: "5 duplicate",
}
_FRESH_WRONG = (
    {"statuses": {"on-hold": 77}},
    {"marker_field": "cf_nowhere"},
    {"fields": {"custom_fields": {"cf_nothing": 1}}},
)

FRESHDESK = Tracker(
    kind="freshdesk",
    running=over_http(lambda nasty: freshdesk.Freshdesk(nasty=nasty)),
    options={"requester": "it@acme.example"},
    secrets={"key": freshdesk.KEY},
    wrong=_FRESH_WRONG,
    done=_FRESH_DONE,
    closing="5",
)

FRESHSERVICE = Tracker(
    kind="freshservice",
    running=over_http(lambda nasty: freshdesk.Freshdesk(nasty=nasty, service=True)),
    options={"requester": "it@acme.example"},
    secrets={"key": freshdesk.KEY},
    wrong=_FRESH_WRONG,
    done=_FRESH_DONE,
    closing="5",
)

GLPI = Tracker(
    kind="glpi",
    running=over_http(lambda nasty: glpi.Glpi(nasty=nasty)),
    options={"zone": "Europe/Madrid", "category": 4, "requester": 2, "entity": 0},
    secrets={"user-token": glpi.TOKEN, "app-token": glpi.APP},
    wrong=({"zone": "America/Mexico_City"}, {"category": 99}, {"entity": 7}, {"group": 1}),
    done={
        TicketState.OPEN: "1",
        TicketState.IN_PROGRESS: "2",
        TicketState.ON_HOLD: "4",
        TicketState.MITIGATED: "1",
        TicketState.RESOLVED: "5",
        TicketState.CLOSED: "6",
        TicketState.CANCELLED: "6",
        TicketState.DUPLICATE: "6",
    },
    closing="6",
)
