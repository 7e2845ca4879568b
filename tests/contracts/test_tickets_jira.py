"""What only Jira does to those who make tickets in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.ticket import TicketSystem
from tests.simulators.jira import Jira
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.trackers import JIRA
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def desk() -> Jira:
    return Jira(nasty=Nasty())


@pytest.fixture
def server(desk: Jira) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return JIRA.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_the_marker_is_a_label_and_the_incident_is_linked(
    ref: TicketRef, desk: Jira, server: Simulator
) -> None:
    link = desk.links[MARKER]

    assert desk.issues[ref.key].labels == [MARKER, "continuity-drill"]
    assert link["object"] == {"url": DRAFT.url, "title": "CONT-0042"}
    assert ref.url == f"{server.address}/browse/OPS-1"


def test_an_issue_is_found_without_its_label_and_its_neighbours_are_not(
    ref: TicketRef, system: TicketSystem, desk: Jira
) -> None:
    desk.issues[ref.key].labels.clear()
    desk.issues[ref.key].status = "Done"
    other = desk.made({"summary": "x", "description": f"about [{MARKER}] and more"})

    assert other["key"] == "OPS-2"
    assert [one.key for one in system.find(MARKER)] == ["OPS-1"]


def test_a_link_that_fails_does_not_make_the_ticket_fail(
    system: TicketSystem, server: Simulator
) -> None:
    first = system.create(DRAFT)
    asked = [request.path for request in server.requests]

    assert isinstance(first, Confirmed)
    assert asked == ["/rest/api/3/issue", "/rest/api/3/issue/10001/remotelink"]


def test_the_search_that_was_switched_off_is_not_asked(
    ref: TicketRef, system: TicketSystem, server: Simulator
) -> None:
    found = system.find(MARKER)

    assert found == (ref,)
    assert {request.path for request in server.requests if "search" in request.path} == {
        "/rest/api/3/search/jql"
    }


def test_a_way_that_asks_for_a_field_is_refused_by_its_name_until_it_is_given(
    ref: TicketRef, server: Simulator, desk: Jira
) -> None:
    desk.strict = True

    refused = JIRA.open(server.address).move(ref, TicketState.RESOLVED, "Proven.")
    given = JIRA.open(server.address, ending_fields={"customfield_10050": "Disk"})
    moved = given.move(ref, TicketState.RESOLVED, "Proven.")

    assert isinstance(refused, Rejected)
    assert refused.fields == ("customfield_10050",)
    assert isinstance(moved, Confirmed)
    assert desk.issues[ref.key].status == "Done"


def test_a_resolution_that_the_project_lacks_is_named(ref: TicketRef, server: Simulator) -> None:
    named_wrongly = JIRA.open(server.address, resolutions={"resolved": "Fixed"})

    outcome = named_wrongly.move(ref, TicketState.RESOLVED, "")

    assert isinstance(outcome, Rejected)
    assert outcome.fields == ("resolution",)


def test_a_workflow_without_a_way_back_is_told_from_trouble(
    ref: TicketRef, system: TicketSystem, desk: Jira
) -> None:
    desk.one_way = True
    system.move(ref, TicketState.RESOLVED, "Proven.")

    outcome = system.move(ref, TicketState.OPEN, "It failed again.")

    assert isinstance(outcome, Rejected)
    assert "no way from Done" in str(outcome.reason)


def test_a_state_without_a_status_of_its_own_is_told_in_a_note(
    ref: TicketRef, server: Simulator, desk: Jira
) -> None:
    plain = JIRA.open(server.address, statuses={})

    outcome = plain.move(ref, TicketState.ON_HOLD, "Waiting for the courier.")

    assert isinstance(outcome, Confirmed)
    assert desk.issues[ref.key].status == "To Do"
    assert "courier" in desk.held()[0].notes[0].text


def test_rights_that_are_missing_are_named(system: TicketSystem, desk: Jira) -> None:
    desk.rights = {"BROWSE_PROJECTS", "ADD_COMMENTS"}

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert [row.what.values.get("rights") for row in bad] == [
        "CREATE_ATTACHMENTS, CREATE_ISSUES, TRANSITION_ISSUES"
    ]


def test_a_project_without_priorities_can_be_used(server: Simulator, desk: Jira) -> None:
    desk.nasty.refused_fields = ("priority",)

    outcome = JIRA.open(server.address, priorities={}).create(DRAFT)

    assert isinstance(outcome, Confirmed)


@pytest.mark.parametrize(
    ("resolution", "state"),
    [("Won't Do", TicketState.CANCELLED), ("Duplicate", TicketState.DUPLICATE)],
)
def test_the_way_in_which_somebody_ended_it_comes_back(
    resolution: str, state: TicketState, ref: TicketRef, system: TicketSystem, desk: Jira
) -> None:
    desk.go(desk.issues[ref.key], "Done", resolution, {"accountId": "9c77"})

    assert system.fetch(ref).state is state


def test_a_long_conversation_is_read_to_its_end(
    ref: TicketRef, system: TicketSystem, desk: Jira
) -> None:
    for number in range(7):
        desk.says(ref.key, f"Note {number}")
    system.comment(ref, "Ours.", "k1")

    again = system.comment(ref, "Ours.", "k1")

    assert isinstance(again, Confirmed)
    assert len(desk.issues[ref.key].comments) == 8
