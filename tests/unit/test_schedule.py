"""Slots of timetables: what people write, through clock changes, in three zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.schedule import timetable_from_text

TEXTS = (
    "daily at 02:30",
    "daily at 00:30",
    "weekly on sunday at 02:30",
    "monthly on 31 at 04:00",
    "every 6h",
    "every 45m",
    "30 2 * * *",
    "0 3 * * 0",
    "*/20 1-3 * * *",
    "0 2 1 * 1-5",
)
ZONES = ("Europe/Madrid", "America/Mexico_City", "America/Santiago", "UTC")
moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %z")


def slots(text: str, zone: str, start: str, count: int) -> list[str]:
    timetable = timetable_from_text(text, zone)
    moment = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone))
    found = []
    for _ in range(count):
        moment = timetable.next_after(moment)
        found.append(local(moment, zone))
    return found


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), moments)
def test_the_next_slot_is_later_and_becomes_the_latest_due(
    text: str, zone: str, moment: datetime
) -> None:
    timetable = timetable_from_text(text, zone)
    following, latest = timetable.next_after(moment), timetable.latest_due(moment)

    assert latest <= moment < following
    assert following == timetable.latest_due(following)
    assert following == timetable.next_after(latest)
    assert latest == timetable.latest_due(following - timedelta(microseconds=1))


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), moments)
def test_no_two_slots_are_farther_apart_than_the_widest_gap_and_a_clock_change(
    text: str, zone: str, moment: datetime
) -> None:
    timetable = timetable_from_text(text, zone)
    gap = timetable.next_after(moment) - timetable.latest_due(moment)

    assert gap <= timetable.widest_gap() + timedelta(hours=1)


@pytest.mark.parametrize("text", ["daily at 02:30", "30 2 * * *"])
def test_a_skipped_local_time_runs_at_the_next_valid_minute(text: str) -> None:
    assert slots(text, "Europe/Madrid", "2026-03-28T00:00", 3) == [
        "2026-03-28 02:30 +0100",
        "2026-03-29 03:00 +0200",
        "2026-03-30 02:30 +0200",
    ]


@pytest.mark.parametrize("text", ["daily at 02:30", "30 2 * * *"])
def test_a_repeated_local_time_runs_once(text: str) -> None:
    assert slots(text, "Europe/Madrid", "2026-10-24T00:00", 3) == [
        "2026-10-24 02:30 +0200",
        "2026-10-25 02:30 +0200",
        "2026-10-26 02:30 +0100",
    ]


def test_the_clocks_of_mexico_changed_until_they_no_longer_did() -> None:
    assert slots("daily at 02:15", "America/Mexico_City", "2022-04-02T00:00", 3) == [
        "2022-04-02 02:15 -0600",
        "2022-04-03 03:00 -0500",
        "2022-04-04 02:15 -0500",
    ]
    assert slots("daily at 01:15", "America/Mexico_City", "2022-10-29T12:00", 2) == [
        "2022-10-30 01:15 -0500",
        "2022-10-31 01:15 -0600",
    ]
    assert slots("daily at 02:15", "America/Mexico_City", "2023-04-02T00:00", 1) == [
        "2023-04-02 02:15 -0600"
    ]


def test_the_clocks_of_santiago_change_at_midnight() -> None:
    assert slots("daily at 00:30", "America/Santiago", "2026-09-05T00:00", 3) == [
        "2026-09-05 00:30 -0400",
        "2026-09-06 01:00 -0300",
        "2026-09-07 00:30 -0300",
    ]
    assert slots("daily at 23:30", "America/Santiago", "2026-04-04T12:00", 2) == [
        "2026-04-04 23:30 -0300",
        "2026-04-05 23:30 -0400",
    ]


@pytest.mark.parametrize("day", ["0", "7", "sun"])
def test_cron_calls_sunday_0_or_7(day: str) -> None:
    found = slots(f"0 3 * * {day}", "Europe/Madrid", "2026-07-01T00:00", 2)

    assert found == ["2026-07-05 03:00 +0200", "2026-07-12 03:00 +0200"]


def test_a_month_that_is_too_short_gives_its_last_day() -> None:
    assert slots("monthly on 31 at 04:00", "UTC", "2026-01-01T00:00", 4) == [
        "2026-01-31 04:00 +0000",
        "2026-02-28 04:00 +0000",
        "2026-03-31 04:00 +0000",
        "2026-04-30 04:00 +0000",
    ]


def test_slots_of_every_do_not_move_with_the_moment_of_asking() -> None:
    timetable = timetable_from_text("every 6h", "Europe/Madrid")
    asked = [datetime(2026, 7, 1, 10, minute, tzinfo=UTC) for minute in range(60)]

    assert {datetime(2026, 7, 1, 11, tzinfo=UTC)} == {timetable.next_after(one) for one in asked}


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("daily at 02:00", timedelta(days=1)),
        ("weekly on friday at 02:00", timedelta(days=7)),
        ("monthly on 1 at 02:00", timedelta(days=31)),
        ("every 90m", timedelta(minutes=90)),
        ("0 2 * * 1-5", timedelta(days=3)),
        ("0 9-17 * * *", timedelta(hours=16)),
        ("0 0 29 2 *", timedelta(days=1461)),
        ("* * * * *", timedelta(minutes=1)),
    ],
)
def test_the_widest_gap_is_known_from_the_text(text: str, gap: timedelta) -> None:
    assert gap == timetable_from_text(text, "UTC").widest_gap()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "daily at 02:00"),
        ("sometimes", "daily at 02:00"),
        ("daily at 25:00", "00:00 to 23:59"),
        ("weekly on sonntag at 02:00", "monday to sunday"),
        ("monthly on 32 at 02:00", "1 to 31"),
        ("every 0h", "1m to 366d"),
        ("every 2y", "daily at 02:00"),
        ("0 2 * *", "five cron fields"),
        ("0 2 * * 8", "bad day-of-week"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("@daily", "daily at 02:00"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        timetable_from_text(text, "UTC")


@pytest.mark.parametrize("zone", ["", "Madrid", "../etc/passwd", "CEST+1"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="Europe/Madrid"):
        timetable_from_text("daily at 02:00", zone)
