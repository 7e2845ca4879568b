"""What no history of runs may ever make of a verdict."""

import json
from datetime import timedelta
from typing import Any  # keys of a record

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.assessment import Assessment, assess
from continuity.domain.assessment_plain import plain_from_assessment
from continuity.domain.facts import Facts
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.folding import fold, fold_all
from continuity.domain.portfolio import JobPlan, Portfolio, SystemPlan
from continuity.domain.reason import gravity
from continuity.domain.schedule import timetable_from_text
from continuity.domain.verdict import Verdict
from tests.support.judgement import CORRUPT, DAY, FULL, START, Diary, a_job, a_system, diaries

systems = st.builds(
    lambda rpo, rto, level: a_system(rpo=rpo, rto=rto, proof_level=level),
    st.sampled_from((None, timedelta(hours=4), timedelta(days=2))),
    st.sampled_from((None, timedelta(minutes=5), timedelta(hours=4))),
    st.sampled_from(("L3", "L4")),
)
jobs = st.builds(
    lambda backup, drill, skip: a_job(
        backup=backup and timetable_from_text(backup, "Europe/Madrid"),
        drill=drill and timetable_from_text(drill, "Europe/Madrid"),
        skip_until=skip and START + skip,
        skip_reason="moving house",
    ),
    st.sampled_from((None, "daily at 02:00", "every 6h")),
    st.sampled_from((None, "weekly on sunday at 05:00")),
    st.sampled_from((None, 5 * DAY, 60 * DAY)),
)
minutes = st.integers(0, 200_000).map(lambda count: timedelta(minutes=count))


copies = st.sampled_from((None, a_job(name="billing-away")))


@given(diaries(), systems, jobs, copies, st.tuples(minutes, minutes))
def test_waiting_never_makes_a_verdict_better(
    diary: Diary,
    system: SystemPlan,
    job: JobPlan,
    copy: JobPlan | None,
    waits: tuple[timedelta, timedelta],
) -> None:
    now = (diary.facts().newest or START) + waits[0]
    sooner = diary.judged(now, system=system, job=job, copy=copy)
    later = diary.judged(now + waits[1], system=system, job=job, copy=copy)

    assert gravity(sooner.verdict) <= gravity(later.verdict)
    for one, other in zip(_verdicts(sooner), _verdicts(later), strict=True):
        assert (one is None) == (other is None)
        assert one is None or other is None or gravity(one) <= gravity(other)


def _verdicts(assessment: Assessment) -> list[Verdict | None]:
    found: list[Verdict | None] = []
    for system in assessment.systems:
        found += [system.verdict, system.rpo.verdict, system.rto.verdict, system.proof.verdict]
        found += [job.verdict for job in system.jobs]
    return found


@given(diaries(), systems, jobs, minutes, st.sampled_from(({}, FULL)))
def test_a_failing_drill_never_makes_a_verdict_better(
    diary: Diary, system: SystemPlan, job: JobPlan, wait: timedelta, full: dict[str, Any]
) -> None:
    now = (diary.facts().newest or START) + wait
    before = diary.judged(now, system=system, job=job).verdict
    after = diary.drill(now, START, **{**full, **CORRUPT}).judged(now, system=system, job=job)

    assert Verdict.FAIL is after.verdict
    assert gravity(before) <= gravity(after.verdict)


@given(diaries(), systems, jobs, minutes)
def test_no_verdict_is_pass_without_a_passed_backup_and_a_fresh_drill(
    diary: Diary, system: SystemPlan, job: JobPlan, wait: timedelta
) -> None:
    now = (diary.facts().newest or START) + wait
    judged = diary.judged(now, system=system, job=job)
    passed = [r for r in diary.records if r.body.get("verdict") == "PASS"]
    drills = [r for r in passed if r.kind == "drill.finished" and now - r.recorded_at < 10 * DAY]
    backups = [r for r in passed if r.kind == "backup.finished"]

    if judged.verdict is Verdict.PASS or judged.systems[0].rpo.verdict is Verdict.PASS:
        assert drills
        assert backups


@given(systems, jobs)
def test_nothing_recorded_is_never_a_pass(system: SystemPlan, job: JobPlan) -> None:
    judged = Diary().judged(START, system=system, job=job)

    assert judged.verdict not in {Verdict.PASS, Verdict.SKIPPED}
    assert judged.systems[0].rpo.now is None


@given(diaries(), st.integers(0, 30))
def test_facts_grow_record_by_record_as_they_do_at_once(diary: Diary, cut: int) -> None:
    at_once = diary.facts()
    one_by_one = Facts()
    for record in diary.records:
        one_by_one = fold(one_by_one, record)
    in_two = fold_all(fold_all(Facts(), diary.records[:cut]), diary.records)

    assert at_once == one_by_one
    assert at_once == in_two


@given(diaries())
def test_facts_survive_a_cache_in_json(diary: Diary) -> None:
    facts = diary.facts()

    assert facts == facts_from_plain(json.loads(json.dumps(plain_from_facts(facts))))


@given(diaries(), systems, jobs, minutes)
def test_an_assessment_is_plain_json_without_a_fraction(
    diary: Diary, system: SystemPlan, job: JobPlan, wait: timedelta
) -> None:
    now = (diary.facts().newest or START) + wait
    plain = plain_from_assessment(diary.judged(now, system=system, job=job))

    assert plain == json.loads(json.dumps(plain), parse_float=_no_fraction)


def _no_fraction(text: str) -> None:
    raise AssertionError(text)


@given(diaries(), minutes)
def test_a_clock_behind_the_record_is_never_a_pass(diary: Diary, back: timedelta) -> None:
    facts = diary.backup(START + 40 * DAY).facts()
    portfolio = Portfolio(systems=(a_system(),), jobs=(a_job(),), facts=facts)
    now = START + 40 * DAY - timedelta(minutes=2) - back
    judged = assess(portfolio, now)

    assert judged.verdict in {Verdict.FAIL, Verdict.INCONCLUSIVE}
    assert "clock" in {reason.failure for reason in judged.systems[0].reasons}
