"""When things are due: the timetables people write, in a zone, through clock changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AT = r"at (\d{1,2}):(\d{2})"
_DAILY = re.compile(rf"daily {_AT}")
_WEEKLY = re.compile(rf"weekly on ([a-z]+) {_AT}")
_MONTHLY = re.compile(rf"monthly on (\d{{1,2}}) {_AT}")
_EVERY = re.compile(r"every (\d{1,6})\s?(m|h|d|w)")
_UNIT = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_DAY = timedelta(days=1)
_LONGEST_MONTH = 31
_CRON_FIELDS = 5
_MINUTE = timedelta(minutes=1)
_LONGEST_PERIOD = timedelta(days=366)
_EXPECTED = (
    "`daily at 02:00`, `weekly on sunday at 03:00`, `monthly on 1 at 04:00`, `every 6h` "
    "or five cron fields such as `0 2 * * 1-5`"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """Every day at a local time."""

    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """One day of every week at a local time; Monday is 0."""

    weekday: int
    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Monthly:
    """One day of every month at a local time; in shorter months their last day."""

    day: int
    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """Slots a fixed time apart, counted from the first midnight of 1970 in the zone.

    Slots do not move with completions, restarts or clock changes.
    """

    period: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Cron:
    """Five fields as Debian's cron means them: 0 and 7 are Sunday."""

    fields: str


Rule = Daily | Weekly | Monthly | Every | Cron


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """When something is due, as written in ``text`` and meant in the IANA ``zone``.

    A local time that a clock change skips is due at the next minute that exists; one that a
    clock change repeats is due once, the first time. All results are in UTC.
    """

    text: str
    zone: str
    rule: Rule

    def next_after(self, moment: datetime) -> datetime:
        """Give the first slot later than the moment."""
        match self.rule:
            case Every(period=period):
                return _slot(period, self.zone, moment) + period
            case Cron(fields=fields):
                return _next_cron(fields, ZoneInfo(self.zone), moment)
            case _:
                return next(slot for slot in self.around(moment, 1) if slot > moment)

    def latest_due(self, moment: datetime) -> datetime:
        """Give the last slot not later than the moment."""
        match self.rule:
            case Every(period=period):
                return _slot(period, self.zone, moment)
            case Cron(fields=fields):
                return _latest_cron(fields, ZoneInfo(self.zone), moment)
            case _:
                return _latest_local(self, moment)

    def widest_gap(self) -> timedelta:
        """Give the longest time between two slots, clock changes aside."""
        match self.rule:
            case Daily():
                return _DAY
            case Weekly():
                return 7 * _DAY
            case Monthly():
                return _LONGEST_MONTH * _DAY
            case Every(period=period):
                return period
            case Cron(fields=fields):
                return _widest_cron_gap(fields)

    def around(self, moment: datetime, direction: int) -> Iterator[datetime]:
        """Give the slots near a moment, going forwards (1) or backwards (-1); local rules only."""
        zone = ZoneInfo(self.zone)
        match self.rule:
            case Daily(at=at) | Weekly(at=at) | Monthly(at=at):
                for day in _dates(self.rule, moment.astimezone(zone).date(), direction):
                    yield moment_at(day, at, zone)
            case _:
                raise TypeError("only rules with a local time")


@lru_cache(maxsize=4096)
def _latest_local(timetable: Timetable, moment: datetime) -> datetime:
    # Many jobs share one timetable and are asked about the same moment.
    return next(slot for slot in timetable.around(moment, -1) if slot <= moment)


def timetable_from_text(text: str, zone: str) -> Timetable:
    """Read a timetable. Raises ValueError that says what was expected."""
    return _timetable(" ".join(text.split()), zone)


@lru_cache(maxsize=4096)
def _timetable(text: str, zone: str) -> Timetable:
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("an IANA zone such as Europe/Madrid") from error
    return Timetable(text=text, zone=zone, rule=_rule(text))


def _rule(text: str) -> Rule:
    lowered = text.lower()
    for pattern, make in _FORMS:
        found = pattern.fullmatch(lowered)
        if found is not None:
            return make(found)
    if len(text.split()) == _CRON_FIELDS and not text[0].isalpha():
        return _checked_cron(text)
    raise ValueError(_EXPECTED)


def _at(hour: str, minute: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise ValueError("a time of day from 00:00 to 23:59") from error


def _daily(found: re.Match[str]) -> Daily:
    return Daily(at=_at(found[1], found[2]))


def _weekly(found: re.Match[str]) -> Weekly:
    if found[1] not in _DAYS:
        raise ValueError("a day of the week, from monday to sunday")
    return Weekly(weekday=_DAYS.index(found[1]), at=_at(found[2], found[3]))


def _monthly(found: re.Match[str]) -> Monthly:
    if not 1 <= int(found[1]) <= _LONGEST_MONTH:
        raise ValueError("a day of the month from 1 to 31")
    return Monthly(day=int(found[1]), at=_at(found[2], found[3]))


def _every(found: re.Match[str]) -> Every:
    period = int(found[1]) * _UNIT[found[2]]
    if not _MINUTE <= period <= _LONGEST_PERIOD:
        raise ValueError("a period from 1m to 366d")
    return Every(period=period)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Rule]], ...] = (
    (_DAILY, _daily),
    (_WEEKLY, _weekly),
    (_MONTHLY, _monthly),
    (_EVERY, _every),
)


def _dates(rule: Daily | Weekly | Monthly, today: date, direction: int) -> Iterator[date]:
    steps = (-direction, 0, direction)
    match rule:
        case Daily():
            yield from (today + days * _DAY for days in steps)
        case Weekly(weekday=weekday):
            start = today - (today.weekday() - weekday) * _DAY
            yield from (start + weeks * 7 * _DAY for weeks in steps)
        case Monthly(day=day):
            month = today.year * 12 + today.month - 1
            yield from (_day_of_month(month + step, day) for step in steps)


def _day_of_month(month: int, day: int) -> date:
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(month // 12, month % 12 + 1, min(day, (following - _DAY).day))


def moment_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Give the instant of a local time; of one that is skipped, the next minute that exists."""
    local = datetime.combine(day, at)
    while True:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += _MINUTE


def _slot(period: timedelta, zone: str, moment: datetime) -> datetime:
    anchor = datetime(1970, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return anchor + (moment - anchor) // period * period


def _checked_cron(fields: str) -> Cron:
    from cronsim import CronSimError  # most timetables do without it

    try:
        next(_cron(fields, datetime(2024, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise ValueError(f"{_EXPECTED} ({str(error).lower()})") from error
    except StopIteration as error:
        raise ValueError("cron fields that name a date that exists") from error
    return Cron(fields=fields)


def _cron(fields: str, local: datetime) -> Iterator[datetime]:
    from cronsim import CronSim  # most timetables do without it

    return CronSim(fields, local)


def _next_cron(fields: str, zone: ZoneInfo, moment: datetime) -> datetime:
    # Cronsim forgets which of two equal local times it was given, so it may start a little early.
    slots = _cron(fields, moment.astimezone(zone))
    return next(slot for slot in slots if slot > moment).astimezone(UTC)


@lru_cache(maxsize=4096)
def _latest_cron(fields: str, zone: ZoneInfo, moment: datetime) -> datetime:
    # Backwards, cronsim goes wrong in the hour that a clock change repeats. So slots are counted
    # forwards from ever further back. Many jobs share one timetable, hence the cache.
    back = timedelta(hours=2)
    while True:
        latest = _last_not_after(_cron(fields, (moment - back).astimezone(zone)), moment)
        if latest is not None:
            return latest
        back *= 4


def _last_not_after(slots: Iterator[datetime], moment: datetime) -> datetime | None:
    latest = None
    for slot in slots:
        if slot > moment:
            break
        latest = slot.astimezone(UTC)
    return latest


def _widest_cron_gap(fields: str) -> timedelta:
    from cronsim import CronSim  # most timetables do without it

    rules = CronSim(fields, datetime(2000, 1, 1, tzinfo=UTC))
    minutes = sorted(hour * 60 + minute for hour in rules.hours for minute in rules.minutes)
    within = max((later - sooner for sooner, later in pairwise(minutes)), default=0)
    # Twelve years hold every pair of weekday and date, and three leap days.
    days = [day for day in range(12 * 366) if _fires_on(rules.months, rules.match_day, day)]
    between = max(later - sooner for sooner, later in pairwise(days)) * 1440
    return timedelta(minutes=max(within, between - minutes[-1] + minutes[0]))


def _fires_on(months: set[int], match_day: Callable[[date], bool], ordinal: int) -> bool:
    day = date(2000, 1, 1) + ordinal * _DAY
    return day.month in months and match_day(day)
