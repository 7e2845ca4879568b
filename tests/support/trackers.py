"""Every kind of ticket system with its simulator, and how a person would set it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from continuity.domain.ticket import TicketState
from tests.simulators import github, gitlab, jira, jira_service, mail, servicenow
from tests.simulators.held import Desk
from tests.simulators.mailbox import MailDesk
from tests.simulators.simulator import Nasty
from tests.support.alert_targets import JIRA_OPERATIONS, PAGERDUTY
from tests.support.help_desks import FRESHDESK, FRESHSERVICE, GLPI, ZAMMAD
from tests.support.tracker import Tracker, over_http

GITHUB = Tracker(
    kind="github",
    running=over_http(lambda nasty: github.Github(nasty=nasty)),
    options={"repository": "acme/it", "states": {"on-hold": "waiting"}},
    secrets={"token": github.TOKEN},
    wrong=({"severities": {"S1": "nobody-made-this"}}, {"repository": "acme/other"}),
    done={
        TicketState.OPEN: "open",
        TicketState.ON_HOLD: "open",
        TicketState.RESOLVED: "closed completed",
        TicketState.CANCELLED: "closed not_planned",
    },
    closing="closed",
)

GITLAB = Tracker(
    kind="gitlab",
    running=over_http(lambda nasty: gitlab.Gitlab(nasty=nasty)),
    options={"project": "acme/it", "states": {"on-hold": "waiting", "duplicate": "twice"}},
    secrets={"token": gitlab.TOKEN},
    wrong=({"severities": {"S1": "nobody-made-this"}}, {"project": "acme/other"}),
    done={
        TicketState.OPEN: "opened",
        TicketState.ON_HOLD: "opened waiting",
        TicketState.MITIGATED: "opened",
        TicketState.RESOLVED: "closed",
        TicketState.CANCELLED: "closed",
        TicketState.DUPLICATE: "closed twice",
    },
    closing="closed",
)

JIRA = Tracker(
    kind="jira",
    running=over_http(lambda nasty: jira.Jira(nasty=nasty)),
    options={
        "user": jira.USER,
        "project": "OPS",
        "statuses": {"on-hold": "Waiting for vendor"},
        "fields": {"customfield_10021": {"value": "Backups"}},
    },
    secrets={"token": jira.TOKEN},
    wrong=(
        {"project": "ELSE"},
        {"issue_type": "Bug"},
        {"fields": {}},
        {"fields": {"customfield_10021": {"value": "Backups"}, "customfield_1": 1}},
        {"priorities": {"S1": "Blocker"}},
        {"statuses": {"on-hold": "Sleeping"}},
        {"resolutions": {"resolved": "Fixed"}},
    ),
    done={
        TicketState.OPEN: "To Do",
        TicketState.IN_PROGRESS: "In Progress",
        TicketState.ON_HOLD: "Waiting for vendor",
        TicketState.MITIGATED: "To Do",
        TicketState.RESOLVED: "Done Done",
        TicketState.CLOSED: "Done Done",
        TicketState.CANCELLED: "Done Won't Do",
        TicketState.DUPLICATE: "Done Duplicate",
    },
    closing="Done",
)

JIRA_SERVICE = Tracker(
    kind="jira-service",
    running=over_http(lambda nasty: jira_service.JiraService(jira=jira.Jira(nasty=nasty))),
    options={
        "user": jira.USER,
        "desk": "OPS",
        "request_type": "Report",
        "statuses": {"on-hold": "Waiting for vendor"},
        "fields": {"customfield_10030": "Madrid"},
    },
    secrets={"token": jira.TOKEN},
    wrong=(
        {"desk": "HR"},
        {"request_type": "Complain"},
        {"fields": {}},
        {"fields": {"customfield_10030": "Madrid", "labels": ["a"]}},
        {"priorities": {"S1": "Blocker"}},
        {"statuses": {"on-hold": "Sleeping"}},
        {"resolutions": {"resolved": "Fixed"}},
    ),
    done=JIRA.done,
    closing="Done",
)

SERVICENOW = Tracker(
    kind="servicenow",
    running=over_http(lambda nasty: servicenow.ServiceNow(nasty=nasty)),
    options={"user": servicenow.USER},
    secrets={"password": servicenow.PASSWORD},
    wrong=(
        {"user": "nobody"},
        {"states": {"resolved": "66"}},
        {"close_codes": {"resolved": "Fixed"}},
        {"hold_reason": "9"},
        {"severities": {"S1": "7/1"}},
    ),
    done={
        TicketState.OPEN: "1",
        TicketState.IN_PROGRESS: "2",
        TicketState.ON_HOLD: "3",
        TicketState.MITIGATED: "2",
        TicketState.RESOLVED: "6 Solution provided",
        TicketState.CLOSED: "7 Solution provided",
        TicketState.CANCELLED: "8",
        TicketState.DUPLICATE: "6 Duplicate",
    },
    closing="7",
)


@contextmanager
def _mail_desk(nasty: Nasty) -> Iterator[tuple[Desk, str]]:
    desk = MailDesk(room=mail.MailRoom(nasty=nasty))
    with mail.mail_server(desk.room) as port:
        yield desk, f"127.0.0.1:{port}"


def _host_and_port(address: str) -> Mapping[str, object]:
    host, _, port = address.rpartition(":")
    return {"host": host, "port": int(port)}


MAILBOX = Tracker(
    kind="mailbox",
    running=_mail_desk,
    options={
        "to": "help@acme.example",
        "sender": "continuity@acme.example",
        "user": mail.USER,
        "security": "none",
    },
    secrets={"password": mail.PASSWORD},
    wrong=({"security": "starttls"}, {"host": "mail.acme.example"}),
    done={},
    closing="",
    place=_host_and_port,
    nowhere="127.0.0.1:1",
    extra={"no_patience": True, "no_fields": True},
)

TRACKERS: dict[str, Tracker] = {
    tracker.kind: tracker
    for tracker in (
        FRESHDESK,
        FRESHSERVICE,
        GITHUB,
        GITLAB,
        GLPI,
        JIRA,
        JIRA_OPERATIONS,
        JIRA_SERVICE,
        MAILBOX,
        PAGERDUTY,
        SERVICENOW,
        ZAMMAD,
    )
}
