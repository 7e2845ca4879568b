"""A report says nothing better than it is known, and puts what is missing first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.evidence import Head
from continuity.domain.failure import ConfigurationError
from continuity.domain.light import Light
from continuity.domain.period import period_from_text
from continuity.domain.portfolio import SystemPlan
from continuity.domain.reason import gravity
from continuity.domain.report import Trend
from continuity.domain.surviving import Survival
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from tests.support.judgement import CORRUPT, DAY, HOUR, START, Diary, a_job, a_system, diaries
from tests.support.reported import END, MARCH, ZONE, a_good_month, reported

systems = st.builds(
    lambda rpo, rto: a_system(rpo=rpo, rto=rto),
    st.sampled_from((None, timedelta(hours=4), timedelta(days=2))),
    st.sampled_from((None, timedelta(minutes=5), timedelta(hours=4))),
)
waits = st.integers(1, 60_000).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=40)
@given(diaries(), systems, waits)
def test_nothing_unknown_is_green(diary: Diary, system: SystemPlan, wait: timedelta) -> None:
    report = reported(diary, (diary.facts().newest or START) + wait, systems=[system])
    (line,) = report.systems

    if line.light is Light.GREEN:
        assert line.verdict is Verdict.PASS
        assert line.survival is Survival.PROVEN
        assert None not in {line.back, line.loss}
    else:
        assert report.gaps
    if report.light is Light.GREEN:
        assert report.verdict is Verdict.PASS


@settings(max_examples=40)
@given(diaries(), systems, waits)
def test_what_is_wrong_comes_first_and_the_gravest_leads(
    diary: Diary, system: SystemPlan, wait: timedelta
) -> None:
    report = reported(diary, (diary.facts().newest or START) + wait, systems=[system])
    graves = [gravity(gap.verdict) for gap in report.gaps]

    assert graves == sorted(graves, reverse=True)
    assert Verdict.PASS not in {gap.verdict for gap in report.gaps}


@settings(max_examples=40)
@given(diaries(), waits)
def test_every_run_of_the_period_is_counted_once(diary: Diary, wait: timedelta) -> None:
    report = reported(diary, (diary.facts().newest or START) + wait)
    ended = [one for one in diary.records if one.kind.value.endswith(".finished")]
    inside = [one for one in ended if MARCH.holds(one.recorded_at)]

    assert len(inside) == sum(tally.total for tally in report.tallies)
    assert [one.sequence for one in inside] == [run.record for run in report.annex.runs]


def test_a_good_month_says_when_it_is_back_since_when_that_is_known_and_what_is_lost() -> None:
    (line,) = reported(a_good_month(), END).systems

    expected = (
        "If Billing were lost today: back in 10 min (measured on 2026-03-29), losing at most"
        " 3 h 5 min."
    )
    assert expected == str(line.sentence)
    assert line.light is Light.GREEN


def test_copies_that_nobody_restored_are_not_called_a_way_back() -> None:
    (line,) = reported(Diary().backup(START), START + HOUR).systems

    assert "nobody knows whether it comes back" in str(line.sentence)
    assert line.light is not Light.GREEN


def test_without_any_copy_there_is_nothing_to_come_back_from() -> None:
    (line,) = reported(Diary(), START + HOUR).systems

    assert "there is nothing to bring all of it back from" in str(line.sentence)


def test_a_system_that_got_worse_since_the_month_before_says_so() -> None:
    april = period_from_text("2026-04", ZONE)
    diary = a_good_month()
    for day in (28, 29, 30):
        diary.backup(START + day * DAY)
    diary.backup(START + 31 * DAY).drill(START + 32 * DAY, START + 31 * DAY, **CORRUPT)
    report = reported(diary, START + 33 * DAY, april)

    (line,) = report.systems
    assert (line.trend, line.light) == (Trend.WORSE, Light.RED)
    assert line.before is not None
    assert line.before.light is Light.GREEN


def test_a_first_month_is_compared_with_nothing() -> None:
    report = reported(a_good_month(), END)

    assert (report.lights_before, report.systems[0].trend) == (None, Trend.UNKNOWN)


def test_a_month_that_is_over_is_judged_as_it_ended_and_not_as_it_is_now() -> None:
    diary = a_good_month()
    as_it_ended = reported(diary, MARCH.end)
    later = diary.drill(MARCH.end + DAY, START + 27 * DAY, **CORRUPT)

    assert as_it_ended.systems == reported(later, MARCH.end + 2 * DAY).systems


def test_a_period_that_has_not_begun_has_no_report() -> None:
    with pytest.raises(ConfigurationError):
        reported(Diary(), MARCH.start)


def test_nothing_of_a_damaged_record_is_green() -> None:
    report = reported(a_good_month(), END, doubt=say("The record was altered."))

    assert (report.light, report.systems[0].light) == (Light.RED, Light.UNKNOWN)


def test_a_file_that_cannot_be_used_is_a_gap_of_the_report() -> None:
    problem = say("jobs/crm.yaml cannot be read.")
    report = reported(a_good_month(), END, problems=(problem,))

    assert (problem, Light.UNKNOWN) == (report.gaps[0].text, report.light)


def test_what_was_not_tested_is_listed_with_the_reason() -> None:
    skipped = a_job(name="billing-away", skip_until=END + DAY, skip_reason="moving house")
    report = reported(a_good_month(), END, jobs=[a_job(), skipped, a_job(name="never")])

    why = {one.job: str(one.why) for one in report.annex.untested}
    assert {"billing-away", "never"} == why.keys()
    assert "moving house" in why["billing-away"]
    assert why["never"] == "No restore test of it is planned."


def test_the_report_names_the_record_it_rests_on() -> None:
    diary = a_good_month()
    end = reported(diary, END, checkpoint="33:ab").annex.record

    assert Head(sequence=33, hash="") == Head(sequence=end.sequence, hash=end.hash)
    assert (end.checkpoint, len(diary.records)) == ("33:ab", end.sequence)


def test_a_target_that_nobody_set_is_a_decision_to_take() -> None:
    report = reported(a_good_month(), END, systems=[a_system(rpo=None, rto=None)])

    assert [str(one) for one in report.decisions] == [
        "How much work may Billing lose? No target is set.",
        "How long may Billing be down? No target is set.",
    ]


def test_a_place_whose_loss_takes_everything_is_a_risk() -> None:
    risks = [str(one) for one in reported(a_good_month(), END).risks]

    assert risks[0].startswith("If office burned down, the only system would lose everything")
