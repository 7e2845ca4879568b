"""Whatever meets damage takes the proof of that repository, until a newer test there passes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any  # JSON, or keys of any dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.advice import Rule
from continuity.domain.assessment import assess
from continuity.domain.evidence import RecordKind
from continuity.domain.fault import CheckKind
from continuity.domain.incident import State
from continuity.domain.incident_board import Board
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.observing import Roster, observations_from_record
from continuity.domain.portfolio import Portfolio, Storage
from continuity.domain.report import Report
from continuity.domain.verdict import Verdict
from tests.support.judgement import (
    DAMAGE,
    DAY,
    HOUR,
    NOW,
    START,
    Diary,
    a_good_week,
    a_job,
    a_system,
    diaries,
    point_of,
)
from tests.support.reported import END, a_good_month, reported

CLOUD = Storage(repository="cloud", engine="restic", site="far", medium="object")
AWAY = {"repository": "cloud", "repository_id": "c1", "copy_of": "vault"}


def judged(diary: Diary, now: datetime) -> JobAssessment:
    firm = Portfolio(systems=(a_system(),), jobs=(a_job(copies=(CLOUD,)),), facts=diary.facts())
    return assess(firm, now).systems[0].jobs[0]


def proven_twice() -> Diary:
    """A week whose newest point is proven in the repository and in its copy."""
    diary = a_good_week()
    seen = {**AWAY, "points": [point_of(START + 6 * DAY)["id"]]}
    diary.write(RecordKind.COPY_OBSERVED, NOW, seen)
    return diary.drill(NOW, START + 6 * DAY, **AWAY)


def standing(job: JobAssessment) -> tuple[bool, bool, bool]:
    """Tell whether anything counts as proven: freshly, at any point, now."""
    proof = job.proof
    return proof.fresh, bool(proof.proven_points), job.rpo.proven_now is not None


PROVEN, VOID = (True, True, True), (False, False, False)


@pytest.mark.parametrize(("harmed", "whole"), [("vault", "cloud"), ("cloud", "vault")])
def test_damage_takes_the_proof_of_the_one_repository_it_was_met_in(
    harmed: str, whole: str
) -> None:
    before = judged(proven_twice(), NOW + HOUR)
    own = judged(proven_twice().damage(NOW + HOUR, repository=harmed), NOW + 2 * HOUR)
    known = {"vault": own, "cloud": own.copies[0]}

    assert (standing(before), standing(before.copies[0])) == (PROVEN, PROVEN)
    assert (standing(known[harmed]), standing(known[whole])) == (VOID, PROVEN)
    assert known[harmed].proof.verdict is Verdict.FAIL
    assert known[whole].proof.verdict is Verdict.PASS
    assert own.verdict is Verdict.FAIL


def test_the_reason_is_what_was_found_and_by_which_run() -> None:
    job = judged(proven_twice().damage(NOW), NOW + HOUR)
    told = [str(reason.message) for reason in job.reasons]

    assert told[0] == "The run run-x found damage."
    assert "Damage was found after the last restore test that passed." in told


def test_a_newer_restore_test_of_it_proves_it_again_and_one_of_a_copy_does_not() -> None:
    diary = proven_twice().damage(NOW + HOUR)
    diary.drill(NOW + 2 * HOUR, START + 6 * DAY, **AWAY)
    elsewhere = judged(diary, NOW + 3 * HOUR)
    diary.drill(NOW + 3 * HOUR, START + 6 * DAY)
    again = judged(diary, NOW + 4 * HOUR)

    assert (standing(elsewhere), elsewhere.proof.verdict) == (VOID, Verdict.FAIL)
    assert (standing(again), again.proof.verdict) == (PROVEN, Verdict.PASS)


@pytest.mark.parametrize(
    "odd", [{"verdict": "nonsense"}, {"verdict": "PASS"}, {"failure": "?"}, {"reason": 7}]
)
def test_a_record_of_damage_that_is_not_understood_is_still_one_of_damage(
    odd: dict[str, Any],  # JSON
) -> None:
    job = judged(proven_twice().damage(NOW, **odd), NOW + HOUR)

    assert standing(job) == VOID
    assert job.proof.verdict is Verdict.FAIL


_FEW = settings(max_examples=40)

waits = st.integers(1, 20_000).map(lambda count: timedelta(minutes=count))


@_FEW
@given(diaries(), waits, waits)
def test_after_damage_nothing_is_proven_by_anything_older(
    diary: Diary, wait: timedelta, more: timedelta
) -> None:
    at = (diary.facts().newest or START) + wait
    diary.damage(at)
    at_once = diary.judged(at).systems[0].jobs[0]
    later = diary.judged(at + more).systems[0].jobs[0]

    assert (standing(at_once), standing(later)) == (VOID, VOID)
    assert (at_once.proof.verdict, later.proof.verdict) == (Verdict.FAIL, Verdict.FAIL)


@_FEW
@given(diaries(), waits, waits)
def test_a_restore_test_that_passes_after_damage_counts_as_if_nothing_had_been(
    diary: Diary, wait: timedelta, more: timedelta
) -> None:
    at = (diary.facts().newest or START) + wait
    diary.backup(at).damage(at)
    diary.drill(at + more, at)
    proof = diary.judged(at + more).systems[0].jobs[0].proof

    assert (proof.fresh, proof.proven_points) == (True, (point_of(at)["id"],))
    assert proof.verdict is not Verdict.FAIL


@_FEW
@given(diaries(), waits)
def test_damage_in_a_copy_changes_nothing_of_the_repository_itself(
    diary: Diary, wait: timedelta
) -> None:
    at = (diary.facts().newest or START) + wait
    before = judged(diary, at)
    after = judged(diary.damage(at, repository="cloud"), at)

    assert (after.proof, after.rpo) == (before.proof, before.rpo)


def test_it_opens_the_incident_of_the_repository_which_only_a_test_there_ends() -> None:
    diary = proven_twice().damage(NOW + HOUR, repository="cloud", copy_of="vault")
    diary.drill(NOW + 2 * HOUR, START + 6 * DAY)
    diary.drill(NOW + 3 * HOUR, START + 6 * DAY, **AWAY)
    roster = Roster(
        organisation="firm",
        system_of={"billing-files": "billing"},
        repository_of={"billing-files": "vault"},
    )
    board = Board(incidents={}, next_number=1, criticality=lambda _fault: "high")
    states = []
    for record in diary.records[-3:]:
        board.observe(observations_from_record(record, roster), record.recorded_at)
        states += [(one.check, one.target, one.state) for one in board.incidents.values()]

    damaged = (CheckKind.DRILL, "copy:billing-files@cloud")
    assert states == [
        (*damaged, State.OPEN),
        (*damaged, State.OPEN),
        (*damaged, State.RESOLVED),
    ]
    (incident,) = board.incidents.values()
    assert str(incident.reason) == "The run run-x found damage."
    assert incident.failure == DAMAGE["failure"]


def advised(diary: Diary, now: datetime) -> Report:
    return reported(diary, now, jobs=(a_job(copies=(CLOUD,)),))


def test_a_report_says_that_damage_and_no_age_took_the_proof_and_which_run_met_it() -> None:
    report = advised(a_good_month().damage(END), END + HOUR)
    (advice,) = [one for one in report.advice if one.rule is Rule.OVERDUE_PROOF]
    told = [str(gap.text) for gap in report.gaps]

    assert str(advice.because) == (
        "Damage was found after the latest test of its only job: billing-files."
    )
    assert "The run run-x found damage." in told


def test_a_test_of_a_copy_is_no_test_of_the_repository_itself_in_a_report() -> None:
    diary = Diary().backup(START)
    diary.drill(START + HOUR, START, **AWAY)
    report = advised(diary, START + DAY)

    assert Rule.NEVER_TESTED in {one.rule for one in report.advice}
    assert report.annex.changes == ()
