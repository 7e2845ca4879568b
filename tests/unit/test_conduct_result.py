"""What a run came to: the recovery time by its parts, the loss, and what that says of a system."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any  # keys of a record

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Mode, StepState
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_program import Start, intent, result
from continuity.domain.conduct_result import Child, Result, draft_result, result_of
from continuity.domain.conduct_times import Phases
from continuity.domain.evidence import RecordKind, canonical_bytes
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.recovery_time import TimeKind
from continuity.domain.verdict import Verdict
from tests.support.conducts import HOUR, MINUTE, NOW, Scene, scene, step
from tests.support.judgement import DAY, FULL, START, Diary, a_system
from tests.support.reported import reported

PROBE = {"tcp": {"host": "localhost", "port": 1}}
MOMENT = START + 20 * DAY
BOOK = "b" * 64


def recovery(mode: Mode = Mode.REAL, **restore: object) -> Scene:
    """A run that looks, restores, verifies and then tells people."""
    keys = {"job": "erp", "target": "sandbox", "risk": "reversible", **restore}
    return scene(
        step("look"),
        step("restore", "restore", **keys),
        step("check", "verify", probe=PROBE),
        step("tell"),
        how=Start(mode=mode),
    )


def takes(run: Scene, name: str, span: timedelta, state: StepState = StepState.DONE) -> None:
    """Let the program work on a step for so long."""
    run.take(intent(name, "p", run.now))
    run.later(span)
    given = {"point_time": text_from_time(NOW - 5 * HOUR)} if name == "restore" else {}
    run.take(result(name, state, run.now, {}, **given))


def followed(run: Scene) -> Result:
    """Follow such a run to its end: 10 minutes of people, 20 of restoring, 5 of verifying."""
    run.later(10 * MINUTE)
    run.do(lambda who: finish(who, "look"))
    takes(run, "restore", 20 * MINUTE)
    takes(run, "check", 5 * MINUTE)
    run.later(HOUR)
    run.do(lambda who: finish(who, "tell"))
    return result_of(run.stand, run.entries, NOW - 30 * MINUTE)


def test_the_recovery_time_ends_when_the_service_is_verified_and_has_its_parts() -> None:
    found = followed(recovery())

    assert found.spent == Phases(
        before=30 * MINUTE, people=10 * MINUTE, restore=20 * MINUTE, verify=5 * MINUTE
    )
    assert found.spent.total == 65 * MINUTE
    assert found.lost == 4 * HOUR + 30 * MINUTE
    assert (found.jobs, found.measured) == (("erp",), True)


@pytest.mark.parametrize(
    ("mode", "measured"),
    [(Mode.REAL, True), (Mode.FULL, True), (Mode.FUNCTIONAL, False), (Mode.TABLE_TOP, False)],
)
def test_only_what_was_done_whole_times_a_recovery(mode: Mode, measured: bool) -> None:
    run = recovery(mode)
    run.later(MINUTE)
    run.do(lambda who: finish(who, "look"))
    while "restore" in run.states() and not run.conduct.over:
        due = [one.step for one in run.conduct.steps if one.state is StepState.RUNNING]
        for name in due:
            takes(run, name, MINUTE)
        if not due:
            run.do(lambda who: finish(who, run.next()[0].step))

    assert result_of(run.stand, run.entries, None).measured is measured


def test_a_part_of_the_data_is_no_recovery() -> None:
    run = recovery(include=["/srv/one"], target="parallel", place="/srv/beside")

    assert not followed(run).measured


def test_what_a_runbook_within_brought_back_and_verified_counts_for_the_whole() -> None:
    run = scene(step("look"))
    run.later(MINUTE)
    run.do(lambda who: finish(who, "look"))
    within = Child(("erp",), NOW + MINUTE, HOUR)
    alone = result_of(run.stand, run.entries, None)
    whole = result_of(run.stand, run.entries, None, [within])

    assert (alone.measured, alone.lost) == (False, None)
    assert (whole.measured, whole.jobs, whole.lost) == (True, ("erp",), HOUR)
    assert whole.verified_at == NOW + MINUTE


def test_a_drill_has_no_impact_but_its_own_beginning() -> None:
    run = recovery(Mode.FULL)

    assert followed(run).impact_at == NOW


def test_what_was_never_verified_has_no_verified_service() -> None:
    run = scene(step("restore", "restore", job="erp", target="sandbox", risk="reversible"))
    takes(run, "restore", MINUTE)
    found = result_of(run.stand, run.entries, None)

    assert (found.verified_at, found.measured) == (None, False)


@given(st.lists(st.integers(min_value=0, max_value=90), min_size=4, max_size=4))
def test_every_second_is_in_one_part(minutes: list[int]) -> None:
    run = recovery()
    run.later(minutes[0] * MINUTE)
    run.do(lambda who: finish(who, "look"))
    takes(run, "restore", minutes[1] * MINUTE)
    takes(run, "check", minutes[2] * MINUTE)
    run.later(minutes[3] * MINUTE)
    run.do(lambda who: finish(who, "tell"))
    found = result_of(run.stand, run.entries, NOW - HOUR)

    assert found.spent.total == HOUR + sum(minutes[:3]) * MINUTE
    assert canonical_bytes(draft_result(found).body)


def test_a_run_that_failed_its_last_verification_has_not_brought_anything_back() -> None:
    run = scene(
        step("restore", "restore", job="erp", target="sandbox", risk="reversible"),
        step("check", "verify", probe=PROBE),
        step("again", "verify", probe=PROBE, on_failure="continue", critical=False),
    )
    takes(run, "restore", MINUTE)
    takes(run, "check", MINUTE)
    takes(run, "again", MINUTE, StepState.FAILED)

    assert not result_of(
        Stand(document=run.document, conduct=run.conduct), run.entries, None
    ).measured


def conducted(diary: Diary, at: datetime, hours: float = 3, **changed: Any) -> Diary:
    """Write that people brought billing back."""
    body = {
        "run": f"billing-{at:%d}",
        "runbook": "billing",
        "hash": BOOK,
        "mode": "full",
        "outcome": "completed",
        "systems": ["billing"],
        "jobs": ["billing-files"],
        "measured": True,
        "milliseconds": int(hours * 3_600_000),
        "phases": {"people": int(hours * 3_600_000)},
        "ended_at": text_from_time(at),
        **changed,
    }
    return diary.write(RecordKind.RUNBOOK_MEASURED, at, body, job=None)


def proven() -> Diary:
    diary = Diary().backup(MOMENT - 2 * DAY)
    diary.drill(MOMENT - DAY, point=MOMENT - 2 * DAY, **FULL)
    return diary.backup(MOMENT - HOUR)


def system_in(assessment: Assessment) -> SystemAssessment:
    (system,) = assessment.systems
    return system


def judged(diary: Diary, **system: Any) -> SystemAssessment:
    values = {"rto": 4 * HOUR, "runbook": BOOK, **system}
    return system_in(diary.judged(MOMENT, system=a_system(**values)))


def test_what_people_brought_back_in_time_is_proven_at_the_highest_level() -> None:
    found = judged(conducted(proven(), MOMENT - 3 * HOUR))

    assert (found.proof.level, found.rto.total.kind) == ("L5", TimeKind.MEASURED)
    assert found.rto.total.high == 3 * HOUR
    assert found.rto.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "changed",
    [
        {"measured": False},
        {"hash": "c" * 64},
        {"systems": ["shop"]},
        {"jobs": ["shop-files"]},
        {"milliseconds": 0},
    ],
)
def test_what_was_not_this_recovery_says_nothing_about_it(changed: dict[str, Any]) -> None:
    found = judged(conducted(proven(), MOMENT - 3 * HOUR, **changed))

    assert (found.proof.level, found.rto.total.high) == ("L4", 10 * MINUTE)


def test_people_who_needed_too_long_miss_the_target_whatever_programs_need() -> None:
    found = judged(conducted(proven(), MOMENT - 3 * HOUR, hours=5))

    assert (found.rto.verdict, found.verdict) == (Verdict.FAIL, Verdict.FAIL)


def test_a_missed_target_does_not_come_right_by_waiting() -> None:
    late = judged(conducted(proven(), MOMENT - 3 * HOUR, hours=5), time_validity=HOUR)

    assert late.rto.verdict is Verdict.FAIL
    assert late.proof.level == "L4"


@given(st.integers(min_value=0, max_value=200))
def test_time_alone_makes_no_time_of_people_better(days: int) -> None:
    diary = conducted(proven(), MOMENT - 3 * HOUR)
    system = a_system(rto=4 * HOUR, runbook=BOOK)
    order = [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL]
    verdicts = [
        system_in(diary.judged(MOMENT + count * DAY, system=system)).rto.verdict
        for count in (days, days + 20)
    ]

    assert None not in verdicts
    first, second = (order.index(one) for one in verdicts if one is not None)
    assert first <= second


def test_runs_are_kept_by_the_memory_as_they_were() -> None:
    facts = conducted(conducted(proven(), MOMENT - DAY), MOMENT, lost_milliseconds=7).facts()

    assert facts_from_plain(plain_from_facts(facts)) == facts
    assert len(facts.conducted) == 2


def test_the_annex_of_a_report_lists_the_runs_of_its_period() -> None:
    diary = conducted(proven(), MOMENT - 3 * HOUR, lost_milliseconds=60_000)
    (line,) = reported(diary, MOMENT).annex.conducted

    assert (line.run, line.drill, line.took, line.people) == (
        "billing-21",
        True,
        3 * HOUR,
        3 * HOUR,
    )
    assert line.lost == MINUTE
    assert not reported(proven(), MOMENT).annex.conducted
