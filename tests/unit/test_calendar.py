"""Time that is worked: holidays, seasons and clock changes never make it longer or negative."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from continuity.domain.calendar import (
    ALWAYS,
    Calendar,
    Shift,
    add_business_time,
    business_time,
    is_open,
    open_spans,
    working_day,
)
from tests.support.hours import (
    DAY,
    HOUR,
    MADRID,
    MEXICO,
    NIGHT,
    OFFICE,
    calendars,
    moments,
    spans,
    utc,
)


def whole_day(zone: str) -> Calendar:
    return Calendar(name="whole", zone=zone, shifts=(Shift(),))


def day_in(zone: str, day: date) -> tuple[datetime, datetime]:
    local = ZoneInfo(zone)
    begin = datetime.combine(day, time(), tzinfo=local)
    return begin, datetime.combine(day + DAY, time(), tzinfo=local)


@given(calendars, moments, spans, spans)
def test_time_worked_in_two_parts_is_the_time_worked_in_all(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = start + first, start + first + second

    parts = business_time(calendar, start, middle) + business_time(calendar, middle, end)

    assert parts == business_time(calendar, start, end)


@given(calendars, moments, spans)
def test_time_worked_is_never_negative_nor_longer_than_the_time(
    calendar: Calendar, start: datetime, span: timedelta
) -> None:
    assert timedelta() <= business_time(calendar, start, start + span) <= span
    assert business_time(calendar, start + span, start) == timedelta()


@given(calendars, moments, spans)
def test_after_the_time_that_was_added_so_much_has_been_worked_and_not_before(
    calendar: Calendar, start: datetime, amount: timedelta
) -> None:
    end = add_business_time(calendar, start, amount)

    if end is None:
        assert business_time(calendar, start, start + 1000 * DAY) < amount
        return
    assert business_time(calendar, start, end) == amount
    if amount:
        assert business_time(calendar, start, end - timedelta(seconds=1)) < amount


@given(calendars, moments, spans)
def test_what_is_worked_comes_in_order_and_never_overlaps(
    calendar: Calendar, start: datetime, span: timedelta
) -> None:
    found = list(open_spans(calendar, start, start + span))

    assert all(begin < end for begin, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
    assert all(start <= begin and end <= start + span for begin, end in found)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (MADRID, date(2026, 3, 29), 23),
        (MADRID, date(2026, 10, 25), 25),
        (MEXICO, date(2022, 4, 3), 23),
        (MEXICO, date(2022, 10, 30), 25),
        (MEXICO, date(2026, 4, 5), 24),
    ],
)
def test_a_day_of_a_clock_change_has_the_hours_that_pass(zone: str, day: date, hours: int) -> None:
    assert business_time(whole_day(zone), *day_in(zone, day)) == hours * HOUR


def test_a_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    spring = business_time(NIGHT, utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))
    autumn = business_time(NIGHT, utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))

    assert (spring, autumn) == (7 * HOUR, 9 * HOUR)


def test_a_shift_that_begins_in_the_hour_a_clock_change_skips_begins_after_it() -> None:
    early = Calendar(name="early", zone=MADRID, shifts=(Shift(start=time(2, 30), end=time(4)),))

    found = list(open_spans(early, utc("2026-03-29T00:00"), utc("2026-03-29T12:00")))

    assert found == [(utc("2026-03-29T01:00"), utc("2026-03-29T02:00"))]


def test_a_shift_that_begins_in_the_hour_that_comes_twice_begins_the_first_time() -> None:
    early = Calendar(name="early", zone=MADRID, shifts=(Shift(start=time(2, 30), end=time(4)),))

    found = list(open_spans(early, utc("2026-10-25T00:00"), utc("2026-10-25T12:00")))

    assert found == [(utc("2026-10-25T00:30"), utc("2026-10-25T03:00"))]


def test_the_same_office_hours_are_other_instants_after_a_clock_change() -> None:
    friday, monday = (utc("2026-10-23T00:00"), utc("2026-10-26T00:00"))

    before, after = (next(open_spans(OFFICE, day, day + DAY))[0] for day in (friday, monday))

    assert before == utc("2026-10-23T07:00")
    assert after == utc("2026-10-26T08:00")


def test_eight_hours_from_friday_noon_are_used_up_on_monday_past_a_clock_change() -> None:
    due = add_business_time(OFFICE, utc("2026-10-23T10:00"), 8 * HOUR)

    # Friday 12 to 14 and 16 to 19 are five hours; Monday 9 to 12 in winter time the other three.
    assert due == utc("2026-10-26T11:00")


def test_nobody_works_on_a_holiday() -> None:
    assert not is_open(OFFICE, utc("2026-12-08T10:00"))
    assert is_open(OFFICE, utc("2026-12-07T10:00"))


def test_a_season_has_its_own_hours_from_its_first_to_its_last_day() -> None:
    assert [
        is_open(OFFICE, utc(f"2026-{day}T16:30")) for day in ("06-12", "06-15", "09-15", "09-16")
    ] == [True, False, False, True]


def test_a_night_shift_goes_on_into_a_holiday_and_none_begins_on_it() -> None:
    closed = Calendar(
        name="night", zone="UTC", shifts=NIGHT.shifts, closed=frozenset({date(2026, 5, 2)})
    )

    assert is_open(closed, utc("2026-05-02T03:00"))
    assert not is_open(closed, utc("2026-05-02T23:00"))


def test_who_never_works_is_never_due() -> None:
    never = Calendar(name="never", zone="UTC", shifts=())

    assert add_business_time(never, utc("2026-01-01T00:00"), HOUR) is None
    assert not is_open(never, utc("2026-01-01T00:00"))


def test_always_is_the_time_on_the_wall() -> None:
    start = utc("2026-03-29T00:30")

    assert business_time(ALWAYS, start, start + DAY) == DAY
    assert add_business_time(ALWAYS, start, DAY) == start + DAY
    assert business_time(ALWAYS, start + DAY, start) == timedelta()


def test_a_working_day_is_the_longest_of_an_ordinary_week() -> None:
    assert working_day(OFFICE) == 8 * HOUR
    assert working_day(ALWAYS) == DAY
    assert working_day(NIGHT) == 8 * HOUR
