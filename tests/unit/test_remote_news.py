"""What people do in a ticket is news of its incident, whatever it is, and never its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.incident import ENDED, Change, Event, Incident, State
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import HoldReason, acknowledge, hold, mitigate
from continuity.domain.remote_news import OVER, Hearing, assigned, lost, news_of
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketRef, TicketState
from tests.support.incidents import DAY, HOUR, NOW, PERSON, opened

REF = TicketRef(id="1", key="E-1", url="")
LATER = NOW + HOUR
HEARING = Hearing(lane="ticket:jira", at=LATER, known="open")
ENDINGS = sorted(OVER)
STATES = st.none() | st.sampled_from(TicketState)


def change(state: TicketState | None, comment: str = "", actor: str = "Anna") -> RemoteChange:
    return RemoteChange(ref=REF, at=NOW - DAY, actor=actor, state=state, comment=comment)


def incident(state: State = State.OPEN) -> Incident:
    _, one = opened()
    steps = {
        State.ACKNOWLEDGED: acknowledge(PERSON),
        State.ON_HOLD: hold(PERSON, HoldReason.PROVIDER, NOW + 2 * DAY),
        State.MITIGATED: mitigate(PERSON),
    }
    if state in steps:
        return after(one, steps[state](one))
    return replace(one, state=state)


def heard(one: Incident, *heard: RemoteChange, known: str = "open") -> tuple[Incident, list[Event]]:
    events: list[Event] = []
    for each in heard:
        news = news_of(one, each, replace(HEARING, known=known))
        one = after(one, news.changes)
        events += [made.event for made in news.changes]
        known = each.state.value if each.state else known
    return one, events


@given(
    st.sampled_from([state for state in State if state not in ENDED]),
    st.lists(st.builds(change, STATES, st.text(max_size=20), st.text(max_size=20)), max_size=8),
)
def test_nothing_that_is_heard_ever_ends_an_incident(
    state: State, changes: list[RemoteChange]
) -> None:
    one, _ = heard(incident(state), *changes)

    assert one.state not in ENDED
    assert one.state is not State.RESOLVED or state is State.RESOLVED
    assert one.proof == 0


@given(STATES, st.text(max_size=200), st.text(max_size=400))
def test_what_goes_into_the_record_holds_no_name_and_no_words_of_theirs(
    state: TicketState | None, actor: str, comment: str
) -> None:
    news = news_of(incident(), change(state, comment, actor), HEARING)

    for made in news.changes:
        assert set(made.details) <= {"from", "ticket", "why", "until", "pausing"}
        assert made.by
        assert made.at == LATER


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("state", [State.OPEN, State.ACKNOWLEDGED, State.ON_HOLD])
def test_an_end_over_there_is_work_in_progress_here_and_asks_for_its_test(
    state: State, ending: TicketState
) -> None:
    news = news_of(incident(state), change(ending), HEARING)
    one = after(incident(state), news.changes)

    assert news.asks
    assert one.state is State.IN_PROGRESS
    assert one.retest_at == LATER
    assert one.holder == "Anna"


def test_an_end_over_there_takes_nothing_from_what_was_declared_fixed() -> None:
    one, events = heard(incident(State.MITIGATED), change(TicketState.RESOLVED))

    assert one.state is State.MITIGATED
    assert events == [Event.NOTED, Event.RETEST_QUEUED]


def test_a_test_that_is_queued_is_not_queued_again() -> None:
    states = (TicketState.RESOLVED, TicketState.OPEN, TicketState.CLOSED)
    one, events = heard(incident(), *map(change, states))

    assert one.state is State.IN_PROGRESS
    assert events.count(Event.RETEST_QUEUED) == 1
    assert events.count(Event.NOTED) == 2


def test_work_over_there_is_work_here() -> None:
    one, events = heard(incident(), change(TicketState.IN_PROGRESS))

    assert one.state is State.IN_PROGRESS
    assert one.holder == "Anna"
    assert events == [Event.STARTED]


def test_a_hold_over_there_ends_by_itself_and_stops_no_clock() -> None:
    one, _ = heard(incident(), change(TicketState.ON_HOLD))

    assert one.hold is not None
    assert not one.hold.pausing
    assert one.hold.until == LATER + DAY


def test_whoever_goes_on_over_there_ends_the_hold() -> None:
    held, _ = heard(incident(), change(TicketState.ON_HOLD))
    works, _ = heard(held, change(TicketState.IN_PROGRESS), known="on-hold")
    waits, _ = heard(held, change(TicketState.OPEN), known="on-hold")

    assert works.state is State.IN_PROGRESS
    assert waits.state is State.OPEN
    assert waits.hold is None


def test_a_state_that_was_known_is_no_news() -> None:
    news = news_of(incident(), change(TicketState.OPEN), HEARING)

    assert news.changes == ()
    assert not news.asks


def test_a_ticket_opened_again_after_the_proof_is_noted_and_opens_nothing() -> None:
    one, events = heard(incident(State.RESOLVED), change(TicketState.OPEN), known="resolved")

    assert one.state is State.RESOLVED
    assert events == [Event.NOTED]


def test_whom_the_ticket_is_given_to_has_the_ball() -> None:
    ticket = RemoteTicket(
        ref=REF, state=None, state_name="", assignee=" Luis\x1b ", updated=datetime.now(UTC)
    )

    (made,) = assigned(incident(), ticket, replace(HEARING, known=""))

    assert (made.event, made.reason) == (Event.ASSIGNED, "Luis")
    assert assigned(incident(), ticket, replace(HEARING, known="Luis")) == ()
    assert assigned(incident(State.RESOLVED), ticket, replace(HEARING, known="")) == ()
    assert assigned(replace(incident(), holder="Luis"), ticket, replace(HEARING, known="")) == ()


def test_a_ticket_that_is_lost_is_noted() -> None:
    (made,) = lost(HEARING)

    assert made == Change(
        event=Event.NOTED, at=LATER, details={"ticket": "gone", "from": "ticket:jira"}
    )


def test_words_without_end_are_cut() -> None:
    (made,) = news_of(incident(), change(None, "x" * 100_000, "y" * 100_000), HEARING).changes

    assert len(made.reason) <= 4_000
    assert len(made.by) <= 200
