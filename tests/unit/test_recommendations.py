"""A recommendation names the numbers that made it, and the next report says whether it helped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any  # JSON, or keys of any dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.advice import Advice, Outcome, Rule, Size
from continuity.domain.incident import Incident, State
from continuity.domain.period import Period, period_from_text
from continuity.domain.report import Report
from continuity.domain.segment import Clock, Segment
from continuity.domain.text import say
from tests.support.incidents import NOW as OPENED
from tests.support.incidents import opened
from tests.support.judgement import CORRUPT, DAY, FULL, HOUR, START, Diary, a_job, a_system, diaries
from tests.support.reported import END, PHASES, ZONE, a_good_month, reported

NOVEMBER = period_from_text("2026-11", ZONE)


def rules(report: Report) -> set[Rule]:
    return {one.rule for one in report.advice}


def the(report: Report, rule: Rule) -> Advice:
    (one,) = [one for one in report.advice if one.rule is rule]
    return one


def incident(**changed: Any) -> Incident:
    _, made = opened()
    return replace(made, system="billing", **changed)


def in_november(*incidents: Incident) -> Report:
    return reported(Diary(), OPENED + 2 * DAY, NOVEMBER, incidents=incidents)


def test_a_job_that_was_never_restored_from_is_named() -> None:
    advice = the(reported(Diary().backup(START), START + DAY), Rule.NEVER_TESTED)

    assert str(advice.because) == "Its only job was never restored from: billing-files."
    assert "Billing" in str(advice.what)


def test_an_old_proof_is_told_with_its_age_and_what_would_hold() -> None:
    advice = the(reported(a_good_month(), END + 20 * DAY, april()), Rule.OVERDUE_PROOF)

    assert str(advice.because) == (
        "The latest test of its only job is 20 d 1 h old, and one holds for 10 d."
    )


def test_a_test_that_failed_is_never_told_as_one_that_passed() -> None:
    diary = a_good_month().drill(END, START + 27 * DAY, **CORRUPT)
    advice = the(reported(diary, END + HOUR), Rule.OVERDUE_PROOF)

    expected = "The latest restore test of its only job did not pass: billing-files."
    assert str(advice.because) == expected


def april() -> Period:
    return period_from_text("2026-04", ZONE)


def test_a_recovery_that_is_too_slow_names_the_phase_that_costs_most() -> None:
    advice = the(
        reported(a_good_month(), END, systems=[a_system(rto=timedelta(minutes=5))]), Rule.TOO_SLOW
    )

    assert "the phase restore" in str(advice.what)
    assert str(advice.because) == (
        "Recovery takes 10 min; the target is 5 min. restore alone took 8 min 20 s."
    )
    assert str(advice.effect).startswith("5 min less to wait")


def test_a_recovery_that_nobody_timed_is_to_be_timed() -> None:
    aimed, aimless = [a_system(rto=4 * HOUR)], [a_system(rto=None)]
    young = Diary().backup(START)
    advice = the(reported(young, START + DAY, systems=aimed), Rule.UNTIMED)

    assert str(advice.because).startswith("The target is 4 h")
    assert Rule.UNTIMED not in rules(reported(a_good_month(), END, systems=aimed))
    assert Rule.UNTIMED not in rules(reported(young, START + DAY, systems=aimless))


def test_a_source_that_shrinks_is_told_with_both_counts() -> None:
    diary = a_good_month()
    point = {
        "id": "small",
        "data_time": "2026-03-30T00:00:00.000000Z",
        "usable_time": "2026-03-30T00:05:00.000000Z",
        "files": 12,
        "bytes": 5,
    }
    diary.backup(START + 28 * DAY, point=point)
    advice = the(reported(diary, START + 28 * DAY + HOUR), Rule.SHRINKING)

    assert str(advice.because) == ("billing-files: the newest copy has 12 files; usual are 100.")


def test_copies_in_the_place_of_their_source_are_asked_to_leave_it() -> None:
    jobs = [a_job(home="office", keeper="local")]
    found = rules(reported(a_good_month(), END, jobs=jobs))

    assert Rule.SINGLE_SITE in found


def test_a_system_without_a_runbook_is_asked_for_one() -> None:
    why = say("No runbook is named for it.")
    advice = the(reported(a_good_month(), END, unready={"billing": why}), Rule.RUNBOOK)

    assert advice.because == why


def test_what_came_back_is_asked_to_be_understood() -> None:
    advice = the(in_november(incident(cycle=3)), Rule.REPEATED)

    assert "It came 3 times" in str(advice.because)
    assert "CONT-0001" in str(advice.what)


def test_what_nobody_took_is_told_with_how_long() -> None:
    advice = the(in_november(incident()), Rule.UNANSWERED)

    assert str(advice.because) == "Nobody had it in 2 d."


def test_what_somebody_took_or_was_only_played_is_no_reproach() -> None:
    taken = incident(acknowledged_at=OPENED, state=State.ACKNOWLEDGED)
    played = incident(drill=True)

    assert Rule.UNANSWERED not in rules(in_november(taken))
    assert Rule.UNANSWERED not in rules(in_november(played))


def test_waiting_for_a_provider_is_told_with_its_share() -> None:
    waiting = Segment(
        clock=Clock.RESOLUTION,
        start=OPENED + HOUR,
        end=OPENED + 41 * HOUR,
        counted=False,
        reason="provider",
    )
    advice = the(in_november(incident(clocks=(waiting,))), Rule.PROVIDER_WAIT)

    assert str(advice.because) == "1 d 16 h of 2 d were spent waiting for the provider."


def test_the_person_who_answers_for_the_system_is_named_with_a_date() -> None:
    advice = the(
        reported(Diary().backup(START), START + DAY, owners={"billing": "maria"}),
        Rule.NEVER_TESTED,
    )

    assert advice.owner == "maria"
    assert (advice.impact, advice.by.isoformat()) == (Size.MEDIUM, "2026-04-02")


def test_a_vital_system_comes_before_an_unimportant_one() -> None:
    systems = [a_system(name="a", title="A", criticality="low")]
    systems += [a_system(name="z", title="Z", criticality="vital")]
    jobs = [a_job(name="ja", system="a", path_set="1"), a_job(name="jz", system="z", path_set="2")]
    report = reported(Diary(), START + DAY, systems=systems, jobs=jobs)

    asked = [one.subject for one in report.advice if one.rule is Rule.NEVER_TESTED]
    assert asked == ["z", "a"]


def test_a_recommendation_that_was_followed_is_told_as_gone() -> None:
    diary = Diary().backup(START + 29 * DAY)
    for day in (30, 31, 32):
        diary.backup(START + day * DAY)
    diary.drill(START + 33 * DAY, START + 32 * DAY, **FULL, **PHASES)
    outcomes = {
        one.before.rule: one.outcome
        for one in reported(diary, START + 33 * DAY + HOUR, april()).answered
    }

    assert outcomes[Rule.NEVER_TESTED] is Outcome.GONE


def test_a_recommendation_that_was_not_followed_is_told_with_todays_numbers() -> None:
    diary = Diary().backup(START).backup(START + 40 * DAY)
    (answer,) = [
        one
        for one in reported(diary, START + 41 * DAY, april()).answered
        if one.before.rule is Rule.NEVER_TESTED
    ]

    assert answer.outcome is Outcome.REMAINS
    assert answer.now is not None


@settings(max_examples=40)
@given(diaries(), st.integers(1, 60_000))
def test_recommendations_are_ranked_and_each_says_all_it_has_to(diary: Diary, wait: int) -> None:
    now = (diary.facts().newest or START) + timedelta(minutes=wait)
    report = reported(diary, now, unready={"billing": say("No runbook is named for it.")})
    sizes = [tuple(Size).index(one.impact) for one in report.advice]

    assert sizes == sorted(sizes, reverse=True)
    for one in report.advice:
        assert all("{" not in str(said) for said in (one.what, one.because, one.effect))
