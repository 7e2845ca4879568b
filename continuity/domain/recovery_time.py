"""How long recovery takes: measured where a full restore was timed, else computed from samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from math import ceil
from operator import mul
from typing import NamedTuple

from continuity.domain.facts import DrillRun
from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict


class TimeKind(StrEnum):
    """Where a recovery time comes from; only a MEASURED one meets a target."""

    MEASURED = "MEASURED"
    EXTRAPOLATED = "EXTRAPOLATED"
    CLAIMED = "CLAIMED"
    UNKNOWN = "UNKNOWN"


MIN_RUNS = 5
"""Fewer restore tests than this say nothing about another size."""

FARTHEST = 20
"""How many times the largest tested size may be computed for."""

_FITTED_RUNS = 16
_TREND_RUNS = 6
_MIB = 2**20
_THOUSAND = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryTime:
    """How long one job takes to come back; None means unknown, which is not 0.

    ``low`` and ``high`` are the same when measured, else the times that half and nine of ten runs
    kept. ``floor`` is the last measured time, also after its validity ended. ``trend_percent`` is
    how the last one compares with the median of up to six before it.
    """

    kind: TimeKind
    low: timedelta | None
    high: timedelta | None
    measured_at: datetime | None
    floor: timedelta | None
    trend_percent: int | None


class Size(NamedTuple):
    """How much there is to bring back."""

    files: int
    bytes: int


class Cost(NamedTuple):
    """Milliseconds that a restore takes: in any case, per MiB and per thousand files."""

    overhead: float
    per_mib: float
    per_thousand_files: float

    def of(self, size: Size) -> float:
        """Give the milliseconds for a size."""
        return (
            self.overhead
            + self.per_mib * size.bytes / _MIB
            + self.per_thousand_files * size.files / _THOUSAND
        )


def judge_recovery_time(
    drills: Sequence[DrillRun], size: Size | None, now: datetime, validity: timedelta
) -> RecoveryTime:
    """Take the last timed full restore while it is valid, else compute from at least five tests.

    ``drills`` are those of the job as it is today; ``size`` is that of its newest point.
    """
    timed = [drill for drill in drills if is_timed(drill)]
    floor = timedelta(milliseconds=timed[-1].milliseconds) if timed else None
    measured_at = timed[-1].at if timed else None
    trend = _trend([drill.milliseconds for drill in timed])
    if floor is not None and measured_at is not None and now - measured_at < validity:
        kind, low, high = TimeKind.MEASURED, floor, floor
        return RecoveryTime(
            kind=kind, low=low, high=high, measured_at=measured_at, floor=floor, trend_percent=trend
        )
    band = None if size is None else extrapolate(_tried(drills), size)
    return RecoveryTime(
        kind=TimeKind.UNKNOWN if band is None else TimeKind.EXTRAPOLATED,
        low=None if band is None else band[0],
        high=None if band is None else band[1],
        measured_at=measured_at,
        floor=floor,
        trend_percent=trend,
    )


def is_timed(drill: DrillRun) -> bool:
    """Tell whether a restore test timed the recovery of everything, also when it took too long."""
    if not drill.measured or drill.milliseconds == 0:
        return False
    return drill.verdict is Verdict.PASS or drill.failure is FailureClass.TARGET_MISSED


def _tried(drills: Iterable[DrillRun]) -> list[tuple[Size, int]]:
    return [
        (Size(drill.files, drill.bytes), drill.milliseconds)
        for drill in drills
        if drill.verdict is Verdict.PASS and drill.milliseconds > 0
    ][-_FITTED_RUNS:]


def extrapolate(runs: Sequence[tuple[Size, int]], size: Size) -> tuple[timedelta, timedelta] | None:
    """Compute the times that half and nine of ten runs of this size would keep.

    None when fewer than five runs are known, or the size is more than 20 times the largest tried.
    """
    if len(runs) < MIN_RUNS or _is_too_far(runs, size):
        return None
    cost = fit_cost(runs)
    ratios = sorted(milliseconds / max(1.0, cost.of(tried)) for tried, milliseconds in runs)
    half, most = ratios[(len(ratios) - 1) // 2], ratios[ceil(0.9 * len(ratios)) - 1]
    expected = max(1.0, cost.of(size))
    return timedelta(milliseconds=ceil(expected * half)), timedelta(
        milliseconds=ceil(expected * most)
    )


def _is_too_far(runs: Sequence[tuple[Size, int]], size: Size) -> bool:
    return size.bytes > FARTHEST * max(
        tried.bytes for tried, _ in runs
    ) or size.files > FARTHEST * max(tried.files for tried, _ in runs)


def fit_cost(runs: Sequence[tuple[Size, int]]) -> Cost:
    """Fit the cost of a restore to runs by least squares, no part of it negative.

    When the best fit of all has a negative part, the best non-negative one is the best among those
    fits over fewer unknowns that come out non-negative.
    """
    rows = [
        (1.0, size.bytes / _MIB, size.files / _THOUSAND, float(milliseconds))
        for size, milliseconds in runs
    ]
    one, mib, files, times = zip(*rows, strict=True)
    columns = (one, mib, files)
    products = [[_dot(a, b) for b in (*columns, times)] for a in columns]
    whole = _fit(products, _ALL)
    if whole is not None:
        return Cost(*whole)
    fits = [weights for subset in _SUBSETS if (weights := _fit(products, subset)) is not None]
    if not fits:
        return Cost(max(times), 0.0, 0.0)
    return Cost(*min(fits, key=lambda weights: _error(products, weights)))


_ALL = (0, 1, 2)
_SUBSETS = tuple(subset for count in (1, 2) for subset in combinations(_ALL, count))
_SINGULAR = 1e-9


def _dot(a: Iterable[float], b: Iterable[float]) -> float:
    total: float = sum(map(mul, a, b))
    return total


def _fit(products: Sequence[Sequence[float]], subset: tuple[int, ...]) -> list[float] | None:
    """Solve the normal equations of some unknowns; None without one non-negative solution."""
    system = [[*(products[a][b] for b in subset), products[a][-1]] for a in subset]
    for pivot, a in enumerate(subset):
        line = system[pivot]
        if line[pivot] <= products[a][a] * _SINGULAR:
            return None
        for other in system:
            if other is not line:
                share = other[pivot] / line[pivot]
                other[:] = [value - share * own for value, own in zip(other, line, strict=True)]
    weights = [0.0, 0.0, 0.0]
    for pivot, a in enumerate(subset):
        weights[a] = system[pivot][-1] / system[pivot][pivot]
    return None if min(weights) < 0 else weights


def _error(products: Sequence[Sequence[float]], weights: Sequence[float]) -> float:
    """Give the sum of squared errors, less what is the same for all fits."""
    return sum(weights[a] * (_dot(products[a], weights) - 2 * products[a][-1]) for a in range(3))


def _trend(milliseconds: Sequence[int]) -> int | None:
    earlier = milliseconds[:-1][-_TREND_RUNS:]
    if not earlier:
        return None
    ordered, half = sorted(earlier), len(earlier) // 2
    # Not statistics.median: its import costs a tenth of the time in which status must start.
    usual = (ordered[half] + ordered[-half - 1]) / 2
    return round(100 * (milliseconds[-1] - usual) / usual)
