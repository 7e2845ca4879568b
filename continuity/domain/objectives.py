"""How much would be lost: the exposure of what is protected, now and at its worst.

Exposure at a moment is the time since the newest data among the points that are usable then.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from continuity.domain.facts import Identity, Point
from continuity.domain.failure import FailureClass
from continuity.domain.reason import Reason
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

_INSTANT = timedelta(microseconds=1)


class Span(NamedTuple):
    """Data of one moment, and from when until when it could be had back; None means still."""

    data: datetime
    start: datetime
    end: datetime | None


Life = tuple[datetime, datetime, datetime | None]
"""What a span is, without the cost of naming its parts: status has tens of thousands of them."""


class Exposure(NamedTuple):
    """Exposure now and at its worst in the window; None is unbounded, which is not 0."""

    now: timedelta | None
    worst: timedelta | None
    worst_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryPoint:
    """What would be lost, from all whole points and from the proven ones alone.

    None for an exposure means that everything would be lost; for ``target`` and ``verdict`` that
    no target was set. ``newest`` is the data time of the newest whole point.
    """

    target: timedelta | None
    now: timedelta | None
    worst: timedelta | None
    worst_at: datetime | None
    proven_now: timedelta | None
    proven_worst: timedelta | None
    proven_worst_at: datetime | None
    newest: datetime | None
    verdict: Verdict | None
    reason: Reason | None


def measure_exposure(spans: Sequence[Life], now: datetime, window: timedelta) -> Exposure:
    """Measure exposure over the window that ends now.

    Time before the first span is not counted: nothing was protected yet. Spans come in the order
    of their start; those that start after now do not exist yet.
    """
    since = now - window
    begun = _begun(spans, now)
    if not begun:
        return Exposure(None, None, None)
    newest, _, newest_end = begun[0]
    widest, widest_at = timedelta(-1), now
    for data, start, end in begun:
        if newest_end is not None and newest_end <= start:
            return _sweep([Span(*span) for span in begun], now, since)
        if start >= since and start - newest > widest:
            widest, widest_at = start - newest, start
        if data >= newest:
            newest, newest_end = data, end
    if newest_end is not None and newest_end <= now:
        return _sweep([Span(*span) for span in begun], now, since)
    tail = now - newest
    return Exposure(tail, *max((widest, widest_at), (tail, now)))


def _begun(spans: Sequence[Life], now: datetime) -> Sequence[Life]:
    if not spans or spans[-1][1] <= now:
        return spans
    return [span for span in spans if span[1] <= now]


def _sweep(begun: Sequence[Span], now: datetime, since: datetime) -> Exposure:
    """Measure where the newest data was lost again before newer data came."""
    usable: list[tuple[timedelta, int]] = []
    peaks: list[tuple[bool, timedelta, datetime]] = []
    added = 0
    for moment in _changes(begun, now):
        if added and moment >= since:
            peaks.append(_peak(_newest(usable, begun, moment), moment))
        while added < len(begun) and begun[added].start <= moment:
            heapq.heappush(usable, (now - begun[added].data, added))
            added += 1
    last = _newest(usable, begun, now + _INSTANT)
    peaks.append(_peak(last, now))
    unbounded, widest, widest_at = max(peaks)
    return Exposure(None if last is None else now - last, None if unbounded else widest, widest_at)


def _changes(spans: Sequence[Span], now: datetime) -> list[datetime]:
    ends = (span.end for span in spans if span.end is not None and span.end <= now)
    return sorted({*ends, *(span.start for span in spans)})


def _newest(
    usable: list[tuple[timedelta, int]], spans: Sequence[Span], moment: datetime
) -> datetime | None:
    """Find the newest data that could be had just before a moment that never goes back."""
    while usable:
        span = spans[usable[0][1]]
        if span.end is None or span.end >= moment:
            return span.data
        heapq.heappop(usable)
    return None


def _peak(newest: datetime | None, moment: datetime) -> tuple[bool, timedelta, datetime]:
    return newest is None, timedelta(0) if newest is None else moment - newest, moment


def points_that_count(points: Iterable[Point], today: Identity) -> list[Point]:
    """Keep the points that count towards a target: whole, in the job's repository of today."""
    return [
        point
        for point in points
        if point.whole and not point.doubtful and point.identity[:2] == today[:2]
    ]


def life_of(points: Iterable[Point]) -> list[Life]:
    """Give from when until when each point could be used."""
    return [(point.data_time, point.usable_time, point.removed_at) for point in points]


def judge_recovery_point(
    target: timedelta | None, exposure: timedelta | None, proof: Verdict | None
) -> Reason | None:
    """Compare exposure with its target; None means that no target was set.

    ``proof`` is None while fresh proof stands behind the points, else what stands in its place:
    without proof a target is never met.
    """
    if target is None:
        return None
    if exposure is None:
        return Reason(
            Verdict.FAIL,
            FailureClass.TARGET_MISSED,
            say(N_("There is no usable restore point: everything would be lost.")),
        )
    values = {"exposure": shown_duration(exposure), "target": shown_duration(target)}
    if exposure > target:
        message = say(N_("{exposure} of work would be lost; the target is {target}."), **values)
        return Reason(Verdict.FAIL, FailureClass.TARGET_MISSED, message)
    if proof is not None:
        message = say(
            N_(
                "The newest point is {exposure} old (target {target}), but no fresh proof backs it."
            ),
            **values,
        )
        return Reason(proof, FailureClass.NO_PROOF, message)
    message = say(N_("At most {exposure} of work would be lost; the target is {target}."), **values)
    return Reason(Verdict.PASS, None, message)
