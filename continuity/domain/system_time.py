"""How long a system takes to be back, with all it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from continuity.domain.copies import things
from continuity.domain.dependencies import dependency_order
from continuity.domain.failure import FailureClass
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import SystemPlan
from continuity.domain.reason import Reason
from continuity.domain.recovery_time import RecoveryTime, TimeKind
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

TREND_ALERT = 25
"""Percent by which the latest measured time may exceed the median of those before it."""

_CERTAINTY = (TimeKind.UNKNOWN, TimeKind.CLAIMED, TimeKind.EXTRAPOLATED, TimeKind.MEASURED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A time to be back: its likely and its safe length, None where unknown.

    ``floor`` is the part of it that was once measured: it will not be shorter than that.
    """

    kind: TimeKind
    low: timedelta | None
    high: timedelta | None
    floor: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemTime:
    """The recovery time of a system against its target.

    ``own`` is for its own jobs, one after the other; ``total`` adds the longest chain of systems
    that must be back before, named by ``path`` in the order of recovery. None for the target and
    the verdict means that no target was set.
    """

    target: timedelta | None
    own: Wait
    total: Wait
    path: tuple[str, ...]
    trend_percent: int | None
    verdict: Verdict | None
    reason: Reason | None


class _Spent(NamedTuple):
    """What a system costs by itself, and with all it waits for when people brought it back."""

    own: Wait
    people: Wait | None
    trend: int | None


_NO_TIME = Wait(kind=TimeKind.MEASURED, low=timedelta(0), high=timedelta(0), floor=timedelta(0))
_UNKNOWN = Wait(kind=TimeKind.UNKNOWN, low=None, high=None, floor=timedelta(0))


def judge_system_times(
    systems: Sequence[SystemPlan],
    jobs: Mapping[str, Sequence[JobAssessment]],
    people: Mapping[str, Wait] | None = None,
) -> dict[str, SystemTime]:
    """Judge each system along the critical path through what it depends on.

    ``people`` is what it took when people brought it back, with all it depends on. Raises
    ConfigurationError when systems depend on each other in a circle.
    """
    plans = {system.name: system for system in systems}
    known: dict[str, tuple[Wait, tuple[str, ...]]] = {}
    times: dict[str, SystemTime] = {}
    for name in dependency_order({plan.name: plan.depends_on for plan in systems}):
        spent = _Spent(own_wait(jobs[name]), (people or {}).get(name), _trend(jobs[name]))
        times[name] = _judge(plans[name], spent, known)
        known[name] = times[name].total, times[name].path
    return times


def _judge(
    plan: SystemPlan, spent: _Spent, known: Mapping[str, tuple[Wait, tuple[str, ...]]]
) -> SystemTime:
    before, path = _longest([known.get(name, (_UNKNOWN, (name,))) for name in plan.depends_on])
    total = _slower(_after(before, spent.own), spent.people)
    reason = None if plan.rto is None else _reason(plan.rto, total)
    return SystemTime(
        target=plan.rto,
        own=spent.own,
        total=total,
        path=(*path, plan.name),
        trend_percent=spent.trend,
        verdict=None if reason is None else reason.verdict,
        reason=reason,
    )


def _slower(computed: Wait, people: Wait | None) -> Wait:
    """Take the longer of what programs need and what people needed; never the less certain one.

    What was computed for more data than people ever brought back stays: it says how long it takes
    now.
    """
    if people is None:
        return computed
    floor = max(computed.floor, people.floor)
    longer = people.high is not None and (computed.high is None or people.high >= computed.high)
    base = people if longer else computed
    return Wait(kind=base.kind, low=base.low, high=base.high, floor=floor)


def own_wait(jobs: Sequence[JobAssessment]) -> Wait:
    """Add up the times of all things that jobs protect, each brought back from one copy."""
    own = _NO_TIME if jobs else _UNKNOWN
    for copies in things(jobs):
        own = _after(own, _wait(min((job.recovery for job in copies), key=_preference)))
    return own


def _preference(part: RecoveryTime) -> tuple[bool, timedelta, bool, timedelta]:
    # By what was ever measured, not by what still counts: else waiting could change the choice.
    none = timedelta(0)
    return part.floor is None, part.floor or none, part.high is None, part.high or none


def _trend(jobs: Sequence[JobAssessment]) -> int | None:
    trends = (job.recovery.trend_percent for job in jobs)
    return max((trend for trend in trends if trend is not None), default=None)


def _wait(part: RecoveryTime) -> Wait:
    return Wait(kind=part.kind, low=part.low, high=part.high, floor=part.floor or timedelta(0))


def _after(first: Wait, then: Wait) -> Wait:
    """Add two times: the sum is as certain as the less certain of them."""
    return Wait(
        kind=less_certain(first.kind, then.kind),
        low=None if first.low is None or then.low is None else first.low + then.low,
        high=None if first.high is None or then.high is None else first.high + then.high,
        floor=first.floor + then.floor,
    )


def less_certain(one: TimeKind, other: TimeKind) -> TimeKind:
    """Choose the kind that a sum of two times has."""
    return min(one, other, key=_CERTAINTY.index)


def _longest(
    waits: Sequence[tuple[Wait, tuple[str, ...]]],
) -> tuple[Wait, tuple[str, ...]]:
    """Join what runs side by side: the longest counts, and one unknown makes all unknown."""
    if not waits:
        return _NO_TIME, ()
    joined, path = waits[0]
    for span, names in waits[1:]:
        if span.high is None or (joined.high is not None and span.high > joined.high):
            path = names
        joined = Wait(
            kind=less_certain(joined.kind, span.kind),
            low=None if joined.low is None or span.low is None else max(joined.low, span.low),
            high=None if joined.high is None or span.high is None else max(joined.high, span.high),
            floor=max(joined.floor, span.floor),
        )
    return joined, path


def _reason(target: timedelta, total: Wait) -> Reason:
    wanted = shown_duration(target)
    if total.floor > target:
        message = say(
            N_("Recovery was measured at {time}; the target is {target}."),
            time=shown_duration(total.floor),
            target=wanted,
        )
        return Reason(Verdict.FAIL, FailureClass.TARGET_MISSED, message)
    if total.high is None:
        message = say(
            N_(
                "The recovery time is not known (a full drill measures it); the target is {target}."
            ),
            target=wanted,
        )
        return Reason(Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, message)
    time = shown_duration(total.high)
    if total.kind is TimeKind.MEASURED:
        message = say(
            N_("Recovery was measured at {time}; the target is {target}."), time=time, target=wanted
        )
        return Reason(Verdict.PASS, None, message)
    likely = N_(
        "Recovery in {time} is computed, not measured: the target of {target} is likely met."
    )
    risky = N_("Recovery in {time} is computed, not measured: the target {target} is at risk.")
    message = say(likely if total.high <= target else risky, time=time, target=wanted)
    return Reason(Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, message)


def slowing(time: SystemTime) -> Reason | None:
    """Remark that recovery got slower than it used to be."""
    if time.trend_percent is None or time.trend_percent < TREND_ALERT:
        return None
    message = say(
        N_("Recovery takes {percent} % longer than the usual of the tests before."),
        percent=time.trend_percent,
    )
    return Reason(Verdict.PASS, None, message)
