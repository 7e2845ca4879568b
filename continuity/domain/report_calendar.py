"""Which reports have to be sent now, and which should have arrived and did not. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from continuity.domain.period import (
    Cadence,
    Period,
    day_until,
    period_before,
    period_from_text,
    preceding,
)
from continuity.domain.schedule import moment_at

# A digest that is late is replaced by the next one; what management reads is sent all the same.
_CAUGHT_UP = {
    Cadence.DAY: 1,
    Cadence.WEEK: 1,
    Cadence.MONTH: 3,
    Cadence.QUARTER: 2,
    Cadence.YEAR: 1,
    Cadence.SPAN: 0,
}
LOOKED_BACK = timedelta(days=400)
"""How long what was sent must be remembered, so that nothing is sent twice."""

_REMEMBERED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Clockwork:
    """From which time of day on reports are sent, in which zone, and how late they may arrive."""

    at: time
    zone: str
    grace: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A report that somebody expects; ``since`` is from when on anything was expected of it."""

    name: str
    cadence: Cadence
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A report of a period, due at an instant."""

    name: str
    period: Period
    at: datetime

    @property
    def mark(self) -> tuple[str, str]:
        """What tells it from every other."""
        return self.name, self.period.name


def period_named(name: str, cadence: Cadence, clockwork: Clockwork) -> Period:
    """Give the period of a report by its name. Raises ValueError for none."""
    period = period_from_text(name, clockwork.zone)
    if cadence is not Cadence.DAY:
        return period
    return day_until(period.first, clockwork.at, clockwork.zone)


def due_reports(
    expected: Iterable[Expected],
    sent: Collection[tuple[str, str]],
    clockwork: Clockwork,
    now: datetime,
) -> tuple[Due, ...]:
    """Give what has to be sent now, the oldest first; ``sent`` is what was handed over before."""
    found = (
        due
        for one in expected
        for due in islice(_slots(one, clockwork, now), _CAUGHT_UP[one.cadence])
        if due.mark not in sent
    )
    return tuple(sorted(found, key=lambda due: (due.at, due.name)))


def missed_reports(
    expected: Iterable[Expected],
    arrived: Collection[tuple[str, str]],
    clockwork: Clockwork,
    now: datetime,
) -> tuple[Due, ...]:
    """Give what should have arrived by now and did not, the newest first; a week of digests."""
    return tuple(
        due
        for one in expected
        for due in islice(_slots(one, clockwork, now), _REMEMBERED)
        if due.at + clockwork.grace < now and due.mark not in arrived
    )


def latest_expected(one: Expected, clockwork: Clockwork, now: datetime) -> Due | None:
    """Give the last report that should have arrived by now; None before the first."""
    slots = _slots(one, clockwork, now)
    return next((due for due in slots if due.at + clockwork.grace < now), None)


def latest_slot(cadence: Cadence, clockwork: Clockwork, now: datetime) -> Due:
    """Give the last report that could be sent by now, whoever expects it."""
    always = Expected(name="", cadence=cadence, since=now - LOOKED_BACK)
    return next(_slots(always, clockwork, now))


def next_deadline(one: Expected, clockwork: Clockwork, now: datetime) -> datetime:
    """Give the instant by which the next report must have arrived, however it was until now."""
    zone = ZoneInfo(clockwork.zone)
    day = now.astimezone(zone).date()
    while True:
        slot = moment_at(day, clockwork.at, zone)
        if slot > now and day == _first_after(one.cadence, slot, clockwork):
            return slot + clockwork.grace
        day += timedelta(days=1)


def _first_after(cadence: Cadence, slot: datetime, clockwork: Clockwork) -> object:
    """Give the first day after the period of a slot."""
    if cadence is Cadence.DAY:
        return slot.astimezone(ZoneInfo(clockwork.zone)).date()
    return period_before(slot, cadence, clockwork.zone).last + timedelta(days=1)


def _slots(one: Expected, clockwork: Clockwork, now: datetime) -> Iterator[Due]:
    """Give the slots until now, the newest first, back to when anything was expected."""
    for period in _periods(one.cadence, clockwork, now):
        at = _sent_at(period, clockwork)
        if at <= one.since:
            return
        if at <= now:
            yield Due(name=one.name, period=period, at=at)


def _periods(cadence: Cadence, clockwork: Clockwork, now: datetime) -> Iterator[Period]:
    if cadence is Cadence.DAY:
        day = now.astimezone(ZoneInfo(clockwork.zone)).date()
        while True:
            yield day_until(day, clockwork.at, clockwork.zone)
            day -= timedelta(days=1)
    period = period_before(now, cadence, clockwork.zone)
    while True:
        yield period
        period = preceding(period, clockwork.zone)


def _sent_at(period: Period, clockwork: Clockwork) -> datetime:
    if period.cadence is Cadence.DAY:
        return period.end
    after = period.last + timedelta(days=1)
    return moment_at(after, clockwork.at, ZoneInfo(clockwork.zone))


def names_of(dues: Sequence[Due]) -> tuple[str, ...]:
    """Name the periods, the oldest first, each once."""
    return tuple(dict.fromkeys(due.period.name for due in sorted(dues, key=lambda due: due.at)))
