"""What only ServiceNow does to those who make incidents in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.failure import UnreachableError
from continuity.domain.ticket import RemoteClock, TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.ticket import TicketSystem
from tests.simulators.held import BEGINNING
from tests.simulators.servicenow import CLIENT, PASSWORD, ServiceNow
from tests.simulators.servicenow_words import stamped
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.trackers import SERVICENOW
from tests.support.tracking import DRAFT, MARKER

OAUTH = {"login": "client-credentials", "client": CLIENT}


@pytest.fixture
def desk() -> ServiceNow:
    return ServiceNow(nasty=Nasty())


@pytest.fixture
def server(desk: ServiceNow) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return SERVICENOW.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_the_priority_comes_from_impact_and_urgency(ref: TicketRef, desk: ServiceNow) -> None:
    row = desk.rows[ref.id]

    assert (row["impact"], row["urgency"], row["priority"]) == ("1", "2", "2")
    assert (row["correlation_id"], row["correlation_display"]) == (MARKER, "Continuity")


def test_an_incident_that_is_open_is_taken_up_instead_of_made_again(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    again = system.create(DRAFT)
    desk.moves(ref.key, "7")
    after_closing = system.create(DRAFT)

    assert isinstance(again, Confirmed)
    assert again.id == ref.id
    assert isinstance(after_closing, Confirmed)
    assert after_closing.id != ref.id
    assert [one.id for one in system.find(MARKER)] == [ref.id, after_closing.id]


def test_a_data_policy_that_refuses_is_told_with_its_fields(
    ref: TicketRef, server: Simulator, desk: ServiceNow
) -> None:
    without_codes = SERVICENOW.open(server.address, close_codes={})

    outcome = without_codes.move(ref, TicketState.RESOLVED, "Proven.")

    assert isinstance(outcome, Rejected)
    assert outcome.fields == ("close_code", "close_notes")
    assert desk.rows[ref.id]["state"] == "1"


def test_a_closed_incident_is_not_opened_again_by_force(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    desk.moves(ref.key, "7")

    outcome = system.move(ref, TicketState.OPEN, "It failed again.")

    assert isinstance(outcome, Rejected)
    assert "read only" in str(outcome.reason)


def test_holding_gives_a_reason_and_resolving_a_code(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    system.move(ref, TicketState.ON_HOLD, "Waiting for a disk.")
    held = dict(desk.rows[ref.id])
    system.move(ref, TicketState.RESOLVED, "Proven by a restore.")

    assert held["hold_reason"] == "4"
    assert desk.rows[ref.id]["close_code"] == "Solution provided"
    assert desk.rows[ref.id]["close_notes"] == "Proven by a restore."


def test_words_of_another_release_are_found_before_they_hurt(
    system: TicketSystem, desk: ServiceNow
) -> None:
    desk.choices["close_code"] = ["Solved (Permanently)", "Duplicate"]

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert [row.what.values.get("what") for row in bad] == ["Solution provided"]
    assert "Solved (Permanently)" in str(bad[0].remedy)


def test_choices_that_cannot_be_seen_are_no_proof_that_a_map_fits(
    system: TicketSystem, desk: ServiceNow
) -> None:
    desk.blank = True

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert len(bad) == 5
    assert "personalize_choices" in str(bad[0].remedy)


def test_a_part_of_an_answer_is_no_proof_that_a_ticket_is_not_there(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    desk.partial = 1

    with pytest.raises(UnreachableError):
        system.find(MARKER)

    assert [one.id for one in system.find(MARKER)] == [ref.id]


def test_a_token_that_is_used_up_is_renewed_and_nothing_is_done_twice(
    server: Simulator, desk: ServiceNow
) -> None:
    system = SERVICENOW.open(server.address, **OAUTH)
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    ref = TicketRef(id=made.id, key=made.key, url=made.url)

    outcomes = [system.comment(ref, "a", f"k{number}") for number in range(4)]

    assert [type(one) for one in outcomes] == [Confirmed] * 4
    assert len(desk.journal) == 4
    assert desk.tokens > 1


def test_a_client_that_is_refused_is_told_without_its_secret(server: Simulator) -> None:
    stranger = SERVICENOW.open(server.address, login="client-credentials", client="other")

    outcome = stranger.create(DRAFT)

    assert isinstance(outcome, Rejected)
    assert PASSWORD not in repr(outcome)


def test_a_key_in_a_header_works_too(server: Simulator) -> None:
    assert isinstance(SERVICENOW.open(server.address, login="api-key").create(DRAFT), Confirmed)


def test_a_note_is_written_although_notes_cannot_be_read(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    desk.silent_journal = True

    outcome = system.comment(ref, "The disk was exchanged.", "k1")

    assert isinstance(outcome, Confirmed)
    assert len(desk.journal) == 1
    assert [row for row in system.probe() if row.verdict is not Verdict.PASS]


def test_marks_of_html_in_a_note_stay_words(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    hostile = "a [code]<img src=x onerror=alert(1)>[/code] b"

    system.comment(ref, hostile, "k1")

    assert hostile in desk.held()[0].notes[0].text


def test_evidence_that_was_stored_differently_is_not_confirmed(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    desk.wrong_hash = True

    outcome = system.attach(ref, Attachment(name="a.pdf", media_type="x/y", content=b"a"))

    assert isinstance(outcome, Rejected)


def test_its_clocks_are_read(ref: TicketRef, system: TicketSystem, desk: ServiceNow) -> None:
    end = stamped(BEGINNING + timedelta(hours=2))
    running = {"task": ref.id, "sla": "P2 resolution", "stage": "in_progress"}
    desk.slas = [
        {**running, "has_breached": "false", "planned_end_time": end},
        {**running, "stage": "cancelled"},
    ]

    assert system.fetch(ref).clocks == (
        RemoteClock(
            name="P2 resolution", breached=False, paused=False, remaining=timedelta(hours=2)
        ),
    )


def test_a_duplicate_is_told_from_a_resolved_one(
    ref: TicketRef, system: TicketSystem, desk: ServiceNow
) -> None:
    desk.rows[ref.id] |= {"state": "6", "close_code": "Duplicate"}

    assert system.fetch(ref).state is TicketState.DUPLICATE
