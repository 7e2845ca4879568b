"""How far off computed recovery times were: every past restore predicted from those before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.facts import DrillRun
from continuity.domain.portfolio import Portfolio
from continuity.domain.recovery_time import FITTED_RUNS, is_tried, runs_of
from continuity.domain.restore_cost import extrapolate

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindsight:
    """What predictions were worth. ``errors`` are in percent of the time it really took.

    A negative one means that it took longer than predicted. ``kept`` counts the restores that took
    no longer than the safe time, which nine of ten should; ``refused`` those of which nothing was
    predicted, because too little was known or the size was out of range.
    """

    errors: tuple[int, ...] = ()
    kept: int = 0
    refused: int = 0

    @property
    def count(self) -> int:
        """How many restores were predicted."""
        return len(self.errors)

    @property
    def median_percent(self) -> int | None:
        """How far off half of the predictions were at most, in either direction."""
        off = sorted(map(abs, self.errors))
        return off[(len(off) - 1) // 2] if off else None

    @property
    def worst_percent(self) -> int | None:
        """The error of the prediction that was farthest off, with its sign."""
        return max(self.errors, key=abs, default=None)


def look_back(drills: Sequence[DrillRun]) -> Hindsight:
    """Predict each restore test of one job in one repository from those before it, and compare."""
    runs = runs_of(drill for drill in drills if is_tried(drill))
    errors: list[int] = []
    kept = 0
    for at, (size, took) in enumerate(runs):
        band = extrapolate(runs[max(0, at - FITTED_RUNS) : at], size) if at else None
        if band is None:
            continue
        likely, safe = (time / _MILLISECOND for time in band)
        errors.append(round(100 * (likely - took) / took))
        kept += took <= safe
    return Hindsight(errors=tuple(errors), kept=kept, refused=len(runs) - len(errors))


def look_back_on(portfolio: Portfolio) -> dict[tuple[str, str], Hindsight]:
    """Look back on all jobs: by job and repository, where anything at all was restored."""
    seen: dict[tuple[str, str], Hindsight] = {}
    for job in portfolio.jobs:
        drills = portfolio.facts.of(job.name).drills
        for kept in (job.repository, *(copy.repository for copy in job.copies)):
            told = look_back([drill for drill in drills if drill.identity.repository == kept])
            if told.count or told.refused:
                seen[job.name, kept] = told
    return seen


def joined(all_seen: Iterable[Hindsight]) -> Hindsight:
    """Count the predictions for several jobs together."""
    seen = tuple(all_seen)
    return Hindsight(
        errors=tuple(error for one in seen for error in one.errors),
        kept=sum(one.kept for one in seen),
        refused=sum(one.refused for one in seen),
    )
