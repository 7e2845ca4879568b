"""The span of time a report is about: a day, a week, a month, a quarter, a year, or any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from continuity.domain.schedule import moment_at

_MONTHS = 12
_QUARTER = 3
_WEEK = timedelta(days=7)


class Cadence(StrEnum):
    """How long a period is; names are printed in files, so they never change."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "span"


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From ``start`` on and before ``end``, both in UTC; ``first`` and ``last`` are its days."""

    cadence: Cadence
    name: str
    first: date
    last: date
    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.start <= moment < self.end


def period_from_text(text: str, zone: str) -> Period:
    """Read ``2026``, ``2026-Q3``, ``2026-10``, ``2026-W42`` or ``2026-10-05``, or a span between
    two days, ``2026-10-05..2026-10-18``. Weeks begin on Monday and are numbered as in ISO 8601.

    Days begin and end in the zone. Raises ValueError for anything else.
    """
    for pattern, read in _FORMS:
        found = re.fullmatch(pattern, text, re.ASCII)
        if found is not None:
            cadence, first, after = read(found.groups())
            return _period(cadence, first, after, zone)
    raise ValueError(f"no period: {text!r}")


def period_before(moment: datetime, cadence: Cadence, zone: str) -> Period:
    """Give the last whole period of a cadence that was over at a moment."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return _period(cadence, *_span_before(day, cadence), zone)


def preceding(period: Period, zone: str) -> Period:
    """Give the period that a period is compared with: the one of its length right before it."""
    if period.cadence is Cadence.SPAN:
        length = period.last - period.first + timedelta(days=1)
        return _period(Cadence.SPAN, period.first - length, period.first, zone)
    return _period(period.cadence, *_span_before(period.first, period.cadence), zone)


def _span_before(day: date, cadence: Cadence) -> tuple[date, date]:
    if cadence in {Cadence.DAY, Cadence.SPAN}:
        return day - timedelta(days=1), day
    if cadence is Cadence.WEEK:
        after = day - timedelta(days=day.weekday())
        return after - _WEEK, after
    months = _LENGTHS[cadence]
    after = date(day.year, (day.month - 1) // months * months + 1, 1)
    return _months_on(after, -months), after


def _period(cadence: Cadence, first: date, after: date, zone: str) -> Period:
    last = after - timedelta(days=1)
    return Period(
        cadence=cadence,
        name=_name(cadence, first, last),
        first=first,
        last=last,
        start=_midnight(first, zone),
        end=_midnight(after, zone),
    )


def _name(cadence: Cadence, first: date, last: date) -> str:
    names = {
        Cadence.DAY: f"{first}",
        Cadence.WEEK: f"{first:%G-W%V}",
        Cadence.MONTH: f"{first:%Y-%m}",
        Cadence.QUARTER: f"{first.year:04d}-Q{(first.month - 1) // _QUARTER + 1}",
        Cadence.YEAR: f"{first.year:04d}",
        Cadence.SPAN: f"{first}..{last}",
    }
    return names[cadence]


def day_until(day: date, at: time, zone: str) -> Period:
    """Give the day that ends at a time of day: what a digest sent then is about."""
    start, end = (moment_at(one, at, ZoneInfo(zone)) for one in (day - timedelta(days=1), day))
    name = _name(Cadence.DAY, day, day)
    return Period(
        cadence=Cadence.DAY,
        name=name,
        first=day - timedelta(days=1),
        last=day,
        start=start,
        end=end,
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _months_on(first: date, months: int) -> date:
    count = first.year * _MONTHS + first.month - 1 + months
    return date(count // _MONTHS, count % _MONTHS + 1, 1)


_LENGTHS = {Cadence.MONTH: 1, Cadence.QUARTER: _QUARTER, Cadence.YEAR: _MONTHS}
_Read = tuple[Cadence, date, date]


def _year(parts: Sequence[str]) -> _Read:
    first = date(int(parts[0]), 1, 1)
    return Cadence.YEAR, first, _months_on(first, _MONTHS)


def _quarter(parts: Sequence[str]) -> _Read:
    first = date(int(parts[0]), (int(parts[1]) - 1) * _QUARTER + 1, 1)
    return Cadence.QUARTER, first, _months_on(first, _QUARTER)


def _month(parts: Sequence[str]) -> _Read:
    first = date(int(parts[0]), int(parts[1]), 1)
    return Cadence.MONTH, first, _months_on(first, 1)


def _week(parts: Sequence[str]) -> _Read:
    first = date.fromisocalendar(int(parts[0]), int(parts[1]), 1)
    return Cadence.WEEK, first, first + _WEEK


def _day(parts: Sequence[str]) -> _Read:
    first = date.fromisoformat(parts[0])
    return Cadence.DAY, first, first + timedelta(days=1)


def _span(parts: Sequence[str]) -> _Read:
    begin, end = date.fromisoformat(parts[0]), date.fromisoformat(parts[1])
    if end < begin:
        raise ValueError(f"{end} is before {begin}")
    return Cadence.SPAN, begin, end + timedelta(days=1)


_DAY = r"[12]\d{3}-\d\d-\d\d"
_FORMS: tuple[tuple[str, Callable[[Sequence[str]], _Read]], ...] = (
    (r"([12]\d{3})", _year),
    (r"([12]\d{3})-Q([1-4])", _quarter),
    (r"([12]\d{3})-(\d\d)", _month),
    (r"([12]\d{3})-W(\d\d)", _week),
    (rf"({_DAY})", _day),
    (rf"({_DAY})\.\.({_DAY})", _span),
)
