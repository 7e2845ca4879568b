"""A pack that is overdue is never green, and neither is a budget that will make one so."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any  # keys of a record

import pytest

from continuity.domain.assessment import SystemAssessment, assess
from continuity.domain.clock import text_from_time
from continuity.domain.evidence import RecordKind
from continuity.domain.facts_plain import facts_from_plain, plain_from_facts
from continuity.domain.failure import FailureClass
from continuity.domain.fault import FaultKind
from continuity.domain.observing import Roster, observations_from_record
from continuity.domain.portfolio import JobPlan, Portfolio
from continuity.domain.report_runs import run_from_record
from continuity.domain.signals import Situation, signals
from continuity.domain.verdict import Verdict
from tests.support.judgement import DAY, HOUR, NOW, START, Diary, a_good_week, a_job, a_system

WITHIN = 30 * DAY
OVERDUE = {"verdict": "OVERDUE", "failure": "overdue"}


def packs(oldest: datetime, **changed: object) -> dict[str, Any]:
    known = {
        "of": 40,
        "of_bytes": 4_000,
        "proven": 40,
        "proven_bytes": 4_000,
        "oldest": text_from_time(oldest),
        "whole": True,
        "within_seconds": int(WITHIN.total_seconds()),
    }
    return {"packs": {**known, **changed}}


def short(needed: int, allowed: int, unit: str = "bytes") -> dict[str, Any]:
    return {"ahead": {"needed": {unit: needed}, "allowed": {unit: allowed}, "short_of": unit}}


def judged(diary: Diary, now: datetime, job: JobPlan | None = None) -> SystemAssessment:
    plan = job or a_job(read_within=WITHIN)
    portfolio = Portfolio(systems=(a_system(),), jobs=(plan,), facts=diary.facts())
    return assess(portfolio, now).systems[0]


def kinds(diary: Diary, now: datetime) -> set[FaultKind]:
    jobs = (a_job(read_within=WITHIN),)
    portfolio = Portfolio(systems=(a_system(),), jobs=jobs, facts=diary.facts())
    where = Situation(organisation="a", portfolio=portfolio, assessment=assess(portfolio, now))
    return {one.fault.kind for one in signals(where, ()) if one.fault is not None}


@pytest.mark.parametrize(
    "read",
    [packs(START + 29 * DAY), {"slice": {"k": 1, "n": 1}}],
    ids=["packs", "a slice of one"],
)
def test_what_was_read_back_of_a_repository_left_behind_is_nothing_of_the_new_one(
    read: dict[str, Any],  # fields of a check, handed on
) -> None:
    at, now = START + 29 * DAY, START + 31 * DAY
    here = kinds(a_good_week().check(at, **read), now)
    elsewhere = kinds(a_good_week().check(at, repository="former", **read), now)

    assert FaultKind.READ_BACK_OVERDUE not in here
    assert FaultKind.READ_BACK_OVERDUE in elsewhere


def test_packs_read_in_time_are_green() -> None:
    diary = a_good_week().check(NOW - HOUR, **packs(NOW - 20 * DAY))

    assert judged(diary, NOW).verdict is Verdict.PASS
    assert FaultKind.READ_BACK_OVERDUE not in kinds(diary, NOW)


def test_a_pack_that_becomes_overdue_is_never_green_though_no_check_runs_any_more() -> None:
    diary = a_good_week().check(NOW - HOUR, **packs(NOW - 20 * DAY))
    diary.backup(NOW + 9 * DAY + 23 * HOUR).drill(NOW + 9 * DAY + 23 * HOUR, START + 6 * DAY)
    later = NOW + 10 * DAY

    found = judged(diary, later)

    assert found.verdict is Verdict.OVERDUE
    assert "40 of 40" in " ".join(str(reason.message) for reason in found.reasons)
    assert FaultKind.READ_BACK_OVERDUE in kinds(diary, later)


@pytest.mark.parametrize(("unit", "shown"), [("bytes", "5.9 KiB"), ("requests", "6000")])
def test_a_budget_that_is_too_small_is_told_with_its_numbers_before_anything_is_late(
    unit: str, shown: str
) -> None:
    known = packs(NOW - 20 * DAY, **short(6_000, 5_000, unit))
    diary = a_good_week().check(NOW - HOUR, **{**OVERDUE, "verdict": "INCONCLUSIVE"}, **known)

    found = judged(diary, NOW)

    (reason,) = (one for one in found.reasons if one.failure is FailureClass.OVERDUE)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"needs {shown}" in str(reason.message)
    assert FaultKind.READ_BACK_OVERDUE in kinds(diary, NOW)


def test_without_a_deadline_nothing_is_overdue() -> None:
    diary = a_good_week().check(NOW - HOUR, **packs(START - 900 * DAY))

    assert judged(diary, NOW, a_job()).verdict is Verdict.PASS


def test_bytes_that_nobody_ever_read_are_overdue_from_the_beginning_of_the_job() -> None:
    diary = a_good_week()

    assert judged(diary, NOW, a_job(read_within=7 * DAY)).verdict is Verdict.PASS
    assert judged(diary, NOW, a_job(read_within=6 * DAY)).verdict is Verdict.OVERDUE


def test_what_was_read_late_was_right_and_is_no_damage() -> None:
    diary = a_good_week().check(NOW - HOUR, **OVERDUE, **packs(NOW - 40 * DAY))

    (answer,) = observations_from_record(diary.records[-1], Roster(organisation="a"))

    assert answer.fault is None
    assert FaultKind.READ_BACK_FAILED not in kinds(diary, NOW)


def test_a_damaged_pack_stands_until_packs_are_found_right_and_a_slice_does_not_end_it() -> None:
    bad = {"verdict": "FAIL", "failure": "integrity", **packs(NOW - DAY, whole=False)}
    diary = a_good_week().check(NOW, **bad).drill(NOW + HOUR, START + 6 * DAY)
    slice_only = judged(diary.check(NOW + HOUR, slice={"k": 1, "n": 30}), NOW + HOUR).verdict
    late = judged(diary.check(NOW + HOUR, **OVERDUE, **packs(NOW - DAY)), NOW + 2 * HOUR).verdict

    assert slice_only is Verdict.FAIL
    assert late is Verdict.PASS


def test_a_damaged_slice_ends_once_all_packs_were_read_since() -> None:
    bad: dict[str, Any] = {"verdict": "FAIL", "failure": "integrity", "slice": {"k": 3, "n": 30}}
    diary = a_good_week().check(NOW, **bad).drill(NOW + HOUR, START + 6 * DAY)
    some = judged(diary.check(NOW + 2 * HOUR, **packs(NOW - DAY)), NOW + 3 * HOUR).verdict
    every = judged(diary.check(NOW + 4 * HOUR, **packs(NOW + HOUR)), NOW + 5 * HOUR).verdict

    assert some is Verdict.FAIL
    assert every is Verdict.PASS


def test_what_is_known_of_packs_survives_the_cache() -> None:
    diary = a_good_week().check(NOW, **packs(NOW - DAY, **short(6, 5))).check(NOW + HOUR)
    facts = diary.facts()

    assert facts_from_plain(json.loads(json.dumps(plain_from_facts(facts)))) == facts


def test_a_report_says_of_a_read_back_how_much_is_proven_within_what_time() -> None:
    diary = Diary().check(NOW, **packs(NOW - DAY, proven=39, overdue=1, **short(6, 5)))

    run = run_from_record(diary.records[0])

    assert run is not None
    assert run.read_back is not None
    assert diary.records[0].kind is RecordKind.CHECK_FINISHED
    assert (run.read_back.proven, run.read_back.packs, run.read_back.overdue) == (39, 40, 1)
    assert run.read_back.within == timedelta(days=30)
    assert (run.read_back.short, run.read_back.needed, run.read_back.allowed) == (True, 6, 5)
