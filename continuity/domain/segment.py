"""A clock as the pieces of time it ran and stood: what is counted is added up, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.calendar import Calendar, add_business_time, business_time


class Clock(StrEnum):
    """What is timed; each for its own purpose, and none ever stands for another.

    DETECTION from the impact to the opening; RESPONSE until somebody has it; RESOLUTION until it is
    over; UPDATE since people were last told; ATTENTION while nobody has it; RTO from the impact to
    the service working again; REGULATORY from the awareness to the notification of an authority.
    """

    DETECTION = "detection"
    RESPONSE = "response"
    RESOLUTION = "resolution"
    UPDATE = "update"
    ATTENTION = "attention"
    RTO = "rto"
    REGULATORY = "regulatory"


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A piece of time of one clock; the last one of a running clock has no end.

    ``reason`` is why it is not counted; ``duty`` the regulatory duty it is about.
    """

    clock: Clock
    start: datetime
    end: datetime | None = None
    counted: bool = True
    reason: str = ""
    duty: str = ""
    cycle: int = 1

    def ended(self, at: datetime) -> Segment:
        """End it, never before it began."""
        return self if self.end is not None else replace(self, end=max(self.start, at))


Segments = tuple[Segment, ...]


def segments_of(segments: Iterable[Segment], clock: Clock, duty: str = "") -> Segments:
    """Give those of one clock, in their order."""
    return tuple(one for one in segments if (one.clock, one.duty) == (clock, duty))


def running(segments: Iterable[Segment], clock: Clock, duty: str = "") -> Segment | None:
    """Give the piece that has no end yet, counted or not."""
    mine = segments_of(segments, clock, duty)
    return mine[-1] if mine and mine[-1].end is None else None


def stopped(segments: Segments, clock: Clock, at: datetime, duty: str = "") -> Segments:
    """Stop a clock."""
    last = running(segments, clock, duty)
    return tuple(one.ended(at) if one is last else one for one in segments)


def turned(segments: Segments, wanted: Segment) -> Segments:
    """Let a clock go on as wanted from the start of that segment; as it is if it already does."""
    last = running(segments, wanted.clock, wanted.duty)
    if last is not None and (last.counted, last.reason) == (wanted.counted, wanted.reason):
        return segments
    return restarted(segments, wanted)


def restarted(segments: Segments, wanted: Segment) -> Segments:
    """Begin a new piece of a clock where the last one ends."""
    last = running(segments, wanted.clock, wanted.duty)
    if last is not None:
        wanted = replace(wanted, start=max(last.start, wanted.start))
    return (*stopped(segments, wanted.clock, wanted.start, wanted.duty), wanted)


def only(segments: Segments, wanted: Segment) -> Segments:
    """Make it the one piece of its clock: so is a clock that nothing pauses."""
    rest = (one for one in segments if (one.clock, one.duty) != (wanted.clock, wanted.duty))
    return (*rest, wanted)


def elapsed(segments: Iterable[Segment], calendar: Calendar, now: datetime) -> timedelta:
    """Add up what is counted, as the calendar counts it."""
    times = (
        business_time(calendar, one.start, now if one.end is None else one.end)
        for one in segments
        if one.counted
    )
    return sum(times, timedelta())


def reached(segments: Iterable[Segment], calendar: Calendar, amount: timedelta) -> datetime | None:
    """Give the instant at which so much is counted, also when it lies ahead.

    None while the clock stands or is stopped before that, and when nobody works any more.
    """
    for one in segments:
        if not one.counted:
            continue
        if one.end is None:
            return add_business_time(calendar, one.start, amount)
        counted = business_time(calendar, one.start, one.end)
        if counted >= amount:
            return add_business_time(calendar, one.start, amount)
        amount -= counted
    return None
