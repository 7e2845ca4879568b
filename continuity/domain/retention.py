"""Which restore points stay. Pure rules for any engine, and refusal where in doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from continuity.domain.facts import Point
from continuity.domain.shown import shown_duration, shown_moment
from continuity.domain.text import N_, Message, say

if TYPE_CHECKING:
    # What people write needs pydantic, and judging must start without it.
    from continuity.domain.job import Retention

CLOCK_TOLERANCE = timedelta(seconds=60)
LONGEST_SILENCE = timedelta(days=14)
"""A record that is silent for longer means a stopped service or a clock that jumped forward."""


class Kept(NamedTuple):
    """A point that stays, and why: ``last``, ``daily`` … ``proven``, ``in-use``, ``newest``."""

    point: Point
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionQuestion:
    """What retention is planned from.

    ``proven`` are the ids of points with valid proof, ``in_use`` those that a run works with now,
    ``newest_record`` the latest time in the record, ``hold`` a reason not to remove anything.
    """

    points: Sequence[Point]
    rule: Retention
    zone: str
    now: datetime
    newest_record: datetime | None
    proven: frozenset[str]
    in_use: frozenset[str] = frozenset()
    hold: Message | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionPlan:
    """What stays and what goes, oldest first; nothing goes while it is ``held``."""

    kept: tuple[Kept, ...]
    removed: tuple[Point, ...]
    held: Message | None


def plan_retention(question: RetentionQuestion) -> RetentionPlan:
    """Plan which points to remove: never the last ones, the last proven one, or one in use.

    Points from backups that did not pass stay among the last, but never take a place from one
    that did: a night of ransomware must not push the last good point out.
    """
    points = sorted(
        (point for point in question.points if point.removed_at is None),
        key=lambda point: (point.data_time, point.id),
    )
    held = question.hold or _doubt_the_clock(question, points)
    reasons = _reasons(question, points)
    kept = [Kept(point, tuple(reasons[point.id])) for point in points if reasons[point.id]]
    removed = [point for point in points if not reasons[point.id]]
    if held is not None:
        kept = [Kept(point, tuple(reasons[point.id]) or ("held",)) for point in points]
        removed = []
    return RetentionPlan(kept=tuple(kept), removed=tuple(removed), held=held)


def _doubt_the_clock(question: RetentionQuestion, points: Sequence[Point]) -> Message | None:
    now, zone = question.now, question.zone
    dated = [point.usable_time for point in points]
    if question.newest_record is not None:
        dated.append(question.newest_record)
    newest = max(dated, default=None)
    if newest is None:
        return None
    if newest > now + CLOCK_TOLERANCE:
        return say(
            N_(
                "The clock says {now}, but the record already reaches {newest}: nothing is removed."
            ),
            now=shown_moment(now, zone),
            newest=shown_moment(newest, zone),
        )
    if now - newest > LONGEST_SILENCE:
        return say(
            N_("Nothing was recorded for {silence}, or the clock jumped: nothing is removed."),
            silence=shown_duration(now - newest),
        )
    if any(point.doubtful for point in points):
        return say(N_("A restore point is dated later than its own record: nothing is removed."))
    return None


def _reasons(question: RetentionQuestion, points: Sequence[Point]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {point.id: [] for point in points}
    whole = [point for point in points if point.whole]
    rule = question.rule
    for point in {point.id: point for point in (*points[-rule.last :], *whole[-rule.last :])}:
        reasons[point].append("last")
    for name, count, period in _periods(rule):
        for point_id in _newest_of_each(whole, count, period, ZoneInfo(question.zone)):
            reasons[point_id].append(name)
    proven = [point.id for point in points if point.id in question.proven]
    for point_id in proven[-1:]:
        reasons[point_id].append("proven")
    for point_id in question.in_use & reasons.keys():
        reasons[point_id].append("in-use")
    return reasons


_Period = Callable[[datetime], tuple[int, ...]]


def _periods(rule: Retention) -> Iterable[tuple[str, int, _Period]]:
    return (
        ("daily", rule.daily, _day),
        ("weekly", rule.weekly, _week),
        ("monthly", rule.monthly, _month),
        ("yearly", rule.yearly, _year),
    )


def _day(local: datetime) -> tuple[int, ...]:
    return local.year, local.month, local.day


def _week(local: datetime) -> tuple[int, ...]:
    return local.isocalendar()[:2]


def _month(local: datetime) -> tuple[int, ...]:
    return local.year, local.month


def _year(local: datetime) -> tuple[int, ...]:
    return (local.year,)


def _newest_of_each(
    points: Sequence[Point], count: int, period: _Period, zone: ZoneInfo
) -> list[str]:
    """Find the newest point of each of the last periods that have one, as the zone counts them."""
    newest: dict[tuple[int, ...], str] = {}
    for point in reversed(points):
        key = period(point.data_time.astimezone(zone))
        if key not in newest and len(newest) < count:
            newest[key] = point.id
    return list(newest.values())
