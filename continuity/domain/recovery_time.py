"""How long recovery takes: measured where a full restore was timed, else computed from samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.facts import DrillRun
from continuity.domain.failure import FailureClass
from continuity.domain.restore_cost import (
    FARTHEST,
    MIN_RUNS,
    Runs,
    Size,
    extrapolate,
)
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict


class TimeKind(StrEnum):
    """Where a recovery time comes from; only a MEASURED one meets a target."""

    MEASURED = "MEASURED"
    EXTRAPOLATED = "EXTRAPOLATED"
    CLAIMED = "CLAIMED"
    UNKNOWN = "UNKNOWN"


FITTED_RUNS = 16
"""Older restore tests say little about today's machines and networks."""

_TREND_RUNS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryTime:
    """How long one job takes to come back; None means unknown, which is not 0.

    ``low`` and ``high`` are the same when measured, else the times that half and nine of ten runs
    kept. ``moving`` is the part of ``high`` in which bytes come from the repository. ``missing``
    says why nothing could be computed. ``floor`` is the last measured time, also after its
    validity ended. ``trend_percent`` is how the last one compares with the median of up to six
    before it.
    """

    kind: TimeKind
    low: timedelta | None
    high: timedelta | None
    measured_at: datetime | None
    floor: timedelta | None
    trend_percent: int | None
    moving: timedelta | None = None
    missing: Message | None = None


def judge_recovery_time(
    drills: Sequence[DrillRun], size: Size | None, now: datetime, validity: timedelta
) -> RecoveryTime:
    """Take the last timed full restore while it is valid, else compute from at least five tests.

    ``drills`` are those of the job as it is today; ``size`` is that of its newest point.
    """
    timed = [drill for drill in drills if is_timed(drill)]
    latest = timed[-1] if timed else None
    floor = None if latest is None else timedelta(milliseconds=latest.milliseconds)
    known = RecoveryTime(
        kind=TimeKind.UNKNOWN,
        low=None,
        high=None,
        measured_at=None if latest is None else latest.at,
        floor=floor,
        trend_percent=_trend([drill.milliseconds for drill in timed]),
    )
    if latest is not None and floor is not None and now - latest.at < validity:
        moving = floor * _moving_share([latest])
        return replace(known, kind=TimeKind.MEASURED, low=floor, high=floor, moving=moving)
    return _computed(known, drills, size)


def _computed(known: RecoveryTime, drills: Iterable[DrillRun], size: Size | None) -> RecoveryTime:
    tried = [drill for drill in drills if is_tried(drill)][-FITTED_RUNS:]
    runs = runs_of(tried)
    band = None if size is None else extrapolate(runs, size)
    if band is None:
        return replace(known, missing=_why_not(runs, size))
    return replace(
        known,
        kind=TimeKind.EXTRAPOLATED,
        low=band[0],
        high=band[1],
        moving=band[1] * _moving_share(tried),
    )


def _why_not(runs: Runs, size: Size | None) -> Message:
    if size is None:
        return say(N_("There is no restore point whose size is known."))
    if len(runs) < MIN_RUNS:
        return say(
            N_("Restore tests to compute it from: {count}; at least {least} are needed."),
            count=len(runs),
            least=MIN_RUNS,
        )
    return say(
        N_("What would come back is more than {times} times the largest that was tested."),
        times=FARTHEST,
    )


def _moving_share(drills: Sequence[DrillRun]) -> float:
    """Tell in which share of the time bytes came from the repository; all of it where unknown.

    It is what two restores from one place have to share, so it must not be taken as too little.
    """
    whole = sum(drill.milliseconds for drill in drills)
    moving = sum(min(drill.moving or drill.milliseconds, drill.milliseconds) for drill in drills)
    return moving / whole


def is_timed(drill: DrillRun) -> bool:
    """Tell whether a restore test timed the recovery of everything, also when it took too long."""
    if not drill.measured or drill.milliseconds == 0:
        return False
    return drill.verdict is Verdict.PASS or drill.failure is FailureClass.TARGET_MISSED


def is_tried(drill: DrillRun) -> bool:
    """Tell whether a restore test teaches how long restoring takes; too slow a one does."""
    right = drill.verdict is Verdict.PASS or drill.failure is FailureClass.TARGET_MISSED
    return right and drill.milliseconds > 0


def runs_of(drills: Iterable[DrillRun]) -> list[tuple[Size, int]]:
    """Reduce restore tests to what came back, and in how many milliseconds."""
    return [(Size(drill.files, drill.bytes), drill.milliseconds) for drill in drills]


def _trend(milliseconds: Sequence[int]) -> int | None:
    earlier = milliseconds[:-1][-_TREND_RUNS:]
    if not earlier:
        return None
    ordered, half = sorted(earlier), len(earlier) // 2
    # Not statistics.median: its import costs a tenth of the time in which status must start.
    usual = (ordered[half] + ordered[-half - 1]) / 2
    return round(100 * (milliseconds[-1] - usual) / usual)
