"""What becomes of a system that has several jobs, and of systems that need each other."""

from datetime import timedelta

import pytest

from continuity.domain.assessment import Assessment, SystemAssessment, assess
from continuity.domain.failure import ConfigurationError
from continuity.domain.portfolio import Portfolio
from continuity.domain.recovery_time import TimeKind
from continuity.domain.verdict import Verdict
from tests.support.judgement import (
    DAY,
    FULL,
    HOUR,
    NOW,
    START,
    Diary,
    a_good_week,
    a_job,
    a_system,
)


def only(assessment: Assessment) -> SystemAssessment:
    return assessment.systems[0]


def test_only_a_measured_time_meets_a_target() -> None:
    system = a_system(rto=HOUR)
    diary = a_good_week()
    for extra in range(4):
        diary.drill(NOW + extra * HOUR, START + 6 * DAY)
    computed = diary.judged(NOW + 4 * HOUR, system=system)
    measured = diary.drill(NOW + 4 * HOUR, START + 6 * DAY, **FULL)

    assert only(computed).rto.total.kind is TimeKind.EXTRAPOLATED
    assert computed.verdict is Verdict.INCONCLUSIVE
    assert measured.judged(NOW + 5 * HOUR, system=system).verdict is Verdict.PASS
    assert measured.judged(NOW + 5 * HOUR, system=a_system(rto=DAY / 200)).verdict is Verdict.FAIL


def test_without_any_measurement_the_recovery_time_is_unknown_and_not_zero() -> None:
    judged = Diary().backup(START).judged(START + HOUR, system=a_system(rto=HOUR))

    assert only(judged).rto.total.high is None
    assert only(judged).rto.verdict is Verdict.INCONCLUSIVE


def test_a_second_copy_that_is_older_does_not_fail_the_first() -> None:
    diary = a_good_week()
    away = {"repository": "offsite", "repository_id": "o1"}
    diary.backup(START, job="billing-away", **away)
    diary.drill(START + HOUR, START, job="billing-away", **away)
    jobs = (a_job(), a_job(name="billing-away", repository="offsite"))
    portfolio = Portfolio(systems=(a_system(),), jobs=jobs, facts=diary.facts())
    judged = assess(portfolio, NOW)

    assert judged.verdict is Verdict.PASS
    assert only(judged).rpo.now == 2 * HOUR + timedelta(minutes=5)


def test_a_system_that_no_job_protects_is_inconclusive() -> None:
    judged = assess(Portfolio(systems=(a_system(),), jobs=(), facts=Diary().facts()), NOW)

    assert judged.verdict is Verdict.INCONCLUSIVE


def test_systems_that_wait_for_each_other_are_refused_by_name() -> None:
    systems = (
        a_system(name="mail", depends_on=("directory",)),
        a_system(name="directory", depends_on=("mail",)),
    )
    portfolio = Portfolio(systems=systems, jobs=(), facts=Diary().facts())

    with pytest.raises(ConfigurationError, match="directory, mail"):
        assess(portfolio, START)


def test_recovery_time_follows_the_longest_chain_of_dependencies() -> None:
    diary = Diary()
    names = ("network", "database", "shop")
    for name in names:
        diary.backup(START, job=name, path_set=name)
        diary.drill(START + HOUR, START, job=name, **{**FULL, "path_set": name})
    systems = (
        a_system(name="network"),
        a_system(name="database", depends_on=("network",)),
        a_system(name="shop", depends_on=("database", "network"), rto=timedelta(minutes=25)),
    )
    jobs = tuple(a_job(name=name, system=name, path_set=name) for name in names)
    judged = assess(Portfolio(systems=systems, jobs=jobs, facts=diary.facts()), START + 2 * HOUR)
    shop = judged.systems[2]

    assert shop.rto.total.high == timedelta(minutes=30)
    assert shop.rto.path == names
    assert shop.verdict is Verdict.FAIL
