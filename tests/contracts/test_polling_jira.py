"""What Jira tells beyond notes and ends: who has it, work, holds, clocks; and one broken ticket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.incident import State
from tests.simulators.jira import Jira
from tests.simulators.jira_service import JiraService
from tests.support.heard import Listening, listening
from tests.support.trackers import JIRA, JIRA_SERVICE


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Listening]:
    with listening(JIRA, tmp_path) as one:
        yield one


def jira(heard: Listening) -> Jira:
    assert isinstance(heard.theirs, Jira)
    return heard.theirs


def test_work_that_begins_there_is_work_here_and_is_not_pushed_back(heard: Listening) -> None:
    heard.theirs.moves(heard.ticket().key, "In Progress")
    notes = len(heard.ticket().notes)
    heard.both()
    heard.both()

    assert heard.incident().state is State.IN_PROGRESS
    assert heard.ticket().state == "In Progress"
    assert len(heard.ticket().notes) == notes


def test_a_hold_there_is_a_hold_here_until_somebody_goes_on(heard: Listening) -> None:
    heard.theirs.moves(heard.ticket().key, "Waiting for vendor")
    heard.both()
    held = heard.incident()
    heard.theirs.moves(heard.ticket().key, "In Progress")
    heard.both()

    assert held.state is State.ON_HOLD
    assert heard.incident().state is State.IN_PROGRESS


def test_whom_the_ticket_is_given_to_has_the_ball(heard: Listening) -> None:
    jira(heard).issues[heard.ticket().key].assignee = "Luis"
    for _ in range(3):
        heard.both()

    assert heard.incident().holder == "Luis"
    assert heard.office.history().count("assigned") == 1
    assert heard.linked().remote_assignee == "Luis"


def test_a_ticket_that_is_not_understood_keeps_no_other_from_being_heard(heard: Listening) -> None:
    heard.fails("mail 1", job="mail")
    heard.tell()
    issues = list(jira(heard).issues.values())
    assert len(issues) == 2
    for issue in issues:
        heard.theirs.says(issue.key, "Looking.")
    # A changelog that is no list, and a comment that is no object.
    issues[0].comments.append({"id": [], "author": 7, "body": "x", "created": {}})
    issues[0].changes.append({"items": {"field": "status"}, "author": None, "created": "soon"})
    heard.hear()

    assert heard.office.history(2).count("noted") == 1
    assert heard.incident(1).state is State.OPEN


def test_the_clocks_of_a_service_desk_are_remembered(tmp_path: Path) -> None:
    with listening(JIRA_SERVICE, tmp_path) as heard:
        assert isinstance(heard.theirs, JiraService)
        left = {"millis": 5_400_000, "friendly": "1h 30m"}
        heard.theirs.clocks = [
            {"name": "First response", "completedCycles": [{"breached": True}]},
            {"name": "Resolution", "ongoingCycle": {"paused": False, "remainingTime": left}},
        ]
        heard.hear()

        missed, running = heard.linked().remote_clocks
        assert missed.breached
        assert running.remaining == timedelta(minutes=90)
