"""What only GLPI does to those who make tickets in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.failure import UnreachableError
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.ticket import TicketSystem
from tests.simulators.glpi import TOKEN, Glpi
from tests.simulators.held import BEGINNING
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.help_desks import GLPI
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def desk() -> Glpi:
    return Glpi(nasty=Nasty())


@pytest.fixture
def server(desk: Glpi) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return GLPI.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_a_ticket_is_an_incident_of_the_right_weight(ref: TicketRef, desk: Glpi) -> None:
    ticket = desk.tickets[1]

    assert (ticket["type"], ticket["urgency"], ticket["impact"]) == (1, 4, 4)
    assert (ticket["externalid"], ticket["itilcategories_id"]) == (MARKER, 4)


@pytest.mark.parametrize(
    ("asset", "item"),
    [("12", {"Computer": [12]}), ("NetworkEquipment/7", {"NetworkEquipment": [7]}), ("x y", None)],
)
def test_an_item_of_the_inventory_is_named(
    asset: str, item: object, system: TicketSystem, desk: Glpi
) -> None:
    system.create(replace(DRAFT, asset=asset))

    assert desk.tickets[1].get("items_id") == item


def test_a_session_that_expires_is_begun_again_and_nothing_is_done_twice(
    system: TicketSystem, desk: Glpi
) -> None:
    desk.session_uses = 2
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    ref = TicketRef(id=made.id, key=made.key, url=made.url)

    outcomes = [system.comment(ref, "a", f"k{number}") for number in range(4)]

    assert [type(one) for one in outcomes] == [Confirmed] * 4
    assert (len(desk.tickets), len(desk.notes)) == (1, 4)
    assert desk.sessions > 3


def test_one_session_does_for_many_requests(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    system.fetch(ref)
    system.find(MARKER)

    assert desk.sessions == 1


def test_a_ticket_is_found_by_its_text_where_nothing_is_kept_for_others(
    system: TicketSystem, desk: Glpi
) -> None:
    desk.no_external = True
    made = system.create(DRAFT)
    system.create(replace(DRAFT, marker=f"{MARKER}1"))

    assert isinstance(made, Confirmed)
    assert [one.id for one in system.find(MARKER)] == [made.id]


def test_rows_under_their_numbers_are_rows(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.old_rows = True

    assert system.find(MARKER) == (ref,)


def test_a_good_answer_that_nothing_was_made_is_a_refusal(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.no_notes = True

    outcome = system.comment(ref, "The disk was exchanged.", "k1")

    assert isinstance(outcome, Rejected)
    assert "permission" in str(outcome.reason)


def test_texts_that_come_out_escaped_once_more_are_read(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.encoded, desk.no_external = True, True
    desk.tickets[1].pop("externalid")

    first, second = (system.comment(ref, "a <b>", "k1") for _ in range(2))

    assert isinstance(first, Confirmed)
    assert isinstance(second, Confirmed)
    assert len(desk.notes) == 1
    assert [one.id for one in system.find(MARKER)] == [ref.id]


def test_a_ticket_in_the_bin_is_gone_and_not_found(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.tickets[1]["is_deleted"] = 1

    assert system.fetch(ref).gone
    assert system.find(MARKER) == ()


def test_a_way_that_the_profile_does_not_allow_is_not_taken_for_done(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    system.move(ref, TicketState.CLOSED, "Proven.")
    desk.reopens = False

    outcome = system.move(ref, TicketState.OPEN, "It failed again.")

    assert isinstance(outcome, Rejected)
    assert "status 6" in str(outcome.reason)


def test_a_solution_resolves_and_is_written_once(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.nasty.drops = 1
    system.move(ref, TicketState.RESOLVED, "Proven by a restore.")

    again = system.move(ref, TicketState.RESOLVED, "Proven by a restore.")

    assert isinstance(again, Confirmed)
    assert [one["kind"] for one in desk.notes] == ["ITILSolution"]
    assert desk.tickets[1]["status"] == 5


def test_many_notes_come_in_parts_and_are_all_read(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    for number in range(100):
        desk.says(ref.key, f"note {number}")

    changes = system.changes_since(BEGINNING, (ref,))

    assert len([one for one in changes if one.comment]) == 100


def test_a_part_of_an_answer_is_no_proof_that_a_note_is_not_there(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.says(ref.key, "hello")
    system.changes_since(BEGINNING, (ref,))
    desk.partial = 1

    with pytest.raises(UnreachableError):
        system.changes_since(BEGINNING, (ref,))


def test_times_are_read_in_the_zone_of_the_server(ref: TicketRef, system: TicketSystem) -> None:
    updated = system.fetch(ref).updated

    assert BEGINNING < updated < BEGINNING + timedelta(minutes=1)


def test_a_zone_that_nobody_knows_is_refused(server: Simulator) -> None:
    with pytest.raises(ValidationError, match="IANA"):
        GLPI.open(server.address, zone="Europe/Atlantis")


def test_a_profile_for_those_who_ask_for_help_is_found_out(
    system: TicketSystem, desk: Glpi
) -> None:
    desk.interface = "helpdesk"

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert len(bad) == 1
    assert "Technician" in str(bad[0].remedy)


def test_a_kind_of_file_that_is_not_allowed_is_not_confirmed(
    ref: TicketRef, system: TicketSystem, desk: Glpi
) -> None:
    desk.refused_files = True

    outcome = system.attach(ref, Attachment(name="a.json", media_type="x/y", content=b"a"))

    assert isinstance(outcome, Rejected)
    assert "Filetype not allowed" in str(outcome.reason)


def test_a_token_that_is_refused_is_told_without_it(server: Simulator) -> None:
    outcome = (
        replace(GLPI, secrets={**GLPI.secrets, "user-token": TOKEN[::-1]})
        .open(server.address)
        .create(DRAFT)
    )

    assert isinstance(outcome, Rejected)
    assert TOKEN[::-1] not in repr(outcome)
