"""Hours, days and service times are read as people mean them, or refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import Shift
from continuity.domain.ladder import recipient_from_text, text_from_recipient
from continuity.domain.service_level import ServiceTime
from continuity.domain.written import ExpectedError
from continuity.domain.written_hours import (
    dates_from_day,
    local_moment_from_text,
    service_time_from_text,
    shift_from_text,
)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS = range(2023, 2029)


@given(
    st.integers(0, 6),
    st.integers(0, 6),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_days_and_hours_are_read_as_they_were_written(
    first: int, last: int, start: time, end: time
) -> None:
    shift = shift_from_text(f"{_DAYS[first]}-{_DAYS[last]}  {start:%H:%M}-{end:%H:%M}")

    assert (shift.start, shift.end) == (start, end)
    assert first in shift.weekdays
    assert last in shift.weekdays
    assert len(shift.weekdays) == (last - first) % 7 + 1


def test_one_day_every_day_and_the_end_of_a_day_can_be_written() -> None:
    assert shift_from_text("Saturday 10:00-14:00").weekdays == (5,)
    assert shift_from_text("daily 16:00-24:00") == Shift(start=time(16), end=time())
    assert shift_from_text("friday-monday 09:00-10:00").weekdays == (0, 4, 5, 6)


@pytest.mark.parametrize(
    "text",
    ["", "monday", "09:00-14:00", "lunes 09:00-14:00", "monday 9:00-14:00", "monday 09:00-24:01"],
)
def test_hours_that_are_not_certain_are_refused(text: str) -> None:
    with pytest.raises(ExpectedError):
        shift_from_text(text)


@given(st.text(max_size=40))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    for read in (shift_from_text, service_time_from_text, local_moment_from_text):
        try:
            read(text)
        except ExpectedError:
            continue


@given(st.integers(1, 999), st.integers(1, 10_000))
def test_a_day_of_service_is_kept_apart_from_its_hours(days: int, minutes: int) -> None:
    found = service_time_from_text(f"{days}d {minutes}m")

    assert found == ServiceTime(days=days, rest=timedelta(minutes=minutes))


@pytest.mark.parametrize("text", ["", "0d", "1w", "4h 3d", "d", "-1h", "1w 2d"])
def test_a_service_time_that_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(ExpectedError):
        service_time_from_text(text)


def test_a_day_of_every_year_exists_in_the_years_that_have_it() -> None:
    assert dates_from_day("2026-05-15", YEARS) == (date(2026, 5, 15),)
    assert len(dates_from_day("05-15", YEARS)) == len(YEARS)
    assert dates_from_day("02-29", YEARS) == (date(2024, 2, 29), date(2028, 2, 29))


@given(st.datetimes().map(lambda one: one.replace(second=0, microsecond=0)))
def test_a_date_with_its_time_reads_back(moment: datetime) -> None:
    assert local_moment_from_text(f"{moment.isoformat(sep=' ')[:16]}") == moment


@pytest.mark.parametrize("text", ["owner", "everyone", "role:guard", "person:ana-ruiz"])
def test_who_is_told_reads_back_as_it_was_written(text: str) -> None:
    assert text_from_recipient(recipient_from_text(text)) == text


@pytest.mark.parametrize("text", ["", "owner:ana", "role", "role:", "boss", "person"])
def test_who_is_told_must_be_certain(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the reader says what was expected
        recipient_from_text(text)
