"""Reports are sent when they are due: once for each period, whatever clocks and machines do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.period import Cadence
from continuity.domain.report_calendar import (
    Clockwork,
    Expected,
    due_reports,
    latest_expected,
    missed_reports,
    next_deadline,
    period_named,
)

MADRID = Clockwork(at=time(7), zone="Europe/Madrid", grace=timedelta(hours=6))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SENT = tuple(one for one in Cadence if one is not Cadence.SPAN)
moments = st.datetimes(datetime(2021, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract
clockworks = st.builds(
    Clockwork,
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    zone=st.sampled_from(("UTC", "Europe/Madrid", "America/Santiago", "Pacific/Auckland")),
    grace=st.timedeltas(timedelta(minutes=1), timedelta(days=2)),
)


def expected(cadence: Cadence, since: datetime = LONG_AGO) -> Expected:
    return Expected(name="boss", cadence=cadence, since=since)


def names(cadence: Cadence, now: datetime, clockwork: Clockwork = MADRID) -> list[str]:
    return [due.period.name for due in due_reports([expected(cadence)], set(), clockwork, now)]


@pytest.mark.parametrize(
    ("cadence", "local", "latest"),
    [
        (Cadence.DAY, "2026-11-21T07:00", "2026-11-21"),
        (Cadence.DAY, "2026-11-21T06:59", "2026-11-20"),
        (Cadence.WEEK, "2026-11-23T07:00", "2026-W47"),
        (Cadence.WEEK, "2026-11-23T06:59", "2026-W46"),
        (Cadence.MONTH, "2026-03-01T07:00", "2026-02"),
        (Cadence.MONTH, "2026-02-28T23:59", "2026-01"),
        (Cadence.QUARTER, "2027-01-01T07:00", "2026-Q4"),
        (Cadence.YEAR, "2027-01-01T06:59", "2025"),
    ],
)
def test_a_report_is_due_in_the_morning_after_its_period(
    cadence: Cadence, local: str, latest: str
) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Madrid")).astimezone(UTC)

    assert latest == names(cadence, now)[-1]


def test_a_time_that_the_clocks_skip_is_due_at_the_next_that_exists() -> None:
    skipped = Clockwork(at=time(2, 30), zone="Europe/Madrid", grace=timedelta(hours=1))

    assert names(Cadence.DAY, datetime(2026, 3, 29, 0, 59, tzinfo=UTC), skipped)[-1] == "2026-03-28"
    assert names(Cadence.DAY, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), skipped)[-1] == "2026-03-29"


def test_a_time_that_comes_twice_is_due_once() -> None:
    twice = Clockwork(at=time(2, 30), zone="Europe/Madrid", grace=timedelta(hours=1))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    (due,) = due_reports([expected(Cadence.DAY)], set(), twice, first)

    assert due_reports([expected(Cadence.DAY)], {due.mark}, twice, first + timedelta(hours=1)) == ()


def test_after_a_long_stop_one_digest_is_sent_and_every_month_is() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert names(Cadence.DAY, now) == ["2026-11-21"]
    assert names(Cadence.MONTH, now) == ["2026-08", "2026-09", "2026-10"]


def test_nothing_is_due_or_missed_from_before_anybody_wanted_it() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    fresh = expected(Cadence.DAY, since=now - timedelta(hours=1))

    assert due_reports([fresh], set(), MADRID, now) == ()
    assert missed_reports([fresh], set(), MADRID, now + timedelta(hours=2)) == ()


def test_a_digest_that_did_not_arrive_is_missed_after_its_grace_and_named() -> None:
    seven = datetime(2026, 11, 21, 6, tzinfo=UTC)
    wanted = expected(Cadence.DAY, since=seven - timedelta(days=2, hours=1))
    arrived = {("boss", "2026-11-19"), ("boss", "2026-11-20")}

    in_time = missed_reports([wanted], arrived, MADRID, seven + timedelta(hours=6))
    late = missed_reports([wanted], arrived, MADRID, seven + timedelta(hours=6, seconds=1))

    assert in_time == ()
    assert [due.mark for due in late] == [("boss", "2026-11-21")]


@given(st.sampled_from(SENT), clockworks, moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_what_was_sent_is_never_due_again(
    cadence: Cadence, clockwork: Clockwork, now: datetime, later: timedelta
) -> None:
    first = due_reports([expected(cadence)], set(), clockwork, now)
    sent = {due.mark for due in first}

    assert due_reports([expected(cadence)], sent, clockwork, now) == ()
    assert not sent & {
        due.mark for due in due_reports([expected(cadence)], sent, clockwork, now + later)
    }


@given(st.sampled_from(SENT), clockworks, moments)
def test_a_due_report_is_of_a_period_that_is_over_and_is_found_again_by_its_name(
    cadence: Cadence, clockwork: Clockwork, now: datetime
) -> None:
    for due in due_reports([expected(cadence)], set(), clockwork, now):
        assert due.period.end <= due.at <= now
        assert due.period == period_named(due.period.name, cadence, clockwork)


@given(st.sampled_from(SENT), clockworks, moments)
def test_the_next_deadline_is_the_one_after_which_the_next_report_counts_as_missed(
    cadence: Cadence, clockwork: Clockwork, now: datetime
) -> None:
    wanted = expected(cadence, since=now)
    deadline = next_deadline(wanted, clockwork, now)
    second = timedelta(seconds=1)

    assert latest_expected(wanted, clockwork, deadline) is None
    assert latest_expected(wanted, clockwork, deadline + second) is not None
