"""What is to be told arrives once: through lost answers, a day without tracker, refused readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.delivery import Rejected, Retryable, Uncertain
from continuity.domain.incident import State
from continuity.domain.patience import wait_before
from continuity.domain.text import say
from tests.simulators.held import Desk
from tests.simulators.simulator import Nasty
from tests.support.alert_targets import PAGERDUTY
from tests.support.told import MAIL, TICKETS, Mailbox, Post, post
from tests.support.trackers import GITHUB

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REASON = say("no room")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Post]:
    one = post(tmp_path)
    with one.store:
        yield one


@pytest.fixture
def desk(office: Post) -> Iterator[Desk]:
    nasty = Nasty()
    with GITHUB.running(nasty) as (found, address):
        office.track_with(GITHUB.open(address))
        yield found


def test_an_incident_has_one_ticket_that_follows_it_to_its_end(office: Post, desk: Desk) -> None:
    for state in (State.OPEN, State.IN_PROGRESS, State.RESOLVED):
        office.become(state, TICKETS)
        office.deliver()

    (ticket,) = desk.held()
    assert "CONT-0001" in ticket.title
    assert ticket.state == "closed completed"
    assert office.unsettled() == 0


def test_an_alert_target_that_takes_no_notes_is_told_of_the_end_all_the_same(office: Post) -> None:
    with PAGERDUTY.running(Nasty()) as (desk, address):
        office.track_with(PAGERDUTY.open(address))
        for state in (State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS, State.RESOLVED):
            office.become(state, TICKETS)
            office.deliver()

        assert [held.state for held in desk.held()] == ["resolved"]
        assert office.unsettled() == 0


def test_a_ticket_whose_answer_was_lost_is_found_and_not_made_again(
    office: Post, desk: Desk
) -> None:
    desk.nasty.drops = 1
    office.become(State.OPEN, TICKETS)

    assert office.deliver().uncertain == 1
    office.deliver_for(HOUR)

    assert len(desk.held()) == 1
    assert office.unsettled() == 0


def test_a_tracker_that_is_down_for_a_day_neither_loses_nor_doubles(
    office: Post, desk: Desk
) -> None:
    desk.nasty.storm = 10**9
    for state in (State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS):
        office.become(state, TICKETS)
        office.deliver_for(8 * HOUR)
    assert desk.held() == []

    desk.nasty.storm = 0
    office.deliver_for(2 * HOUR)

    assert len(desk.held()) == 1
    assert office.unsettled() == 0


def test_the_incident_does_not_wait_for_the_ticket(office: Post) -> None:
    mailbox = Mailbox()
    office.track_with(GITHUB.open("http://127.0.0.1:1"))
    office.mail_by(mailbox, "ana")
    office.become(State.OPEN, TICKETS, MAIL)

    # The row for all, and the one for her.
    assert office.deliver().confirmed == 2
    assert [to for to, _ in mailbox.letters] == ["ana@acme"]


def test_each_reader_is_told_once_for_each_state(office: Post) -> None:
    mailbox = Mailbox()
    office.mail_by(mailbox, "ana", "luis")
    for state in (State.OPEN, State.OPEN, State.RESOLVED, State.RESOLVED):
        office.become(state, MAIL)
        office.deliver_for(10 * MINUTE)

    assert sorted(to for to, _ in mailbox.letters) == ["ana@acme"] * 2 + ["luis@acme"] * 2
    assert [letter.recovered for _, letter in mailbox.letters] == [False, False, True, True]


def test_a_reader_who_cannot_be_reached_holds_up_no_other(office: Post) -> None:
    mailbox = Mailbox(answers={"ana@acme": Retryable(reason=REASON)})
    office.mail_by(mailbox, "ana", "luis")
    office.become(State.OPEN, MAIL)
    office.deliver_for(2 * HOUR)

    assert [to for to, _ in mailbox.letters] == ["luis@acme"]
    assert office.unsettled() == 1


def test_an_address_that_is_refused_for_good_is_tried_no_more(office: Post) -> None:
    mailbox = Mailbox(answers={"ana@acme": Rejected(reason=REASON)})
    office.mail_by(mailbox, "ana")
    office.become(State.OPEN, MAIL)

    assert office.deliver().rejected == 1
    assert office.unsettled() == 0


def test_nobody_to_tell_is_never_taken_for_having_told(office: Post) -> None:
    office.mail_by(Mailbox())
    office.become(State.OPEN, MAIL)

    delivered = office.deliver()

    assert (delivered.confirmed, delivered.rejected) == (0, 1)


def test_a_letter_that_may_have_arrived_is_sent_again_later(office: Post) -> None:
    mailbox = Mailbox(answers={"ana@acme": Uncertain(reason=REASON)})
    office.mail_by(mailbox, "ana")
    office.become(State.OPEN, MAIL)
    office.deliver_for(10 * MINUTE)
    mailbox.answers.clear()
    office.deliver_for(2 * HOUR)

    assert [to for to, _ in mailbox.letters] == ["ana@acme"]


@given(st.integers(0, 10_000), st.text(), st.none() | st.timedeltas(timedelta(), DAY))
def test_waits_grow_to_an_hour_and_respect_what_was_asked(
    attempts: int, key: str, asked: timedelta | None
) -> None:
    wait = wait_before(attempts, key, asked)

    assert wait == wait_before(attempts, key, asked)
    assert MINUTE <= wait <= max(HOUR * 6 / 5, asked or MINUTE)
    assert asked is None or wait >= asked
