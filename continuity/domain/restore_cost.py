"""What a restore costs: a fixed part, so much for each byte, so much for each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from math import ceil, sqrt
from operator import mul
from typing import NamedTuple

MIN_RUNS = 5
"""Fewer restore tests than this say nothing about another size."""

FARTHEST = 20
"""How many times the largest tested size may be computed for."""

_MIB = 2**20
_THOUSAND = 1000


class Size(NamedTuple):
    """How much there is to bring back."""

    files: int
    bytes: int


Runs = Sequence[tuple[Size, int]]
"""Restores that were timed: what came back, and in how many milliseconds."""


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


def extrapolate(runs: Runs, size: Size) -> tuple[timedelta, timedelta] | None:
    """Compute the times that half and nine of ten runs of this size would keep.

    None when fewer than five runs are known, or the size is more than 20 times the largest tried.
    """
    if len(runs) < MIN_RUNS or is_too_far(runs, size):
        return None
    cost = fit_cost(runs)
    ratios = sorted(milliseconds / max(1.0, cost.of(tried)) for tried, milliseconds in runs)
    half, most = ratios[(len(ratios) - 1) // 2], ratios[ceil(0.9 * len(ratios)) - 1]
    # A cost fitted to few runs lies closer to them than to the next one: every part of it that
    # was fitted takes the freedom of one run away.
    unknowns = sum(part > 0 for part in cost)
    widened = 1 + (most - 1) * sqrt(len(runs) / (len(runs) - unknowns))
    expected = max(1.0, cost.of(size))
    return timedelta(milliseconds=ceil(expected * half)), timedelta(
        milliseconds=ceil(expected * max(half, widened))
    )


def is_too_far(runs: Runs, size: Size) -> bool:
    """Tell whether a size is beyond what the tested ones say anything about."""
    return size.bytes > FARTHEST * max(
        tried.bytes for tried, _ in runs
    ) or size.files > FARTHEST * max(tried.files for tried, _ in runs)


# Below this a clock and a busy machine say more than the size of what came back.
_LEAST_TIME = 50.0
_ROUNDS = 4
# Huber's constant, and what makes a median deviation comparable with a standard deviation.
_STEADY, _DEVIATION = 1.345, 1.4826
_EXACT = 1e-6


def fit_cost(runs: Runs) -> Cost:
    """Fit the cost of a restore to runs by robust least squares, no part of it negative.

    Errors count in relation to the time they are errors of, so that the small restores are heard
    beside the large ones; runs far off the others, which waited for something else, count less.
    """
    weights = [1.0 / max(_LEAST_TIME, milliseconds) ** 2 for _, milliseconds in runs]
    doubted = weights
    cost = _fit_weighted(runs, weights)
    for _ in range(_ROUNDS):
        trust = _trust(runs, cost)
        if trust is None:
            break
        doubted = [weight * share for weight, share in zip(weights, trust, strict=True)]
        cost = _fit_weighted(runs, doubted)
    return cost


def _trust(runs: Runs, cost: Cost) -> list[float] | None:
    """Give the share with which each run counts; None when none is far off."""
    errors = [
        abs(milliseconds - expected) / max(_LEAST_TIME, expected)
        for milliseconds, expected in ((took, cost.of(size)) for size, took in runs)
    ]
    reach = _STEADY * _DEVIATION * sorted(errors)[len(errors) // 2]
    if max(errors) <= max(reach, _EXACT):
        return None
    reach = max(reach, _EXACT)
    return [min(1.0, reach / error) if error else 1.0 for error in errors]


def _fit_weighted(runs: Runs, weights: Sequence[float]) -> Cost:
    """Find the best non-negative cost.

    When the best fit of all has a negative part, it is the best among those fits over fewer
    unknowns that come out non-negative.
    """
    rows = [
        (1.0, size.bytes / _MIB, size.files / _THOUSAND, float(milliseconds))
        for size, milliseconds in runs
    ]
    one, mib, files, times = zip(*rows, strict=True)
    columns = (one, mib, files)
    weighted = [list(map(mul, column, weights)) for column in columns]
    products = [[_dot(a, b) for b in (*columns, times)] for a in weighted]
    whole = _solve(products, _ALL)
    if whole is not None:
        return Cost(*whole)
    fits = [parts for subset in _SUBSETS if (parts := _solve(products, subset)) is not None]
    if not fits:
        return Cost(max(times), 0.0, 0.0)
    return Cost(*min(fits, key=lambda parts: _error(products, parts)))


_ALL = (0, 1, 2)
_SUBSETS = tuple(subset for count in (1, 2) for subset in combinations(_ALL, count))
_SINGULAR = 1e-9


def _dot(a: Iterable[float], b: Iterable[float]) -> float:
    total: float = sum(map(mul, a, b))
    return total


def _solve(products: Sequence[Sequence[float]], subset: tuple[int, ...]) -> list[float] | None:
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
    parts = [0.0, 0.0, 0.0]
    for pivot, a in enumerate(subset):
        parts[a] = system[pivot][-1] / system[pivot][pivot]
    return None if min(parts) < 0 else parts


def _error(products: Sequence[Sequence[float]], parts: Sequence[float]) -> float:
    """Give the sum of squared errors, less what is the same for all fits."""
    return sum(parts[a] * (_dot(products[a], parts) - 2 * products[a][-1]) for a in range(3))
