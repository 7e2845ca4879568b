"""Which restore points stay, and when nothing may go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.facts import Identity, Point
from continuity.domain.job import Retention
from continuity.domain.retention import RetentionPlan, RetentionQuestion, plan_retention
from continuity.domain.text import say

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def a_point(age: timedelta, *, whole: bool = True) -> Point:
    moment = NOW - age
    return Point(
        id=f"p{moment.isoformat()}",
        data_time=moment,
        usable_time=moment,
        identity=Identity(),
        files=1,
        bytes=1,
        whole=whole,
    )


def a_question(points: list[Point], **rule: int) -> RetentionQuestion:
    counts = {"last": 1, "daily": 0, "weekly": 0, "monthly": 0, **rule}
    return RetentionQuestion(
        points=points,
        rule=Retention(**counts),
        zone="Europe/Madrid",
        now=NOW,
        newest_record=NOW,
        proven=frozenset(),
    )


def kept(plan: RetentionPlan) -> list[Point]:
    return [one.point for one in plan.kept]


rules = st.builds(
    Retention,
    last=st.integers(1, 4),
    daily=st.integers(0, 5),
    weekly=st.integers(0, 4),
    monthly=st.integers(0, 4),
    yearly=st.integers(0, 2),
)
point_lists = st.lists(
    st.tuples(st.integers(0, 60_000), st.booleans()), max_size=40, unique_by=lambda one: one[0]
).map(lambda drawn: [a_point(timedelta(minutes=minutes), whole=whole) for minutes, whole in drawn])


@st.composite
def questions(draw: st.DrawFn) -> RetentionQuestion:
    points = draw(point_lists)
    ids = [point.id for point in points]
    some = st.frozensets(st.sampled_from(ids), max_size=3) if ids else st.just(frozenset[str]())
    return replace(a_question(points), rule=draw(rules), proven=draw(some), in_use=draw(some))


@given(questions())
def test_retention_applied_twice_removes_nothing_more(question: RetentionQuestion) -> None:
    once = plan_retention(question)
    twice = plan_retention(replace(question, points=kept(once)))

    assert kept(once) == kept(twice)
    assert twice.removed == ()


@given(questions())
def test_every_point_is_either_kept_with_a_reason_or_removed(question: RetentionQuestion) -> None:
    plan = plan_retention(question)

    assert {point.id for point in question.points} == {p.id for p in (*kept(plan), *plan.removed)}
    assert len(question.points) == len(plan.kept) + len(plan.removed)
    assert all(one.reasons for one in plan.kept)


@given(questions(), rules)
def test_a_more_generous_rule_keeps_all_that_a_stricter_one_keeps(
    question: RetentionQuestion, more: Retention
) -> None:
    generous = Retention(
        **{
            name: max(getattr(question.rule, name), getattr(more, name))
            for name in Retention.model_fields
        }
    )

    few = {point.id for point in kept(plan_retention(question))}
    many = {point.id for point in kept(plan_retention(replace(question, rule=generous)))}
    assert few <= many


@given(questions())
def test_retention_never_removes_the_last_points_the_last_proven_one_or_one_in_use(
    question: RetentionQuestion,
) -> None:
    gone = {point.id for point in plan_retention(question).removed}
    points = sorted(question.points, key=lambda point: point.data_time)
    whole = [point.id for point in points if point.whole]
    proven = [point.id for point in points if point.id in question.proven]
    last = question.rule.last

    assert not gone & {*[point.id for point in points][-last:], *whole[-last:], *proven[-1:]}
    assert not gone & question.in_use
    assert len(gone) < len(points) or not points


@given(questions(), st.sampled_from(("hold", "behind", "silent", "doubtful")))
def test_nothing_is_removed_while_in_doubt(question: RetentionQuestion, doubt: str) -> None:
    day = timedelta(days=1)
    suspect = a_point(timedelta(0))._replace(id="suspect", doubtful=True)
    doubtful = {
        "hold": replace(question, hold=say("Files may be encrypted.")),
        "behind": replace(question, newest_record=NOW + day),
        "silent": replace(question, now=NOW + 15 * day, newest_record=NOW),
        "doubtful": replace(question, points=[*question.points, suspect]),
    }
    plan = plan_retention(doubtful[doubt])

    assert plan.held is not None
    assert plan.removed == ()


def test_points_that_did_not_pass_never_push_the_good_ones_out() -> None:
    good = [a_point(timedelta(days=days)) for days in (10, 11)]
    bad = [a_point(timedelta(days=days), whole=False) for days in range(8)]
    plan = plan_retention(a_question([*good, *bad], last=2, daily=3))

    assert set(good) <= set(kept(plan))


def test_days_are_those_of_the_zone() -> None:
    # 23:30 and 00:30 in Madrid are one day in UTC and two where the people are.
    late = a_point(timedelta(hours=14, minutes=30))
    early = a_point(timedelta(hours=13, minutes=30))
    plan = plan_retention(a_question([late, early], daily=2))

    assert [late, early] == kept(plan)


@pytest.mark.parametrize(
    ("rule", "count"), [({"daily": 14}, 14), ({"weekly": 4}, 4), ({"monthly": 3}, 3)]
)
def test_each_rule_keeps_as_many_as_it_says(rule: dict[str, int], count: int) -> None:
    points = [a_point(timedelta(hours=12 * half)) for half in range(400)]

    assert count == len(plan_retention(a_question(points, **rule)).kept)
