"""What only Zammad does to those who make tickets in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import RemoteClock, TicketRef, TicketState
from continuity.tickets.ticket import TicketSystem
from tests.simulators.held import BEGINNING, stamp
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.simulators.zammad import Zammad
from tests.support.help_desks import ZAMMAD
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def desk() -> Zammad:
    return Zammad(nasty=Nasty())


@pytest.fixture
def server(desk: Zammad) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return ZAMMAD.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_a_ticket_is_tagged_and_weighed(ref: TicketRef, desk: Zammad) -> None:
    ticket = desk.tickets[1]

    assert ticket.tags == ["continuity", MARKER, "continuity-drill"]
    assert ticket.fields["priority"] == "3 high"
    assert ticket.articles[0]["content_type"] == "text/plain"


def test_a_ticket_is_found_where_nobody_may_make_tags(system: TicketSystem, desk: Zammad) -> None:
    desk.no_new_tags = True
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    ref = TicketRef(id=made.id, key=made.key, url=made.url)
    desk.tickets[1].articles.append({**desk.tickets[1].articles[0], "body": f"quoted {MARKER}"})

    assert system.find(MARKER) == (ref,)
    assert isinstance(system.move(ref, TicketState.DUPLICATE, "The same."), Confirmed)


def test_a_text_that_only_names_a_marker_is_not_that_ticket(
    ref: TicketRef, system: TicketSystem, desk: Zammad
) -> None:
    desk.tickets[1].articles[0]["body"] = f"See [{MARKER}] please"

    assert system.find(MARKER) == ()


def test_a_state_and_its_note_go_together(
    ref: TicketRef, server: Simulator, system: TicketSystem
) -> None:
    server.requests.clear()
    desk_saw = system.move(ref, TicketState.RESOLVED, "Proven by a restore.")

    assert isinstance(desk_saw, Confirmed)
    assert [one.method for one in server.writes()] == ["PUT"]


def test_a_move_whose_answer_was_lost_is_repeated_without_harm(
    ref: TicketRef, system: TicketSystem, desk: Zammad
) -> None:
    desk.nasty.drops = 1
    system.move(ref, TicketState.RESOLVED, "Proven.")

    again = system.move(ref, TicketState.RESOLVED, "Proven.")

    assert isinstance(again, Confirmed)
    assert len(desk.held()[0].notes) == 1


def test_on_hold_asks_to_be_remembered(ref: TicketRef, server: Simulator) -> None:
    patient = ZAMMAD.open(server.address, pending_days=3)

    outcome = patient.move(ref, TicketState.ON_HOLD, "")

    sent = server.writes()[-1].json()
    assert isinstance(outcome, Confirmed)
    assert str(sent["pending_time"])[:10] == str(BEGINNING + timedelta(days=3))[:10]


def test_a_word_that_is_not_known_is_refused_in_its_own_words(
    server: Simulator, desk: Zammad
) -> None:
    outcome = ZAMMAD.open(server.address, group="Nobody").create(DRAFT)

    assert isinstance(outcome, Rejected)
    assert "No lookup value found for 'group'" in str(outcome.reason)


def test_its_clocks_are_read(ref: TicketRef, system: TicketSystem, desk: Zammad) -> None:
    desk.tickets[1].fields |= {
        "close_escalation_at": stamp(BEGINNING + timedelta(hours=2)),
        "update_escalation_at": stamp(BEGINNING - timedelta(hours=1)),
        "first_response_escalation_at": None,
        "first_response_diff_in_min": -7,
    }

    assert system.fetch(ref).clocks == (
        RemoteClock(name="first response", breached=True, paused=False, remaining=None),
        RemoteClock(name="update", breached=True, paused=False, remaining=timedelta(hours=-1)),
        RemoteClock(name="close", breached=False, paused=False, remaining=timedelta(hours=2)),
    )


@pytest.mark.parametrize(
    ("name", "state"), [("merged", TicketState.DUPLICATE), ("waiting for godot", None)]
)
def test_states_are_understood_or_not_known(
    name: str, state: TicketState | None, ref: TicketRef, system: TicketSystem, desk: Zammad
) -> None:
    desk.tickets[1].fields["state"] = name

    found = system.fetch(ref)

    assert (found.state, found.state_name) == (state, name)


def test_who_did_it_is_told(ref: TicketRef, system: TicketSystem, desk: Zammad) -> None:
    desk.says(ref.key, "The <b>courier</b> comes")
    desk.moves(ref.key, "closed")

    changes = system.changes_since(BEGINNING, (ref,))

    assert [(one.actor, one.comment, one.state) for one in changes] == [
        ("anna@acme.example", "The courier comes", None),
        ("anna@acme.example", "", TicketState.RESOLVED),
    ]
