"""What a system's verdict says after a few runs, told one story at a time."""

from datetime import timedelta
from typing import Any  # keys of a record

import pytest

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.evidence import RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.schedule import timetable_from_text
from continuity.domain.verdict import Verdict
from tests.support.judgement import (
    CORRUPT,
    DAY,
    FULL,
    HOUR,
    NOW,
    START,
    Diary,
    a_good_week,
    a_job,
    a_system,
    point_of,
)


def only(assessment: Assessment) -> SystemAssessment:
    return assessment.systems[0]


def failures(assessment: Assessment) -> set[FailureClass | None]:
    return {reason.failure for reason in only(assessment).reasons}


def test_fresh_proof_and_a_young_backup_are_a_pass() -> None:
    judged = a_good_week().judged(NOW)

    assert judged.verdict is Verdict.PASS
    assert only(judged).rpo.now == 2 * HOUR + timedelta(minutes=5)
    assert only(judged).rpo.proven_now == 2 * HOUR + timedelta(minutes=5)
    assert only(judged).proof.level == "L3"
    assert only(judged).reasons == ()


def test_green_backups_without_a_drill_are_inconclusive() -> None:
    diary = Diary().backup(START)
    judged = diary.judged(START + HOUR)

    assert judged.verdict is Verdict.INCONCLUSIVE
    assert only(judged).rpo.verdict is Verdict.INCONCLUSIVE
    assert only(judged).rpo.proven_now is None
    assert only(judged).proof.level == "L0"


def test_a_missed_recovery_point_fails_although_every_run_was_green() -> None:
    judged = a_good_week().judged(NOW + DAY)

    assert judged.verdict is Verdict.FAIL
    assert FailureClass.TARGET_MISSED in failures(judged)


def test_worst_exposure_names_its_moment_and_counts_the_night_that_was_missed() -> None:
    diary = Diary().backup(START).backup(START + DAY).backup(START + 4 * DAY)
    rpo = only(diary.judged(START + 4 * DAY + HOUR)).rpo

    assert rpo.worst == 3 * DAY + timedelta(minutes=5)
    assert rpo.worst_at == START + 4 * DAY


def test_without_a_target_the_recovery_point_has_no_verdict() -> None:
    judged = a_good_week().judged(NOW + 3 * DAY, system=a_system(rpo=None))

    assert only(judged).rpo.verdict is None
    assert judged.verdict is Verdict.PASS


def test_a_failed_backup_shows_although_the_target_is_still_met() -> None:
    diary = a_good_week().backup(NOW, verdict="FAIL", failure="no-space", point=None)
    judged = diary.judged(NOW + HOUR)

    assert judged.verdict is Verdict.FAIL
    assert only(judged).rpo.verdict is Verdict.PASS
    assert FailureClass.NO_SPACE in failures(judged)


def test_a_quarantined_point_counts_once_a_person_accepts_it() -> None:
    diary = a_good_week().backup(NOW, verdict="INCONCLUSIVE", quarantined=True)
    before = only(diary.judged(NOW + HOUR)).rpo.now
    diary.write(RecordKind.BASELINE_ACCEPTED, NOW, {"by": "maria", "point": point_of(NOW)["id"]})
    after = only(diary.judged(NOW + HOUR)).rpo.now

    assert before == 3 * HOUR + timedelta(minutes=5)
    assert after == HOUR + timedelta(minutes=5)


def test_corruption_takes_the_proof_away_until_a_drill_passes_again() -> None:
    diary = a_good_week().drill(NOW, START, **CORRUPT)
    broken = diary.judged(NOW + HOUR)
    mended = diary.drill(NOW + HOUR, START + 6 * DAY).judged(NOW + 2 * HOUR)

    assert broken.verdict is Verdict.FAIL
    assert only(broken).rpo.proven_now is None
    assert only(broken).rpo.verdict is Verdict.INCONCLUSIVE
    assert mended.verdict is Verdict.PASS


def test_a_drill_that_could_not_know_neither_voids_nor_renews() -> None:
    diary = a_good_week().drill(NOW, START, verdict="INCONCLUSIVE", failure="locked", level="L0")
    judged = diary.judged(NOW + HOUR)

    assert judged.verdict is Verdict.INCONCLUSIVE
    assert only(judged).proof.level == "L3"
    assert only(judged).proof.age == 2 * HOUR
    assert only(judged).rpo.proven_now is not None


@pytest.mark.parametrize(
    "classes", [{"match": 0}, {}, {"match": 58, "corrupt": 1}, {"match": 58, "missing": 1}]
)
def test_a_pass_that_compared_nothing_or_names_damage_is_not_taken_as_one(
    classes: dict[str, int],
) -> None:
    diary = Diary().backup(START).drill(START + HOUR, START, classes=classes)

    assert diary.judged(START + 2 * HOUR).verdict is not Verdict.PASS
    assert only(diary.judged(START + 2 * HOUR)).rpo.proven_now is None


def test_proof_expires_and_is_overdue() -> None:
    diary = a_good_week()
    for day in range(7, 20):
        diary.backup(START + day * DAY)
    judged = diary.judged(START + 19 * DAY + HOUR)

    assert only(judged).proof.verdict is Verdict.OVERDUE
    assert only(judged).rpo.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("changed", "valid"),
    [
        ({"repository_id": "r2"}, False),
        ({"path_set": "bb"}, False),
        ({"tool": {"name": "restic", "version": "0.19.1"}}, False),
        ({"tool": {"name": "restic", "version": "0.18.1"}}, True),
    ],
)
def test_proof_is_voided_by_what_changes_the_meaning_of_a_backup(
    changed: dict[str, Any], *, valid: bool
) -> None:
    diary = a_good_week().backup(NOW, **changed)
    judged = diary.judged(NOW + HOUR, job=a_job(path_set=changed.get("path_set", "aa")))

    assert valid == (only(judged).proof.level == "L3")
    assert valid == (judged.verdict is Verdict.PASS)


def test_proof_at_a_lower_level_than_asked_for_is_not_enough() -> None:
    wanted = a_system(proof_level="L4")
    sampled = a_good_week().judged(NOW, system=wanted)
    whole = a_good_week().drill(NOW, START + 6 * DAY, **FULL).judged(NOW + HOUR, system=wanted)

    assert sampled.verdict is Verdict.INCONCLUSIVE
    assert whole.verdict is Verdict.PASS


def test_a_missed_slot_is_overdue_after_its_grace() -> None:
    job = a_job(backup=timetable_from_text("daily at 01:00", "UTC"), grace=2 * HOUR)
    system = a_system(rpo=3 * DAY)
    slot = START + 7 * DAY
    waiting = a_good_week().judged(slot + 2 * HOUR - timedelta(seconds=1), system=system, job=job)
    missed = a_good_week().judged(slot + 2 * HOUR, system=system, job=job)

    assert waiting.verdict is Verdict.PASS
    assert missed.verdict is Verdict.OVERDUE


def test_a_run_that_never_ended_is_inconclusive_until_one_ends_after_it() -> None:
    diary = a_good_week().write(RecordKind.BACKUP_STARTED, NOW, {}, run="gone")
    hanging = diary.judged(NOW + HOUR)
    done = diary.backup(NOW + HOUR).judged(NOW + 2 * HOUR)

    assert hanging.verdict is Verdict.INCONCLUSIVE
    assert FailureClass.INTERRUPTED in failures(hanging)
    assert done.verdict is Verdict.PASS


def test_a_closed_run_stays_inconclusive() -> None:
    diary = a_good_week().write(RecordKind.DRILL_STARTED, NOW, {}, run="gone")
    body = {"closes": "gone", "kind": "drill", "verdict": "INCONCLUSIVE", "failure": "interrupted"}
    diary.write(RecordKind.RUN_CLOSED, NOW + HOUR, body, run="gone")
    judged = diary.judged(NOW + 2 * HOUR)

    assert judged.verdict is Verdict.INCONCLUSIVE
    assert only(judged).proof.level == "L3"


def test_a_decision_not_to_test_is_shown_and_ends() -> None:
    until = START + 30 * DAY
    diary = a_good_week()
    for day in range(7, 30):
        diary.backup(START + day * DAY)
    job = a_job(skip_until=until, skip_reason="moving house")
    during = diary.judged(START + 29 * DAY + HOUR, job=job)
    after = diary.backup(until).judged(until, job=job)

    assert only(during).proof.verdict is Verdict.SKIPPED
    assert only(during).rpo.verdict is Verdict.SKIPPED
    assert only(after).proof.verdict is Verdict.OVERDUE


def test_a_decision_not_to_test_never_hides_a_failure() -> None:
    job = a_job(skip_until=NOW + 30 * DAY, skip_reason="moving house")
    judged = a_good_week().drill(NOW, START, **CORRUPT).judged(NOW + HOUR, job=job)

    assert judged.verdict is Verdict.FAIL


def test_damage_in_one_slice_stands_until_that_slice_is_read_back_sound() -> None:
    diary = a_good_week()
    diary.check(NOW, verdict="FAIL", failure="integrity", slice={"k": 3, "n": 30})
    diary.drill(NOW + HOUR, START + 6 * DAY)
    other = diary.check(NOW + HOUR, slice={"k": 4, "n": 30}).judged(NOW + 2 * HOUR)
    same = diary.check(NOW + HOUR, slice={"k": 3, "n": 30}).judged(NOW + 2 * HOUR)

    assert other.verdict is Verdict.FAIL
    assert same.verdict is Verdict.PASS


def test_a_point_dated_in_the_future_is_not_believed() -> None:
    ahead = {**point_of(NOW + 5 * HOUR), "id": "ahead"}
    judged = a_good_week().backup(NOW, point=ahead).judged(NOW + 6 * HOUR)

    assert FailureClass.CLOCK in failures(judged)
    assert only(judged).rpo.now == 8 * HOUR + timedelta(minutes=5)


def test_a_removed_point_no_longer_counts_and_still_counted_before() -> None:
    diary = Diary().backup(START).backup(START + DAY)
    gone: dict[str, object] = {"verdict": "PASS", "removed": [point_of(START + DAY)["id"]]}
    diary.write(RecordKind.RETENTION_FINISHED, START + DAY + HOUR, gone)
    rpo = only(diary.judged(START + DAY + 2 * HOUR)).rpo

    assert rpo.now == DAY + 2 * HOUR + timedelta(minutes=5)


def test_all_backups_are_counted_although_only_the_last_are_kept() -> None:
    diary = Diary()
    for day in range(30):
        diary.backup(START + day * DAY)
    facts = diary.facts().of("billing-files")

    assert facts.backups_made == 30
    assert len(facts.backups) == 12
    assert len(facts.points) == 30
