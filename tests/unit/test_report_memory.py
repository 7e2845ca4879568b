"""What was recommended is remembered as it was sent, and the next report says what became of it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.advice import Advice, Outcome, Rule, Size
from continuity.domain.advice_plain import advice_in, plain_from_advice
from continuity.domain.evidence import RecordKind
from continuity.domain.report import Report
from continuity.domain.text import say
from tests.support.judgement import DAY, START, Diary
from tests.support.reported import END, a_good_month, reported

NOT_WRITTEN = say("No runbook is named for it.")


def told_in_february(advice: tuple[Advice, ...], period: str = "2026-02") -> Diary:
    """A good month, after a report of the month before was sent with these recommendations."""
    body = {"period": period, "advice": plain_from_advice(advice)}
    diary = Diary().write(RecordKind.REPORT_SENT, START - DAY, body, job=None)
    for record in a_good_month().records:
        diary.write(record.kind, record.recorded_at, record.body, record.job)
    return diary


def an_advice() -> Advice:
    """What is said of a system whose runbook nobody wrote."""
    (one,) = (
        one
        for one in reported(a_good_month(), END, unready={"billing": NOT_WRITTEN}).advice
        if one.rule is Rule.RUNBOOK
    )
    return one


def outcome(report: Report) -> Outcome:
    (one,) = report.answered
    return one.outcome


def test_what_was_sent_and_is_settled_now_helped() -> None:
    report = reported(told_in_february((an_advice(),)), END)

    assert outcome(report) is Outcome.GONE
    assert str(report.answered[0].before.because) == "No runbook is named for it."


def test_what_was_sent_and_is_found_again_is_still_so() -> None:
    unready = {"billing": say("Its runbook {name} is not in use.", name="bring-back")}
    report = reported(told_in_february((an_advice(),)), END, unready=unready)

    assert outcome(report) is Outcome.REMAINS
    assert str(report.answered[0].now) == "Its runbook bring-back is not in use."


def test_what_was_sent_of_another_period_is_not_answered() -> None:
    assert reported(told_in_february((an_advice(),), "2026-01"), END).answered == ()


def test_a_report_that_recommended_nothing_leaves_nothing_to_answer() -> None:
    diary = told_in_february(())

    assert reported(diary, END, unready={"billing": NOT_WRITTEN}).answered == ()


@given(
    st.sampled_from(Rule),
    st.text(),
    st.text(),
    st.sampled_from(Size),
    st.integers(0, 2**50),
)
def test_a_recommendation_is_read_back_as_it_was_sent(
    rule: Rule, subject: str, title: str, size: Size, count: int
) -> None:
    one = Advice(
        rule=rule,
        subject=subject,
        title=title,
        what=say("Mend {title}.", title=title),
        because=say("It came {count} times.", count=count),
        effect=say("It is mended."),
        impact=size,
        effort=size,
        owner="",
        by=START.date() + timedelta(days=1),
    )

    assert advice_in({"advice": plain_from_advice([one])}) == (one,)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["rule", "what", "by", "impact"]), inner)
        ),
    )
)
def test_what_is_no_recommendation_is_left_out(odd: object) -> None:
    assert advice_in({"advice": [odd]}) == ()
