"""What only alert targets do to those who alert people through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from continuity.domain.delivery import Confirmed, Rejected, Uncertain
from continuity.domain.failure import ToolError
from continuity.domain.secret import Secret
from continuity.domain.ticket import Severity, TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.registry import ticket_kinds
from continuity.tickets.ticket import TicketOpening, TicketSystem
from tests.simulators.held import BEGINNING
from tests.simulators.jira_operations import JiraOperations
from tests.simulators.pagerduty import Pagerduty
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.alert_targets import JIRA_OPERATIONS, PAGERDUTY
from tests.support.tracker import Tracker
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def pager() -> Pagerduty:
    return Pagerduty(nasty=Nasty())


@pytest.fixture
def operations() -> JiraOperations:
    return JiraOperations(nasty=Nasty())


@pytest.fixture
def pager_server(pager: Pagerduty) -> Iterator[Simulator]:
    with simulator(pager, pager.nasty) as running:
        yield running


@pytest.fixture
def operations_server(operations: JiraOperations) -> Iterator[Simulator]:
    with simulator(operations, operations.nasty) as running:
        yield running


def made(system: TicketSystem) -> TicketRef:
    outcome = system.create(DRAFT)
    assert isinstance(outcome, Confirmed)
    return TicketRef(id=outcome.id, key=outcome.key, url=outcome.url)


def stranger(tracker: Tracker, server: Simulator) -> TicketSystem:
    """The same, with a key that nobody gave out."""
    kind = ticket_kinds()[tracker.kind]
    return kind.open(
        TicketOpening(
            options=kind.options.model_validate({"address": server.address}),
            organisation="acme",
            now=lambda: BEGINNING,
            secrets={name: Secret("a-key-of-somebody-else") for name in tracker.secrets},
        )
    )


def test_an_alert_of_pagerduty_has_what_rules_look_at(
    pager_server: Simulator, pager: Pagerduty
) -> None:
    ref = made(PAGERDUTY.open(pager_server.address))

    (alert,) = pager.alerts[MARKER]
    details = alert.payload["custom_details"]
    assert (ref.id, ref.key) == (MARKER, "CONT-0042")
    assert alert.payload["summary"] == "[CONT-0042] Accounting cannot be restored"
    assert (alert.payload["severity"], alert.payload["source"]) == ("error", "accounting")
    assert alert.links == [{"href": DRAFT.url, "text": "CONT-0042"}]
    assert isinstance(details, dict)
    assert (details["incident"], details["severity"]) == ("CONT-0042", "S2")


def test_sending_twice_rings_once(
    pager_server: Simulator,
    pager: Pagerduty,
    operations_server: Simulator,
    operations: JiraOperations,
) -> None:
    for system in (
        PAGERDUTY.open(pager_server.address),
        JIRA_OPERATIONS.open(operations_server.address),
    ):
        assert system.create(DRAFT) == system.create(DRAFT)

    assert [one.times for one in pager.alerts[MARKER]] == [2]
    assert [one.times for one in operations.alerts] == [2]


def test_an_incident_that_opens_again_rings_again(
    pager_server: Simulator,
    pager: Pagerduty,
    operations_server: Simulator,
    operations: JiraOperations,
) -> None:
    for system in (
        PAGERDUTY.open(pager_server.address),
        JIRA_OPERATIONS.open(operations_server.address),
    ):
        ref = made(system)
        system.move(ref, TicketState.RESOLVED, "Proven.")
        assert isinstance(system.move(ref, TicketState.OPEN, "It failed again."), Confirmed)

    assert [one.state for one in pager.alerts[MARKER]] == ["resolved", "triggered"]
    assert pager.alerts[MARKER][1].payload["summary"] == "CONT-0042: It failed again."
    assert [one.status for one in operations.alerts] == ["closed", "open"]
    assert "It failed again." in operations.alerts[1].notes[0]


def test_ending_what_nobody_knows_rings_nobody(pager_server: Simulator, pager: Pagerduty) -> None:
    ref = TicketRef(id="continuity-acme-7", key="CONT-0007", url="")

    outcome = PAGERDUTY.open(pager_server.address).move(ref, TicketState.RESOLVED, "")

    assert isinstance(outcome, Confirmed)
    assert pager.alerts == {}


def test_examining_rings_nobody(
    pager_server: Simulator,
    pager: Pagerduty,
    operations_server: Simulator,
    operations: JiraOperations,
) -> None:
    PAGERDUTY.open(pager_server.address).probe()
    JIRA_OPERATIONS.open(operations_server.address).probe()

    assert (pager.alerts, operations.alerts) == ({}, [])
    assert len(pager_server.requests + operations_server.requests) == 2


def test_a_key_that_is_not_known_is_found_out_and_not_repeated_in_words(
    pager_server: Simulator, operations_server: Simulator
) -> None:
    for tracker, server in ((PAGERDUTY, pager_server), (JIRA_OPERATIONS, operations_server)):
        system = stranger(tracker, server)
        rows, outcome = system.probe(), system.create(DRAFT)

        assert [row for row in rows if row.verdict is not Verdict.PASS]
        assert isinstance(outcome, Rejected)
        assert "a-key-of-somebody-else" not in repr((rows, outcome, system))


def test_pagerduty_takes_no_notes_and_says_so(pager_server: Simulator) -> None:
    system = PAGERDUTY.open(pager_server.address)

    assert isinstance(system.comment(made(system), "The disk was exchanged.", "k1"), Rejected)


def test_reading_an_alert_is_refused_and_not_made_up(
    pager_server: Simulator, operations_server: Simulator
) -> None:
    for system in (
        PAGERDUTY.open(pager_server.address),
        JIRA_OPERATIONS.open(operations_server.address),
    ):
        ref = made(system)
        with pytest.raises(ToolError, match="No state comes back"):
            system.fetch(ref)
        assert system.find(MARKER) == ()
        assert system.changes_since(BEGINNING, (ref,)) == ()


def test_an_alert_of_jira_operations_keeps_within_its_limits(
    operations_server: Simulator, operations: JiraOperations
) -> None:
    system = JIRA_OPERATIONS.open(operations_server.address)
    labels = tuple(f"label {number} {'x' * 60}" for number in range(30))
    outcome = system.create(replace(DRAFT, labels=labels, severity=Severity.S1))

    tags, made_of = operations.alerts[0].made_of["tags"], operations.alerts[0].made_of
    assert isinstance(outcome, Confirmed)
    assert isinstance(tags, list)
    assert (len(tags), max(map(len, tags))) == (20, 50)
    assert made_of["priority"] == "P1"
    assert made_of["responders"] == [{"name": "Operations", "type": "team"}]


def test_a_key_that_may_only_write_still_notes(
    operations_server: Simulator, operations: JiraOperations
) -> None:
    system = JIRA_OPERATIONS.open(operations_server.address)
    ref = made(system)
    operations.write_only = True

    outcome = system.comment(ref, "The disk was exchanged.", "k1")

    assert isinstance(outcome, Confirmed)
    assert len(operations.alerts[0].notes) == 1


def test_a_lost_note_is_not_taken_for_one_that_did_not_arrive(
    operations_server: Simulator, operations: JiraOperations
) -> None:
    system = JIRA_OPERATIONS.open(operations_server.address)
    ref = made(system)
    operations.nasty.drops = 1

    assert isinstance(system.comment(ref, "The disk was exchanged.", "k1"), Uncertain)
