"""The verdict on every system: the worst of its jobs, its targets and its proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.conducted import Conducted
from continuity.domain.conducted_time import (
    CONDUCTED,
    is_valid,
    latest_conducted,
    waits_of_people,
)
from continuity.domain.copies import best_copy, charge_exposure, things
from continuity.domain.copy_judgement import with_copies
from continuity.domain.facts import Facts
from continuity.domain.failure import FailureClass
from continuity.domain.job_judgement import JobAssessment, Moment, judge_job
from continuity.domain.objectives import RecoveryPoint
from continuity.domain.portfolio import Portfolio, SystemPlan
from continuity.domain.proof import RESTORABLE
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.shown import shown_moment
from continuity.domain.storage_verdict import judge_storage, with_storage
from continuity.domain.system_time import SystemTime, judge_system_times, slowing
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, worst

WINDOW = timedelta(days=30)
"""How far back the worst exposure is looked for, unless somebody asks otherwise."""

_CLOCK_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemProof:
    """The weakest proof among a system's jobs; level None means that one has no proof at all."""

    level: str | None
    age: timedelta | None
    target: timedelta | None
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemAssessment:
    """The verdict on one system with its reasons, the gravest first."""

    plan: SystemPlan
    verdict: Verdict
    reasons: tuple[Reason, ...]
    rpo: RecoveryPoint
    rto: SystemTime
    proof: SystemProof
    jobs: tuple[JobAssessment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """The verdicts on everything at one moment; the worst of them stands for all."""

    at: datetime
    window: timedelta
    zone: str
    verdict: Verdict
    systems: tuple[SystemAssessment, ...]


def assess(portfolio: Portfolio, now: datetime, window: timedelta = WINDOW) -> Assessment:
    """Judge every job and system by what is recorded.

    No evidence is never a PASS, and time alone never makes a verdict better. Raises
    ConfigurationError when systems depend on each other in a circle.
    """
    facts = portfolio.facts
    doubt = _doubt_the_clock(facts, now, portfolio.zone)
    # It cannot be earlier than what was recorded, so nothing is shown younger than that.
    present = now if facts.newest is None else max(now, facts.newest)
    moment = Moment(now=present, window=window, zone=portfolio.zone)
    plans = {system.name: system for system in portfolio.systems}
    jobs: dict[str, list[JobAssessment]] = {name: [] for name in plans}
    wrong = judge_storage(portfolio)
    for plan in portfolio.jobs:
        if plan.system in plans:
            system, known = plans[plan.system], facts.of(plan.name)
            judged = judge_job(plan, system, known, moment)
            judged = with_copies(judged, system, known, moment)
            jobs[plan.system].append(with_storage(judged, wrong))
    jobs = {name: _with_exposure(judged) for name, judged in jobs.items()}
    last = {
        plan.name: latest_conducted(facts.conducted, plan, jobs[plan.name])
        for plan in portfolio.systems
    }
    times = judge_system_times(
        portfolio.systems, jobs, waits_of_people(portfolio.systems, last, present)
    )
    alone = [
        _judge_system(plan, jobs[plan.name], times[plan.name], doubt) for plan in portfolio.systems
    ]
    systems = tuple(_with_people(one, last[one.plan.name], present) for one in alone)
    return Assessment(
        at=now,
        window=window,
        zone=portfolio.zone,
        verdict=worst(system.verdict for system in systems),
        systems=systems,
    )


def _doubt_the_clock(facts: Facts, now: datetime, zone: str) -> Reason | None:
    if facts.newest is None or facts.newest <= now + _CLOCK_TOLERANCE:
        return None
    message = say(
        N_("The clock says {now}, but the record already reaches {newest}: one of them is wrong."),
        now=shown_moment(now, zone),
        newest=shown_moment(facts.newest, zone),
    )
    return Reason(Verdict.INCONCLUSIVE, FailureClass.CLOCK, message)


def _with_exposure(jobs: Sequence[JobAssessment]) -> list[JobAssessment]:
    charged = {job.plan.name: job for copies in things(jobs) for job in charge_exposure(copies)}
    return [charged[job.plan.name] for job in jobs]


def _judge_system(
    plan: SystemPlan, jobs: Sequence[JobAssessment], time: SystemTime, doubt: Reason | None
) -> SystemAssessment:
    reasons = [reason for job in jobs for reason in job.reasons]
    if not jobs:
        message = say(N_("No job protects this system."))
        reasons.append(Reason(Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, message))
    late = time.reason if time.verdict is not Verdict.PASS else None
    reasons.extend(reason for reason in (late, doubt, slowing(time)) if reason is not None)
    return SystemAssessment(
        plan=plan,
        verdict=worst(reason.verdict for reason in reasons) if reasons else Verdict.PASS,
        reasons=by_gravity(reasons),
        rpo=_combined_points(plan, [best_copy(copies) for copies in things(jobs)]),
        rto=time,
        proof=_weakest_proof(plan, jobs),
        jobs=tuple(jobs),
    )


def _with_people(
    system: SystemAssessment, last: Conducted | None, now: datetime
) -> SystemAssessment:
    """Call proven by people what was proven by programs and brought back by people in time."""
    proof = system.proof
    if last is None or not is_valid(last, now, system.plan.time_validity):
        return system
    if proof.verdict is not Verdict.PASS or (proof.level or "") < RESTORABLE:
        return system
    age = max(now - last.at, proof.age or timedelta())
    return replace(system, proof=replace(proof, level=CONDUCTED, age=age))


def _combined_points(plan: SystemPlan, points: Sequence[RecoveryPoint]) -> RecoveryPoint:
    """Take the worst for each number; where nothing is protected everything would be lost."""
    worst_of = _longest((point.worst, point.worst_at) for point in points)
    proven = _longest((point.proven_worst, point.proven_worst_at) for point in points)
    reasons = by_gravity(point.reason for point in points if point.reason is not None)
    newest = [point.newest for point in points if point.newest is not None]
    judged = [point.verdict for point in points if point.verdict is not None]
    return RecoveryPoint(
        target=plan.rpo,
        now=_longest((point.now, None) for point in points)[0],
        worst=worst_of[0],
        worst_at=worst_of[1],
        proven_now=_longest((point.proven_now, None) for point in points)[0],
        proven_worst=proven[0],
        proven_worst_at=proven[1],
        newest=min(newest) if newest and len(newest) == len(points) else None,
        verdict=None if plan.rpo is None else worst(judged),
        reason=reasons[0] if reasons else None,
    )


def _longest(
    exposures: Iterable[tuple[timedelta | None, datetime | None]],
) -> tuple[timedelta | None, datetime | None]:
    longest: tuple[timedelta | None, datetime | None] | None = None
    for exposure in exposures:
        if exposure[0] is None:
            return exposure
        if longest is None or longest[0] is None or exposure[0] > longest[0]:
            longest = exposure
    return longest or (None, None)


def _weakest_proof(plan: SystemPlan, jobs: Sequence[JobAssessment]) -> SystemProof:
    proofs = [job.proof for job in jobs]
    weakest = min(proofs, key=lambda proof: proof.level or "", default=None)
    ages = [
        proof.age
        for proof in proofs
        if weakest is not None and proof.level == weakest.level and proof.age is not None
    ]
    return SystemProof(
        level=None if weakest is None else weakest.level,
        age=max(ages, default=None),
        target=plan.prove,
        verdict=worst(proof.verdict for proof in proofs),
    )
