"""The scheduler's beat, through clocks that jump by years."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from hypothesis import given
from hypothesis import strategies as st

from continuity.service.beat import Beat

moments = st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


@given(moments, moments)
def test_the_next_beat_is_always_a_pause_away_from_now(before: datetime, now: datetime) -> None:
    assert Beat(15).get_next_fire_time(before, now) == now + timedelta(seconds=15)
    assert Beat(15).get_next_fire_time(None, now) == now


def test_a_clock_set_forward_by_half_a_century_costs_one_beat() -> None:
    scheduler = BackgroundScheduler(timezone="UTC")
    job: Job = scheduler.add_job(time.monotonic, Beat(15))
    job.modify(next_run_time=datetime(1970, 1, 1, tzinfo=UTC))

    assert len(job._get_run_times(datetime(2026, 1, 1, tzinfo=UTC))) == 1
