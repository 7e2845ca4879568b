"""What only Freshdesk and Freshservice do to those who make tickets in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.ticket import TicketSystem
from tests.simulators.freshdesk import Freshdesk
from tests.simulators.held import BEGINNING
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.help_desks import FRESHDESK, FRESHSERVICE
from tests.support.tracker import Tracker
from tests.support.tracking import DRAFT, MARKER

LONG = "continuity-acme-of-northern-spain-and-beyond-0042"


@pytest.fixture(params=["freshdesk", "freshservice"])
def desk(request: pytest.FixtureRequest) -> Freshdesk:
    return Freshdesk(nasty=Nasty(), service=request.param == "freshservice")


@pytest.fixture
def tracker(desk: Freshdesk) -> Tracker:
    return FRESHSERVICE if desk.service else FRESHDESK


@pytest.fixture
def server(desk: Freshdesk) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator, tracker: Tracker) -> TicketSystem:
    return tracker.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_a_ticket_is_weighed_and_tagged(ref: TicketRef, desk: Freshdesk) -> None:
    ticket = desk.tickets[1]

    assert (ticket["priority"], ticket["status"]) == (3, 2)
    assert ticket["tags"] == ["continuity", MARKER, "continuity-drill"]
    assert (ticket.get("urgency"), ticket.get("impact")) == (
        (3, 3) if desk.service else (None,) * 2
    )


@pytest.mark.parametrize("field", ["", "cf_continuity"])
def test_a_marker_too_long_for_a_tag_is_found_all_the_same(
    field: str, server: Simulator, tracker: Tracker, desk: Freshdesk
) -> None:
    system = tracker.open(server.address, marker_field=field)
    made = system.create(replace(DRAFT, marker=LONG))
    system.create(replace(DRAFT, marker=f"{LONG}1"))
    if field:
        desk.tickets[1]["description"] = "<p>rewritten by somebody</p>"

    assert isinstance(made, Confirmed)
    assert [one.id for one in system.find(LONG)] == [made.id]


def test_ending_as_a_duplicate_keeps_the_other_tags(
    ref: TicketRef, system: TicketSystem, desk: Freshdesk
) -> None:
    system.move(ref, TicketState.DUPLICATE, "The same.")

    assert desk.tickets[1]["tags"] == ["continuity", MARKER, "continuity-drill", "duplicate"]
    assert system.fetch(ref).state is TicketState.DUPLICATE


def test_a_ticket_in_another_workspace_is_found(server: Simulator, desk: Freshdesk) -> None:
    if not desk.service:
        pytest.skip("it has no workspaces")
    system = FRESHSERVICE.open(server.address, fields={"workspace_id": 3})
    made = system.create(DRAFT)

    assert isinstance(made, Confirmed)
    assert [one.id for one in system.find(MARKER)] == [made.id]
    assert FRESHSERVICE.open(server.address).find(MARKER) == ()


def test_tickets_of_other_people_are_not_looked_through(
    ref: TicketRef, system: TicketSystem, desk: Freshdesk
) -> None:
    desk.tickets[1]["email"] = "anna@acme.example"

    assert system.find(MARKER) == ()


@pytest.mark.parametrize("written", [{}, {"fields": {"custom_fields": {"cf_site": "Madrid"}}}])
def test_a_field_that_must_be_given_is_found_missing_before_it_hurts(
    written: dict[str, object], server: Simulator, tracker: Tracker, desk: Freshdesk
) -> None:
    desk.needed = {"cf_site"}
    system = tracker.open(server.address, **written)

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]
    outcome = system.create(DRAFT)

    assert [row.what.values.get("fields") for row in bad] == ([] if written else ["cf_site"])
    assert isinstance(outcome, Confirmed if written else Rejected)


def test_what_ending_asks_for_is_given(
    ref: TicketRef, server: Simulator, system: TicketSystem, tracker: Tracker, desk: Freshdesk
) -> None:
    desk.needed_on_ending = {"cf_cause"}
    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]
    refused = system.move(ref, TicketState.RESOLVED, "Proven.")
    knowing = tracker.open(server.address, ending_fields={"custom_fields": {"cf_cause": "a disk"}})

    outcome = knowing.move(ref, TicketState.RESOLVED, "Proven.")

    assert [row.what.values.get("fields") for row in bad] == ["cf_cause"]
    assert isinstance(refused, Rejected)
    assert refused.fields == ("cf_cause",)
    assert isinstance(outcome, Confirmed)
    assert len(desk.notes[1]) == 1


def test_fields_that_cannot_be_seen_are_no_proof_that_numbers_fit(
    system: TicketSystem, desk: Freshdesk
) -> None:
    desk.hidden_form = True

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert len(bad) == 3


def test_a_number_of_their_own_is_a_state(
    ref: TicketRef, server: Simulator, tracker: Tracker
) -> None:
    system = tracker.open(server.address, statuses={"open": 2, "on-hold": 6, "resolved": 4})

    moved = system.move(ref, TicketState.ON_HOLD, "Waiting for a disk.")
    noted = system.move(ref, TicketState.MITIGATED, "It runs from the copy.")

    assert isinstance(moved, Confirmed)
    assert isinstance(noted, Confirmed)
    assert system.fetch(ref).state is TicketState.ON_HOLD
    assert system.changes_since(BEGINNING, (ref,)) == ()


def test_our_own_moves_do_not_come_back(ref: TicketRef, system: TicketSystem) -> None:
    for state in (TicketState.ON_HOLD, TicketState.DUPLICATE, TicketState.OPEN):
        system.move(ref, state, "")
        assert system.changes_since(BEGINNING, (ref,)) == ()


def test_a_ticket_in_the_bin_is_gone(ref: TicketRef, system: TicketSystem, desk: Freshdesk) -> None:
    desk.tickets[1]["deleted"] = True

    assert system.fetch(ref).gone


def test_a_status_that_nobody_named_is_not_guessed(
    ref: TicketRef, system: TicketSystem, desk: Freshdesk
) -> None:
    desk.moves(ref.key, "6")

    assert system.fetch(ref).state is None
    assert [change.state for change in system.changes_since(BEGINNING, (ref,))] == [None]
