"""What people do in a ticket is heard once, and ends nothing: only a test does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Event, State
from continuity.domain.incident_commands import Person
from continuity.workflows.polling import poll
from continuity.workflows.ticket_again import make_again
from tests.simulators.simulator import Nasty
from tests.support.desks import TICKET
from tests.support.heard import Listening, Overtaken, listening
from tests.support.tracker import Tracker
from tests.support.trackers import SERVICENOW, TRACKERS

DEAF = {"jira-operations", "mailbox", "pagerduty"}
READING = [tracker for name, tracker in sorted(TRACKERS.items()) if name not in DEAF]
OPENED = [Event.OPENED.value]


@pytest.fixture(params=READING, ids=lambda kind: str(kind.kind))
def kind(request: pytest.FixtureRequest) -> Tracker:
    chosen: Tracker = request.param
    return chosen


@pytest.fixture
def heard(kind: Tracker, tmp_path: Path) -> Iterator[Listening]:
    with listening(kind, tmp_path) as one:
        yield one


def history(heard: Listening) -> list[object]:
    return heard.office.history()


def close(heard: Listening, kind: Tracker) -> None:
    heard.theirs.moves(heard.ticket().key, kind.closing)


def test_what_somebody_writes_in_a_ticket_is_a_note_of_the_incident(heard: Listening) -> None:
    heard.theirs.says(heard.ticket().key, "The disk of the NAS was exchanged.")
    heard.both()

    assert history(heard) == [*OPENED, "noted"]
    said = heard.said()[-1]
    assert "The disk of the NAS was exchanged." in said["reason"]
    assert said["by"] not in {"", "ticket:jira"}
    assert heard.incident().state is State.OPEN


def test_what_was_heard_once_is_not_heard_again(heard: Listening) -> None:
    heard.theirs.says(heard.ticket().key, "Once.")
    for _ in range(4):
        heard.both()

    assert history(heard) == [*OPENED, "noted"]


def test_our_own_notes_and_moves_are_no_news(heard: Listening) -> None:
    notes = len(heard.ticket().notes)
    for _ in range(3):
        heard.both()

    assert history(heard) == OPENED
    assert len(heard.ticket().notes) == notes


def test_a_note_heard_there_is_not_echoed_into_its_own_ticket(heard: Listening) -> None:
    heard.theirs.says(heard.ticket().key, "Looking.")
    notes = len(heard.ticket().notes)
    heard.both()

    assert len(heard.ticket().notes) == notes


def test_a_ticket_that_is_closed_ends_nothing_and_asks_why(heard: Listening, kind: Tracker) -> None:
    close(heard, kind)
    notes = len(heard.ticket().notes)
    heard.both()
    heard.both()

    incident = heard.incident()
    assert incident.state is State.IN_PROGRESS
    assert incident.retest_at is not None
    assert history(heard) == [*OPENED, "noted", "started", "retest-queued"]
    (asked,) = heard.ticket().notes[notes:]
    assert "What was done?" in asked.text


def test_a_ticket_closed_too_early_is_opened_again_when_the_test_fails(
    heard: Listening, kind: Tracker
) -> None:
    close(heard, kind)
    closed = heard.ticket().state
    heard.both()
    assert heard.ticket().state == closed
    heard.fails("2")
    for _ in range(3):
        heard.both()

    assert heard.incident().state is State.IN_PROGRESS
    if kind is SERVICENOW:
        # There a closed record is locked; that its end was refused is told.
        assert heard.ticket().state == closed
    else:
        assert heard.ticket().state != closed
        assert heard.linked().remote_state == "in-progress"
        assert "has failed" in " ".join(note.text for note in heard.ticket().notes)


def test_a_ticket_that_was_closed_stays_so_when_the_test_passes(
    heard: Listening, kind: Tracker
) -> None:
    close(heard, kind)
    closed = heard.ticket().state
    heard.both()
    heard.passes("2")
    heard.both()

    assert heard.incident().state is State.RESOLVED
    assert heard.incident().proof > 0
    assert heard.ticket().state.split()[0] == closed.split()[0]


def test_two_consoles_that_listen_at_once_hear_it_once(heard: Listening, kind: Tracker) -> None:
    heard.theirs.says(heard.ticket().key, "Looking.")
    close(heard, kind)
    poll(heard.office.desk, {TICKET: Overtaken(heard)})

    assert history(heard) == [*OPENED, "noted", "noted", "started", "retest-queued"]


def test_a_ticket_that_is_gone_is_noted_once_and_not_made_again(heard: Listening) -> None:
    heard.theirs.removes(heard.ticket().key)
    for _ in range(3):
        heard.both()

    assert heard.theirs.held() == []
    assert heard.linked().remote_gone
    assert history(heard) == [*OPENED, "noted"]


@pytest.mark.parametrize(
    "trouble",
    [Nasty(web_page=99), Nasty(storm=99), Nasty(cuts=99), Nasty(locked_out=99)],
    ids=["a page", "errors", "silence", "locked out"],
)
def test_a_tracker_that_answers_nonsense_moves_nothing_and_is_heard_later(
    heard: Listening, trouble: Nasty
) -> None:
    heard.theirs.says(heard.ticket().key, "Looking.")
    calm = dict(vars(heard.nasty))
    vars(heard.nasty).update(vars(trouble))
    polled = heard.hear()
    vars(heard.nasty).update(calm)

    assert polled.moved == []
    assert polled.troubles
    assert history(heard) == OPENED
    assert not heard.linked().remote_gone
    heard.hear()
    assert history(heard) == [*OPENED, "noted"]


def test_a_ticket_that_is_gone_is_made_again_when_a_person_asks(heard: Listening) -> None:
    heard.theirs.removes(heard.ticket().key)
    heard.both()
    make_again(heard.office.desk, 1, Person(name="ana", at=heard.office.moment))
    heard.tell()
    heard.both()

    assert "CONT-0001" in heard.ticket().title
    assert len(heard.theirs.held()) == 1
    assert not heard.linked().remote_gone
    assert history(heard) == [*OPENED, "noted", "noted"]


def test_a_ticket_that_is_there_is_not_made_again(heard: Listening) -> None:
    with pytest.raises(ConfigurationError):
        make_again(heard.office.desk, 1, Person(name="ana", at=heard.office.moment))


def test_what_a_ticket_shows_is_remembered(heard: Listening) -> None:
    heard.both()

    link = heard.linked()
    assert link.remote_name
    assert link.seen_at == heard.office.moment
