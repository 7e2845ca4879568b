"""What only a service desk of Jira does to those who ask it for something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import RemoteClock, Severity, TicketRef
from continuity.tickets.ticket import TicketSystem
from tests.simulators.jira import Jira
from tests.simulators.jira_service import JiraService
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.trackers import JIRA_SERVICE
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def desk() -> JiraService:
    return JiraService(jira=Jira(nasty=Nasty()))


@pytest.fixture
def server(desk: JiraService) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return JIRA_SERVICE.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_the_marker_becomes_a_label_although_the_form_has_none(
    ref: TicketRef, desk: JiraService
) -> None:
    assert desk.jira.issues[ref.key].labels == [MARKER, "continuity-drill"]


def test_a_request_whose_label_was_lost_is_found_by_its_text(
    system: TicketSystem, desk: JiraService
) -> None:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    desk.jira.issues[made.key].labels.clear()

    assert [one.key for one in system.find(MARKER)] == [made.key]


def test_the_clocks_of_the_desk_are_read(
    ref: TicketRef, system: TicketSystem, desk: JiraService
) -> None:
    left = {"millis": 5_400_000, "friendly": "1h 30m"}
    over = {"millis": -60_000, "friendly": "-1m"}
    desk.clocks = [
        {"name": "First response", "completedCycles": [{"breached": True}]},
        {"name": "Resolution", "ongoingCycle": {"paused": True, "remainingTime": left}},
        {"name": "Update", "ongoingCycle": {"breached": True, "remainingTime": over}},
    ]

    first, second, third = system.fetch(ref).clocks

    assert first == RemoteClock(name="First response", breached=True, paused=False, remaining=None)
    assert second == RemoteClock(
        name="Resolution", breached=False, paused=True, remaining=timedelta(minutes=90)
    )
    assert third.remaining == timedelta(minutes=-1)


def test_an_account_that_is_no_agent_reads_the_state_without_clocks(
    ref: TicketRef, system: TicketSystem, desk: JiraService
) -> None:
    desk.agent = False

    assert system.fetch(ref).state is not None
    assert system.fetch(ref).clocks == ()


def test_evidence_is_not_shown_to_the_customer(
    ref: TicketRef, system: TicketSystem, desk: JiraService
) -> None:
    outcome = system.attach(
        ref, Attachment(name="a.pdf", media_type="application/pdf", content=b"a")
    )

    assert isinstance(outcome, Confirmed)
    assert desk.public_files == []
    assert desk.held()[0].files == {"a.pdf": b"a"}


def test_a_request_is_made_for_the_customer_that_is_named(
    server: Simulator, desk: JiraService
) -> None:
    JIRA_SERVICE.open(server.address, requester="9c77").create(DRAFT)

    assert desk.customers == ["9c77"]


def test_a_priority_is_given_only_where_the_settings_say_so(server: Simulator) -> None:
    system = JIRA_SERVICE.open(server.address, priorities={"S2": "High"})
    system.create(DRAFT)
    system.create(replace(DRAFT, severity=Severity.S4))
    made = [one.json() for one in server.requests if one.path.endswith("/servicedeskapi/request")]
    values = [one["requestFieldValues"] for one in made]

    assert [one.get("priority") for one in values if isinstance(one, dict)] == [
        {"name": "High"},
        None,
    ]


def test_a_desk_that_nobody_knows_is_a_setting_to_change(server: Simulator) -> None:
    outcome = JIRA_SERVICE.open(server.address, desk="ELSE").create(DRAFT)

    assert isinstance(outcome, Rejected)
    assert "ELSE" in str(outcome.reason)
