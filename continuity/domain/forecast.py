"""If everything burned today: who is back when, and with what loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.failure import ConfigurationError
from continuity.domain.forecast_notes import notes_on
from continuity.domain.lanes import Slot, Stretch, Work, run_lanes
from continuity.domain.portfolio import Portfolio
from continuity.domain.recovery_order import recovery_order
from continuity.domain.recovery_time import RecoveryTime, TimeKind
from continuity.domain.storage_judgement import refuses_deletion
from continuity.domain.surviving import EVERYTHING, Loss, Remains, Survival, remains_of, take_away
from continuity.domain.system_time import less_certain
from continuity.domain.text import N_, Message, say
from continuity.domain.way_back import Return


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """The return of the systems that are lost; ``notes`` are what must be read with the numbers.

    ``all_lost`` says that every system has to come back. ``waiting`` are systems that are not lost
    themselves and cannot work until others are back. ``at_risk`` are the repositories that systems
    come back from and that were not seen lately to refuse deletions: who steals the credentials of
    the backups can take them away too.
    """

    at: datetime
    lose: str
    lanes: int
    all_lost: bool
    returns: tuple[Return, ...]
    waiting: tuple[str, ...]
    at_risk: tuple[str, ...]
    notes: tuple[Message, ...]


def forecast(
    portfolio: Portfolio,
    assessment: Assessment,
    now: datetime,
    lanes: int = 1,
    lose: str = EVERYTHING,
) -> Forecast:
    """Tell in what order and when systems would be back if they had to be recovered now.

    ``lose`` names copies that are gone too, ``site:X``, ``repository:X`` or ``medium:X``, or a
    machine, ``host:X``; ``everything`` loses all systems and no copies. Restores from one place
    share its speed. Raises ConfigurationError for an unknown name, for no lane, and for systems
    that depend on each other in a circle.
    """
    if lanes < 1:
        raise ConfigurationError(say(N_("At least one system must be recovered at a time.")))
    loss = take_away(portfolio.jobs, lose)
    order = recovery_order(system.plan for system in assessment.systems)
    systems = _lost(assessment.systems, loss)
    remains = {name: remains_of(system.jobs, loss.copies) for name, system in systems.items()}
    order = tuple(name for name in order if name in systems)
    needs = {name: system.plan.depends_on for name, system in systems.items()}
    safe = run_lanes(order, needs, _work(remains, _safe_stretches), lanes)
    likely = run_lanes(order, needs, _work(remains, _likely_stretches), lanes)
    kinds = _kinds(order, needs, {name: _kind(left) for name, left in remains.items()})
    listed = sorted(order, key=lambda name: safe[name].start if name in safe else _NEVER)
    returns = tuple(
        _return(systems[name], remains[name], kinds[name], _Times(safe, likely, now))
        for name in listed
    )
    waiting = _waiting(assessment.systems, systems)
    at_risk = _at_risk(returns, portfolio, now)
    return Forecast(
        at=now,
        lose=lose,
        lanes=lanes,
        all_lost=loss.systems is None,
        returns=returns,
        waiting=waiting,
        at_risk=at_risk,
        notes=notes_on(returns, waiting, at_risk, loss.unplaced),
    )


def _at_risk(returns: Iterable[Return], portfolio: Portfolio, now: datetime) -> tuple[str, ...]:
    storage = portfolio.facts.storage
    used = dict.fromkeys(name for one in returns for name in one.repositories)
    return tuple(sorted(name for name in used if not refuses_deletion(storage.get(name), now)))


_NEVER = timedelta.max


def _lost(systems: Iterable[SystemAssessment], loss: Loss) -> dict[str, SystemAssessment]:
    return {
        system.plan.name: system
        for system in systems
        if loss.systems is None or system.plan.name in loss.systems
    }


def _waiting(
    systems: Sequence[SystemAssessment], lost: Mapping[str, SystemAssessment]
) -> tuple[str, ...]:
    """List what is not lost and depends, by whatever way, on something that is."""
    down = set(lost)
    while True:
        more = {
            system.plan.name for system in systems if down.intersection(system.plan.depends_on)
        } - down
        if not more:
            return tuple(sorted(down - lost.keys()))
        down |= more


def _work(
    remains: Mapping[str, Remains], stretches: Callable[[RecoveryTime], Sequence[timedelta] | None]
) -> dict[str, Work | None]:
    work: dict[str, Work | None] = {}
    for name, left in remains.items():
        own: list[Stretch] | None = [] if left.survival is not Survival.LOST else None
        for job in left.jobs:
            parts = stretches(job.recovery)
            if parts is None or own is None:
                own = None
                break
            alone, moving = parts
            place = job.plan.place or job.plan.repository
            own += [Stretch(length=alone), Stretch(length=moving, place=place)]
        work[name] = own
    return work


def _safe_stretches(recovery: RecoveryTime) -> tuple[timedelta, timedelta] | None:
    """Split the safe time in what a restore does alone, and what it shares with others."""
    if recovery.high is None:
        return None
    moving = recovery.high if recovery.moving is None else recovery.moving
    return recovery.high - moving, moving


def _likely_stretches(recovery: RecoveryTime) -> tuple[timedelta, timedelta] | None:
    parts = _safe_stretches(recovery)
    if parts is None or not recovery.high:
        return parts
    share = 1.0 if recovery.low is None else recovery.low / recovery.high
    return parts[0] * share, parts[1] * share


def _kind(left: Remains) -> TimeKind:
    kind = TimeKind.MEASURED if left.survival is not Survival.LOST else TimeKind.UNKNOWN
    for job in left.jobs:
        kind = less_certain(kind, job.recovery.kind)
    return kind


def _kinds(
    order: Iterable[str], needs: Mapping[str, Sequence[str]], own: Mapping[str, TimeKind]
) -> dict[str, TimeKind]:
    """Carry the doubt in a time to everything that waits for it."""
    kinds: dict[str, TimeKind] = {}
    for name in order:
        kinds[name] = own[name]
        for needed in needs[name]:
            if needed in own:
                kinds[name] = less_certain(kinds[name], kinds.get(needed, TimeKind.UNKNOWN))
    return kinds


@dataclass(frozen=True, slots=True)
class _Times:
    safe: Mapping[str, Slot]
    likely: Mapping[str, Slot]
    now: datetime


def _return(system: SystemAssessment, left: Remains, kind: TimeKind, times: _Times) -> Return:
    name = system.plan.name
    slot, hoped = times.safe.get(name), times.likely.get(name)
    missing = (job.recovery.missing for job in left.jobs if job.recovery.high is None)
    return Return(
        system=name,
        title=system.plan.title,
        criticality=system.plan.criticality,
        start=None if slot is None else slot.start,
        # A shorter recovery can make a queue longer, but nobody would wait for that.
        likely=None if slot is None or hoped is None else min(hoped.back, slot.back),
        back=None if slot is None else slot.back,
        back_at=None if slot is None else times.now + slot.back,
        kind=TimeKind.UNKNOWN if slot is None else kind,
        loss=left.loss,
        survival=left.survival,
        lost_jobs=left.lost_jobs,
        repositories=tuple(dict.fromkeys(job.plan.repository for job in left.jobs)),
        rpo=system.plan.rpo,
        rto=system.plan.rto,
        missing=next(missing, None),
    )
