"""A report says exactly which days it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.period import Cadence, Period, period_before, period_from_text, preceding

ZONES = ("UTC", "Europe/Madrid", "America/Bogota", "Pacific/Auckland")
days = st.dates(date(2001, 1, 2), date(2090, 12, 30))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-10-25", date(2026, 10, 25), date(2026, 10, 25)),
        ("2026-10-05..2026-10-18", date(2026, 10, 5), date(2026, 10, 18)),
    ],
)
def test_a_period_is_written_as_people_say_it(text: str, first: date, last: date) -> None:
    period = period_from_text(text, "Europe/Madrid")

    assert (text, first, last) == (period.name, period.first, period.last)


def test_days_begin_at_midnight_of_the_firm_also_when_the_clocks_change() -> None:
    period = period_from_text("2026-10-25", "Europe/Madrid")

    assert datetime(2026, 10, 24, 22, tzinfo=UTC) == period.start
    assert timedelta(hours=25) == period.end - period.start


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-13",
        "2026-Q5",
        "0026",
        "2026-02-30",
        "2026-10-18..2026-10-05",
        "last month",
        "\uff12\uff10\uff12\uff16",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each reader of dates has its own words
        period_from_text(text, "UTC")


@given(days, st.sampled_from(tuple(Cadence)), st.sampled_from(ZONES))
def test_periods_follow_each_other_without_a_gap(day: date, cadence: Cadence, zone: str) -> None:
    period = period_before(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), cadence, zone)
    earlier = preceding(period, zone)

    assert earlier.end == period.start
    assert earlier.last + timedelta(days=1) == period.first
    assert (earlier.cadence, cadence) == (cadence, period.cadence)


@given(days, st.sampled_from(tuple(Cadence)), st.sampled_from(ZONES))
def test_a_period_is_read_back_from_its_name(day: date, cadence: Cadence, zone: str) -> None:
    period = period_before(datetime(day.year, day.month, day.day, tzinfo=UTC), cadence, zone)
    read = period_from_text(period.name, zone)

    assert _days(period) == _days(read)


def _days(period: Period) -> tuple[datetime, datetime, date, date]:
    return period.start, period.end, period.first, period.last
