"""What only GitLab does to those who make issues in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Rejected
from continuity.domain.ticket import TicketRef, TicketState
from continuity.domain.verdict import Verdict
from continuity.tickets.ticket import TicketSystem
from tests.simulators.gitlab import Gitlab
from tests.simulators.simulator import Nasty, Simulator, simulator
from tests.support.trackers import GITLAB
from tests.support.tracking import DRAFT, MARKER


@pytest.fixture
def desk() -> Gitlab:
    return Gitlab(nasty=Nasty())


@pytest.fixture
def server(desk: Gitlab) -> Iterator[Simulator]:
    with simulator(desk, desk.nasty) as running:
        yield running


@pytest.fixture
def system(server: Simulator) -> TicketSystem:
    return GITLAB.open(server.address)


@pytest.fixture
def ref(system: TicketSystem) -> TicketRef:
    made = system.create(DRAFT)
    assert isinstance(made, Confirmed)
    return TicketRef(id=made.id, key=made.key, url=made.url)


def test_only_members_see_an_issue_unless_the_settings_say_otherwise(
    ref: TicketRef, server: Simulator, desk: Gitlab
) -> None:
    GITLAB.open(server.address, confidential=False, issue_type="incident").create(DRAFT)

    assert [one.confidential for one in desk.issues.values()] == [True, False]
    assert [one.kind for one in desk.issues.values()] == ["issue", "incident"]


@pytest.mark.parametrize("text", ["/close", "fine\n/assign @anna\n/label ~urgent", "/delete\n"])
def test_a_text_never_commands(text: str, system: TicketSystem, desk: Gitlab) -> None:
    made = system.create(replace(DRAFT, body=text))
    assert isinstance(made, Confirmed)
    ref = TicketRef(id=made.id, key=made.key, url=made.url)

    system.comment(ref, text, "k1")
    system.move(ref, TicketState.RESOLVED, text)

    held = desk.held()[0]
    assert desk.commands == []
    assert text.strip() in held.text
    assert [text.strip() in note.text for note in held.notes] == [True, True]


def test_a_text_calls_nobody_and_names_nothing(system: TicketSystem, desk: Gitlab) -> None:
    system.create(replace(DRAFT, body="@anna #1 !2 %3 ~4 ^5 $6 &7"))

    kept = desk.issues[1].description.splitlines()[0]
    assert [mark for mark in "@#!%~^$&" if f"\\{mark}" not in kept] == []


def test_labels_with_commas_stay_one(system: TicketSystem, desk: Gitlab) -> None:
    system.create(replace(DRAFT, labels=("site a, b",)))

    assert desk.issues[1].labels == ["continuity", "site a  b"]


def test_a_label_of_a_state_leaves_with_the_state(
    ref: TicketRef, system: TicketSystem, desk: Gitlab
) -> None:
    desk.issues[1].labels.append("bug")
    system.move(ref, TicketState.ON_HOLD, "Waiting.")
    held = system.fetch(ref).state
    system.move(ref, TicketState.DUPLICATE, "The same as another.")
    twice = system.fetch(ref).state
    system.move(ref, TicketState.OPEN, "It is not.")

    assert (held, twice) == (TicketState.ON_HOLD, TicketState.DUPLICATE)
    assert desk.issues[1].labels == ["continuity", "continuity-drill", "bug"]
    assert system.fetch(ref).state is TicketState.OPEN


def test_a_file_that_arrived_and_was_not_shown_is_shown_by_the_next_try(
    ref: TicketRef, server: Simulator, system: TicketSystem, desk: Gitlab
) -> None:
    file = Attachment(name="proof.json", media_type="application/json", content=b"{}")
    desk.nasty.drops = 1

    first, second = system.attach(ref, file), system.attach(ref, file)

    assert not isinstance(first, Confirmed)
    assert isinstance(second, Confirmed)
    assert list(desk.held()[0].files.values()) == [b"{}"]


@pytest.mark.parametrize("changed", [{"level": 10}, {"issues_level": "disabled"}])
def test_a_project_that_takes_no_issues_is_found_out(
    changed: dict[str, object], system: TicketSystem, desk: Gitlab
) -> None:
    for name, value in changed.items():
        setattr(desk, name, value)

    bad = [row for row in system.probe() if row.verdict is not Verdict.PASS]

    assert [row for row in bad if row.remedy is not None] == bad != []


def test_what_is_wrong_is_told_field_by_field(system: TicketSystem, desk: Gitlab) -> None:
    desk.nasty.refused_fields = ("title", "description")

    outcome = system.create(DRAFT)

    assert isinstance(outcome, Rejected)
    assert outcome.fields == ("title", "description")
    assert "title: is invalid" in str(outcome.reason)


def test_issues_of_others_with_a_marker_in_the_middle_are_not_ours(
    ref: TicketRef, system: TicketSystem, desk: Gitlab
) -> None:
    desk.issues[1].description += "\n\nWhy?"

    assert system.find(MARKER) == ()
