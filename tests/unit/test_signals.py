"""What no run says by itself is seen too, counted once, and never guessed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from continuity.domain.assessment import assess
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, FaultKind
from continuity.domain.fault_texts import FAULTS
from continuity.domain.incident_board import Board
from continuity.domain.location import Fact, FactName, StorageFacts, Value
from continuity.domain.observation import Observation
from continuity.domain.portfolio import JobPlan, Portfolio, SystemPlan
from continuity.domain.schedule import timetable_from_text
from continuity.domain.signals import Question, Situation, signals
from continuity.domain.text import N_, Message, say
from tests.support.judgement import (
    DAY,
    HOUR,
    NOW,
    START,
    Diary,
    a_good_week,
    a_job,
    a_system,
)

NIGHTLY = timetable_from_text("daily at 01:00", "UTC")


def situation(
    diary: Diary,
    now: datetime,
    *,
    job: JobPlan | None = None,
    system: SystemPlan | None = None,
    doubt: Message | None = None,
) -> Situation:
    portfolio = Portfolio(
        systems=(system or a_system(),), jobs=(job or a_job(),), facts=diary.facts()
    )
    return Situation(
        organisation="acme", portfolio=portfolio, assessment=assess(portfolio, now), doubt=doubt
    )


def seen(where: Situation, asked: Collection[Question] = ()) -> dict[Question, Observation]:
    return {one.question: one for one in signals(where, asked)}


def kinds(where: Situation) -> set[FaultKind]:
    return {one.fault.kind for one in signals(where, ()) if one.fault is not None}


def test_after_a_good_week_every_answer_is_good() -> None:
    answers = seen(situation(a_good_week(), NOW))

    assert [one.fault for one in answers.values()] == [None] * len(answers)
    assert (CheckKind.PROOF, "job:billing-files") in answers
    assert (CheckKind.RECOVERY_POINT, "system:billing") in answers
    assert (CheckKind.RECORD, "record:evidence") in answers


def test_looking_again_gives_the_same_keys_until_something_new_was_recorded() -> None:
    diary = a_good_week()
    first = seen(situation(diary, NOW + 2 * DAY))
    again = seen(situation(diary, NOW + 2 * DAY + HOUR))

    assert {key: one.key for key, one in first.items()} == {
        key: one.key for key, one in again.items()
    }
    diary.backup(NOW + 2 * DAY + HOUR)
    fresh = seen(situation(diary, NOW + 2 * DAY + 2 * HOUR))
    point = (CheckKind.RECOVERY_POINT, "system:billing")
    assert first[point].fault is not None
    assert fresh[point].fault is None
    assert fresh[point].key != first[point].key


def test_a_backup_that_did_not_even_start_is_a_fault_of_its_own() -> None:
    job = a_job(backup=NIGHTLY)

    late = seen(situation(a_good_week(), NOW + 2 * DAY, job=job))

    answer = late[CheckKind.BACKUP_SCHEDULE, "job:billing-files"]
    assert answer.fault is not None
    assert (answer.fault.kind, answer.fault.failure) == (
        FaultKind.BACKUP_OVERDUE,
        FailureClass.OVERDUE,
    )
    assert "has not started" in str(answer.reason)


def test_without_a_schedule_nothing_is_ever_late() -> None:
    answers = seen(situation(a_good_week(), NOW + 9 * DAY))

    assert not {CheckKind.BACKUP_SCHEDULE, CheckKind.DRILL_SCHEDULE} & {
        check for check, _target in answers
    }


def test_a_new_job_has_time_for_its_first_proof_and_an_old_one_has_not() -> None:
    diary = Diary().backup(START)
    for day in range(1, 12):
        diary.backup(START + day * DAY)

    young, old = situation(diary, START + 9 * DAY), situation(diary, START + 11 * DAY + HOUR)

    assert FaultKind.PROOF_MISSING not in kinds(young)
    assert FaultKind.PROOF_MISSING in kinds(old)


def test_a_job_without_any_point_after_a_day_has_nothing_to_recover_from() -> None:
    diary = Diary().backup(START, verdict="FAIL", failure="unreachable", point={})

    assert kinds(situation(diary, START + HOUR)) == set()
    assert kinds(situation(diary, START + 2 * DAY)) == {FaultKind.NO_RESTORE_POINT}


def test_a_test_that_somebody_decided_to_skip_is_neither_good_nor_bad() -> None:
    job = a_job(skip_until=NOW + 90 * DAY, skip_reason="moving house", drill=NIGHTLY)

    answers = seen(situation(a_good_week(), NOW + 40 * DAY, job=job))

    assert (CheckKind.PROOF, "job:billing-files") not in answers
    assert (CheckKind.DRILL_SCHEDULE, "job:billing-files") not in answers


def test_of_a_damaged_record_nothing_else_is_concluded() -> None:
    doubt = say(N_("The run gave no reason that could be read."))

    answers = list(signals(situation(a_good_week(), NOW + 30 * DAY, doubt=doubt), ()))

    assert [one.fault.kind for one in answers if one.fault] == [FaultKind.RECORD_DAMAGED]
    assert len(answers) == 1


def test_a_broken_file_is_a_fault_until_it_can_be_used() -> None:
    whole = situation(a_good_week(), NOW)
    broken = replace(whole, broken={"jobs/erp.yaml": say(N_("an absolute path"))})
    question = (CheckKind.CONFIGURATION, "file:jobs/erp.yaml")

    assert kinds(broken) == {FaultKind.CONFIGURATION_BROKEN}
    assert seen(broken, [question])[question].fault is not None
    assert "continuity check" in str(seen(broken, [question])[question].remedy)
    assert seen(whole, [question])[question].fault is None
    assert question not in seen(whole)


def test_a_broken_file_is_not_said_to_hold_jobs_which_most_files_do_not() -> None:
    text = FAULTS[FaultKind.CONFIGURATION_BROKEN]

    assert "its jobs" not in text.meaning
    assert "report" in text.impact


def storage(value: Value | None, *, ever: bool = True) -> StorageFacts:
    fact = Fact(name=FactName.IMMUTABLE, value=value, at=NOW, source="test")
    return StorageFacts(
        repository="vault",
        kind="s3",
        at=NOW,
        facts=(fact,),
        protected_at=NOW - DAY if ever else None,
    )


def test_storage_that_was_protected_must_stay_so() -> None:
    whole = situation(a_good_week(), NOW)
    found = {}
    for name, known in {
        "yes": storage(True),
        "no": storage(False),
        "unknown": storage(None),
        "never": storage(False, ever=False),
    }.items():
        facts = replace(whole.portfolio.facts, storage={"vault": known})
        where = replace(whole, portfolio=replace(whole.portfolio, facts=facts))
        answer = seen(where).get((CheckKind.STORAGE, "repository:vault"))
        found[name] = None if answer is None else answer.fault is None

    assert found == {"yes": True, "no": False, "unknown": True, "never": True}


def test_what_follows_from_a_failed_backup_is_told_with_it_and_is_no_second_alarm() -> None:
    where = situation(a_good_week(), NOW + 2 * DAY, job=a_job(backup=NIGHTLY))
    table = Board(incidents={}, next_number=1, criticality=lambda _: "vital")

    table.observe(signals(where, ()), NOW + 2 * DAY)
    table.observe((), NOW + 2 * DAY + HOUR)

    speaking = {one.kind: one.speaks for one in table.incidents.values()}
    assert speaking == {FaultKind.BACKUP_OVERDUE: True, FaultKind.RPO_MISSED: False}
