"""Durations and times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.shown import seconds_from, shown_duration, shown_moment


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.2, "1 s"),
        (45, "45 s"),
        (90, "1 min 30 s"),
        (3_600, "1 h"),
        (3_605, "1 h"),
        (187_200, "2 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_a_duration_is_told_in_two_units(seconds: float, text: str) -> None:
    assert text == shown_duration(timedelta(seconds=seconds))


def test_a_loss_is_never_rounded_down() -> None:
    assert seconds_from(timedelta(seconds=1, microseconds=1)) == 2
    assert seconds_from(None) is None


def test_a_time_is_shown_with_its_zone() -> None:
    moment = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)

    assert shown_moment(moment, "Europe/Madrid") == "2026-10-25 02:00 CET"
