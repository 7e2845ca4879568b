"""A beat for the scheduler that no jump of the wall clock can make run away."""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger


class Beat(BaseTrigger):  # type: ignore[misc]  # it has no types
    """Due now, and again a while after each time that it was; never for times that passed.

    APScheduler's own interval counts up from the last time: after a clock that was set forward by
    years, it would count every beat of those years.
    """

    def __init__(self, seconds: float) -> None:
        self.pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Give the next time after this one."""
        return now if previous_fire_time is None else now + self.pause
