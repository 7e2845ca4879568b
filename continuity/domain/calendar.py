"""When people work: shifts in a zone, without holidays, counted right through clock changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WEEK = tuple(range(7))
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_FARTHEST = 3 * 366
"""After so many days without an end, there is none: nobody works by this calendar any more."""

Span = tuple[datetime, datetime]
"""From an instant to another, in UTC, without the second."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """The same hours on some days of the week; Monday is 0.

    An end that is not later than the start lies on the following day, so equal times are a whole
    day. Hours that a clock change skips or repeats make the shift shorter or longer, as they do for
    those who work it.
    """

    weekdays: tuple[int, ...] = _WEEK
    start: time = time()
    end: time = time()


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """Other shifts from one day to another, both of them included; none means closed."""

    first: date
    last: date
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """When somebody works. A day in ``closed`` has no shift, whatever a season says.

    A shift belongs to the day on which it begins: before a holiday, a night shift goes on to its
    end. Where seasons overlap, the last one written counts.
    """

    name: str
    zone: str
    shifts: tuple[Shift, ...]
    closed: frozenset[date] = frozenset()
    seasons: tuple[Season, ...] = ()
    always: bool = False


ALWAYS = Calendar(name="always", zone="UTC", shifts=(Shift(),), always=True)
"""Every minute of every day."""


def business_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Give how much of the time between two instants is worked; never less than nothing."""
    # Python takes two times of one zone off each other on the wall, without the clock change.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if calendar.always:
        return max(end - start, timedelta())
    spans = (stop - begin for begin, stop in open_spans(calendar, start, end))
    return sum(spans, timedelta())


def add_business_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime | None:
    """Give the first instant at which so much has been worked since the start.

    None when that never happens, because the calendar has no more shifts.
    """
    start = start.astimezone(UTC)
    if calendar.always or amount <= timedelta():
        return start + max(amount, timedelta())
    for begin, stop in open_spans(calendar, start, start + _FARTHEST * _DAY):
        if stop - begin >= amount:
            return begin + amount
        amount -= stop - begin
    return None


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether somebody works at an instant."""
    at = at.astimezone(UTC)
    return calendar.always or any(True for _ in open_spans(calendar, at, at + timedelta.resolution))


def working_day(calendar: Calendar) -> timedelta:
    """Give the length of a working day: that of the longest of an ordinary week."""
    return max(_ordinary(calendar, weekday) for weekday in _WEEK)


def _ordinary(calendar: Calendar, weekday: int) -> timedelta:
    shifts = tuple(
        replace(one, weekdays=(weekday,)) for one in calendar.shifts if weekday in one.weekdays
    )
    plain = Calendar(name=calendar.name, zone="UTC", shifts=shifts)
    day = _MONDAY + weekday * _DAY
    return min(business_time(plain, day, day + 2 * _DAY), _DAY)


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """Give what is worked between two instants: in order, apart from each other, none empty."""
    begin: datetime | None = None
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    stop = start
    for sooner, later in _spans(calendar, start, end):
        if begin is not None and sooner <= stop:
            stop = max(stop, later)
            continue
        if begin is not None:
            yield begin, stop
        begin, stop = sooner, later
    if begin is not None:
        yield begin, stop


def _spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    zone = ZoneInfo(calendar.zone)
    day = start.astimezone(zone).date() - _DAY  # a night shift may reach into the first day
    last = end.astimezone(zone).date()
    while day <= last:
        for begin, stop in _spans_on(calendar, day):
            sooner, later = max(start, begin), min(end, stop)
            if sooner < later:
                yield sooner, later
        day += _DAY


@lru_cache(maxsize=16_384)
def _spans_on(calendar: Calendar, day: date) -> tuple[Span, ...]:
    # Every clock of every incident asks for the same days.
    zone = ZoneInfo(calendar.zone)
    return tuple(
        (
            instant(datetime.combine(day, shift.start), zone),
            instant(_end_of(shift, day), zone, latest=True),
        )
        for shift in sorted(_shifts_on(calendar, day), key=lambda one: one.start)
    )


def _shifts_on(calendar: Calendar, day: date) -> Iterator[Shift]:
    if day in calendar.closed:
        return
    shifts = calendar.shifts
    for season in calendar.seasons:
        if season.first <= day <= season.last:
            shifts = season.shifts
    yield from (one for one in shifts if day.weekday() in one.weekdays)


def _end_of(shift: Shift, day: date) -> datetime:
    return datetime.combine(day if shift.end > shift.start else day + _DAY, shift.end)


def instant(local: datetime, zone: ZoneInfo, *, latest: bool = False) -> datetime:
    """Give the instant, in UTC, at which clocks of a zone show a time.

    For one that a clock change skips, the first instant after it; for one that comes twice, the
    first or the ``latest``.
    """
    while True:
        moment = local.replace(tzinfo=zone, fold=int(latest)).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local = local.replace(second=0, microsecond=0) + _MINUTE
