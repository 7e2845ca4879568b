"""A backup or a removal that a damaged repository ends takes the proof, whatever passes later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.evidence import RecordKind
from continuity.domain.facts import Facts
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.failure import FailureClass
from continuity.domain.folding import KEPT_CHECKS
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.learning import KEPT_DAMAGES
from continuity.domain.verdict import Verdict
from tests.support.judgement import (
    DAY,
    HOUR,
    NOW,
    START,
    WHERE,
    Body,
    Diary,
    a_good_week,
    a_system,
    diaries,
    point_of,
)

MET: Body = {
    **WHERE,
    "verdict": "FAIL",
    "failure": "integrity",
    "reason": {"template": "The repository is damaged.", "values": {}},
}
KINDS = (RecordKind.BACKUP_FINISHED, RecordKind.RETENTION_FINISHED)
EACH_KIND = pytest.mark.parametrize("kind", KINDS)
_FEW = settings(max_examples=40)

kinds = st.sampled_from(KINDS)
waits = st.integers(1, 20_000).map(lambda count: timedelta(minutes=count))


def judged(diary: Diary, hours: int) -> JobAssessment:
    return diary.judged(NOW + hours * HOUR).systems[0].jobs[0]


def after_damage(kind: RecordKind) -> Diary:
    """Write a good week, a run that met damage an hour after it, and a good backup after that."""
    return a_good_week().write(kind, NOW + HOUR, MET, run="run-x").backup(NOW + 2 * HOUR)


@EACH_KIND
def test_a_later_good_backup_does_not_hide_that_a_run_met_damage(kind: RecordKind) -> None:
    before = a_good_week().judged(NOW).systems[0].jobs[0]
    job = judged(after_damage(kind), 3)

    assert (before.verdict, before.proof.fresh) == (Verdict.PASS, True)
    assert (job.verdict, job.proof.verdict) == (Verdict.FAIL, Verdict.FAIL)
    assert (job.proof.fresh, job.proof.proven_points) == (False, ())
    assert job.rpo.proven_now is None


@pytest.mark.parametrize(
    ("kind", "what"), [(KINDS[0], "The backup"), (KINDS[1], "The removal of old copies")]
)
def test_the_reason_names_the_run_that_met_it_and_what_ends_it(kind: RecordKind, what: str) -> None:
    first = judged(after_damage(kind), 3).reasons[0]

    assert first.failure is FailureClass.INTEGRITY
    assert str(first.message) == (
        f"{what} run-x found vault damaged: nothing in it counts as proven until a restore test"
        " of it passes."
    )


@EACH_KIND
def test_a_restore_test_after_it_proves_the_repository_again(kind: RecordKind) -> None:
    diary = after_damage(kind).drill(NOW + 3 * HOUR, NOW + 2 * HOUR)
    job = judged(diary, 4)

    assert (job.verdict, job.proof.fresh) == (Verdict.PASS, True)
    assert job.proof.proven_points == (point_of(NOW + 2 * HOUR)["id"],)


@EACH_KIND
@pytest.mark.parametrize("failure", ["locked", "no-space", "unreachable", "source-unavailable"])
def test_a_run_that_fails_for_another_reason_shows_nothing_of_what_is_stored(
    kind: RecordKind, failure: str
) -> None:
    for verdict in ("FAIL", "INCONCLUSIVE"):
        body = {**MET, "verdict": verdict, "failure": failure}
        diary = a_good_week().write(kind, NOW + HOUR, body).backup(NOW + 2 * HOUR)

        assert judged(diary, 3).proof == judged(a_good_week().backup(NOW + 2 * HOUR), 3).proof


@EACH_KIND
def test_damage_that_is_not_even_called_a_failure_is_damage(kind: RecordKind) -> None:
    diary = a_good_week().write(kind, NOW + HOUR, {**MET, "verdict": "INCONCLUSIVE"})

    assert judged(diary, 2).proof.verdict is Verdict.FAIL


@_FEW
@given(diaries(), kinds, waits, st.lists(waits, max_size=20))
def test_nothing_but_a_restore_test_ends_it_however_many_backups_pass(
    diary: Diary, kind: RecordKind, wait: timedelta, more: list[timedelta]
) -> None:
    now = (diary.facts().newest or START) + wait
    diary.write(kind, now, MET)
    for pause in more:
        now += pause
        diary.backup(now).check(now).write(RecordKind.RETENTION_FINISHED, now, {"verdict": "PASS"})
    proof = diary.judged(now).systems[0].jobs[0].proof

    assert (proof.verdict, proof.fresh, proof.proven_points) == (Verdict.FAIL, False, ())


@_FEW
@given(diaries(), st.lists(kinds, min_size=1, max_size=3), waits)
def test_a_restore_test_that_passes_ends_it_as_if_nothing_had_been(
    diary: Diary, met: list[RecordKind], wait: timedelta
) -> None:
    at = (diary.facts().newest or START) + wait
    for kind in met:
        diary.write(kind, at, MET)
    diary.backup(at + HOUR).drill(at + 2 * HOUR, at + HOUR)
    proof = diary.judged(at + 2 * HOUR).systems[0].jobs[0].proof

    assert (proof.fresh, proof.proven_points) == (True, (point_of(at + HOUR)["id"],))
    assert proof.verdict is not Verdict.FAIL


@_FEW
@given(st.integers(1, 3 * KEPT_DAMAGES), kinds)
def test_a_backup_that_fails_each_hour_never_moves_the_time_at_which_the_proof_ended(
    hours: int, kind: RecordKind
) -> None:
    diary = a_good_week()
    for hour in range(1, hours + 1):
        diary.write(kind, NOW + hour * HOUR, MET, run=f"failed-{hour}")
    job = judged(diary, hours)

    assert [span.end for span in job.proof.spans] == [NOW + HOUR]
    assert any(f" failed-{hours} " in str(reason.message) for reason in job.reasons)


@_FEW
@given(diaries(), st.lists(st.tuples(kinds, waits), max_size=6))
def test_what_was_met_survives_being_kept_for_the_next_look(
    diary: Diary, met: list[tuple[RecordKind, timedelta]]
) -> None:
    now = diary.facts().newest or START
    for kind, wait in met:
        now += wait
        diary.write(kind, now, MET)
    facts: Facts = diary.facts()

    assert facts_from_plain(plain_from_facts(facts)) == facts


def test_a_check_that_failed_is_never_hidden_by_how_many_passed_since() -> None:
    diary = a_good_week().check(NOW + HOUR, verdict="FAIL", failure="integrity")
    for hour in range(2, KEPT_CHECKS + 4):
        diary.check(NOW + hour * HOUR)
    later, year = NOW + (KEPT_CHECKS + 4) * HOUR, a_system(prove=365 * DAY)
    before = diary.backup(later).judged(later, system=year).systems[0].jobs[0]
    diary.drill(later + HOUR, later)
    after = diary.judged(later + HOUR, system=year).systems[0].jobs[0]

    assert (before.proof.fresh, before.verdict) == (False, Verdict.INCONCLUSIVE)
    assert (after.proof.fresh, after.verdict) == (True, Verdict.PASS)
    assert len(diary.facts().of("billing-files").checks) == KEPT_CHECKS + 1


def test_damage_that_another_job_met_takes_no_proof_of_this_one() -> None:
    diary = a_good_week().write(KINDS[0], NOW + HOUR, MET, job="billing-away")

    assert judged(diary, 2).verdict is Verdict.PASS
    assert judged(diary.backup(NOW + DAY), 25).proof.fresh
