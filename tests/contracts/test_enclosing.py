"""A ticket has the record of the failure with it, and of the proof: once, and in nobody's way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.evidence import exported_text
from continuity.domain.failure import FailureClass
from continuity.domain.incident import State
from tests.simulators.held import Desk
from tests.simulators.simulator import Nasty
from tests.support.desks import finished
from tests.support.told import TICKETS, Post, post
from tests.support.tracker import Tracker
from tests.support.trackers import GITHUB, GITLAB, JIRA, SERVICENOW

HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Post]:
    one = post(tmp_path)
    failed = finished("drill", FailureClass.CHECKSUM_MISMATCH)
    passed = finished("drill")
    with one.store:
        first, _last = one.store.append(failed, passed)
        one.incident = replace(one.incident, evidence=first.sequence)
        yield one


@contextmanager
def desk_of(office: Post, kind: Tracker) -> Iterator[Desk]:
    with kind.running(Nasty()) as (desk, address):
        office.track_with(kind.open(address))
        yield desk


def proven(office: Post) -> None:
    office.incident = replace(office.incident, proof=office.incident.evidence + 1)
    office.become(State.RESOLVED, TICKETS)
    office.deliver_for(HOUR)


@pytest.mark.parametrize("kind", [JIRA, GITLAB, SERVICENOW], ids=lambda kind: str(kind.kind))
def test_a_ticket_has_the_record_of_the_failure_and_in_the_end_of_the_proof(
    office: Post, kind: Tracker
) -> None:
    first, last = list(office.store.lines())
    with desk_of(office, kind) as desk:
        office.become(State.OPEN, TICKETS)
        office.deliver_for(HOUR)
        proven(office)

        (held,) = desk.held()
        assert {name.rpartition("/")[2]: file for name, file in held.files.items()} == {
            f"CONT-0001-evidence-{first.sequence}.json": f"{exported_text(first)}\n".encode(),
            f"CONT-0001-proof-{last.sequence}.json": f"{exported_text(last)}\n".encode(),
        }
        assert office.unsettled() == 0


def test_an_enclosed_record_names_nobody(office: Post) -> None:
    with desk_of(office, JIRA) as desk:
        office.become(State.OPEN, TICKETS)
        office.deliver()

        (content,) = desk.held()[0].files.values()
        assert "ana" not in content.decode()
        assert json.loads(content)["hash"] == next(office.store.lines()).hash


def test_a_file_whose_answer_was_lost_is_there_once(office: Post) -> None:
    with desk_of(office, JIRA) as desk:
        office.become(State.OPEN, TICKETS)
        office.deliver_for(timedelta(minutes=1))
        office.incident = replace(office.incident, proof=office.incident.evidence + 1)
        office.become(State.RESOLVED, TICKETS)
        desk.nasty.drops = 4
        office.deliver_for(6 * HOUR)

        assert len(desk.held()[0].files) == 2
        assert office.unsettled() == 0


def test_a_system_that_takes_no_files_is_not_asked_to(office: Post) -> None:
    with desk_of(office, GITHUB) as desk:
        office.become(State.OPEN, TICKETS)

        assert office.deliver().rejected == 0
        assert len(desk.held()) == 1


def test_a_file_that_is_not_taken_holds_up_nothing_that_is_said(office: Post) -> None:
    with desk_of(office, JIRA) as desk:
        # What has no record cannot be enclosed.
        office.incident = replace(office.incident, evidence=999)
        office.become(State.OPEN, TICKETS)
        assert office.deliver().rejected == 1
        office.become(State.IN_PROGRESS, TICKETS)
        office.deliver()

        assert desk.held()[0].state == "In Progress"
        assert office.unsettled() == 0


def test_an_altered_record_is_never_handed_out_as_evidence(office: Post, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "record.db")) as database, database:
        database.execute("DROP TRIGGER evidence_no_update")
        database.execute("UPDATE evidence SET body = replace(body, 'FAIL', 'PASS')")
    with desk_of(office, JIRA) as desk:
        office.become(State.OPEN, TICKETS)

        assert office.deliver().rejected == 1
        assert desk.held()[0].files == {}
