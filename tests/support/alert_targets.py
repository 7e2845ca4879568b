"""The alert targets among ticket systems, with their simulators."""

from __future__ import annotations

from continuity.domain.ticket import TicketState
from tests.simulators import jira_operations, pagerduty
from tests.support.tracker import Tracker, over_http

_ACKNOWLEDGED = (TicketState.IN_PROGRESS, TicketState.ON_HOLD, TicketState.MITIGATED)
_ENDED = (
    TicketState.RESOLVED,
    TicketState.CLOSED,
    TicketState.CANCELLED,
    TicketState.DUPLICATE,
)

PAGERDUTY = Tracker(
    kind="pagerduty",
    running=over_http(lambda nasty: pagerduty.Pagerduty(nasty=nasty)),
    options={},
    secrets={"routing-key": pagerduty.ROUTING_KEY},
    wrong=(),
    done={
        TicketState.OPEN: "triggered",
        **dict.fromkeys(_ACKNOWLEDGED, "acknowledged"),
        **dict.fromkeys(_ENDED, "resolved"),
    },
    closing="resolved",
)

JIRA_OPERATIONS = Tracker(
    kind="jira-operations",
    running=over_http(lambda nasty: jira_operations.JiraOperations(nasty=nasty)),
    options={"teams": ["Operations"]},
    secrets={"key": jira_operations.KEY},
    wrong=(),
    done={
        TicketState.OPEN: "open",
        **dict.fromkeys(_ACKNOWLEDGED, "acknowledged"),
        **dict.fromkeys(_ENDED, "closed"),
    },
    closing="closed",
)
