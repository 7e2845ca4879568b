"""Which question a record of a run answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from continuity.domain.assessment import assess
from continuity.domain.evidence import RecordKind
from continuity.domain.fault import CheckKind, FaultKind
from continuity.domain.incident import State
from continuity.domain.incident_board import Board
from continuity.domain.observing import Roster, observations_from_record
from continuity.domain.portfolio import Portfolio
from continuity.domain.signals import Situation, signals
from tests.support.judgement import HOUR, START, Body, Diary, a_drill, a_job, a_system, point_of

ROSTER = Roster(
    organisation="firm",
    system_of={"billing-files": "billing"},
    repository_of={"billing-files": "vault"},
)
NOTHING: Body = {"verdict": "INCONCLUSIVE", "failure": "no-proof", "point": {}}


def seen(diary: Diary, board: Board) -> list[tuple[FaultKind, CheckKind, State]]:
    record = diary.records[-1]
    board.observe(observations_from_record(record, ROSTER), record.recorded_at)
    return [(one.kind, one.check, one.state) for one in board.incidents.values()]


def compared_nothing(told: Body) -> Diary:
    """Write a restore test that compared nothing."""
    body = {**a_drill(START), **NOTHING, **told}
    return Diary().write(RecordKind.DRILL_FINISHED, START, body, run="run-1")


def an_empty_board() -> Board:
    return Board(incidents={}, next_number=1, criticality=lambda _fault: "high")


def test_a_restore_test_that_finds_nothing_to_restore_says_nothing_against_the_repository() -> None:
    found = seen(compared_nothing(NOTHING), an_empty_board())

    assert found == [(FaultKind.NO_RESTORE_POINT, CheckKind.RECOVERY_POINT, State.PENDING)]


def test_a_copy_that_holds_nothing_is_one_that_nothing_proves_and_no_job_without_points() -> None:
    board = an_empty_board()
    found = seen(compared_nothing({**NOTHING, "repository": "cloud"}), board)
    (incident,) = board.incidents.values()

    assert [(kind, check) for kind, check, _ in found] == [
        (FaultKind.DRILL_FAILED, CheckKind.DRILL)
    ]
    assert incident.target == "copy:billing-files@cloud"


@pytest.mark.parametrize("told", [{"point": point_of(START)}, {"verdict": "PASS", "failure": ""}])
def test_one_that_found_a_point_or_calls_nothing_a_pass_is_a_failed_restore_test(
    told: Body,
) -> None:
    found = seen(compared_nothing(told), an_empty_board())

    assert [(kind, check) for kind, check, _ in found] == [
        (FaultKind.DRILL_FAILED, CheckKind.DRILL)
    ]


def test_the_first_backup_ends_what_a_restore_test_without_one_began() -> None:
    diary, board = compared_nothing(NOTHING), an_empty_board()
    seen(diary, board)
    diary.backup(START + HOUR)
    now = START + HOUR + timedelta(minutes=1)
    firm = Portfolio(systems=(a_system(),), jobs=(a_job(),), facts=diary.facts())
    situation = Situation(organisation="firm", portfolio=firm, assessment=assess(firm, now))
    board.observe(signals(situation, set()), now)

    assert [one.state for one in board.incidents.values() if one.active] == []
