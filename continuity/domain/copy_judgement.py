"""The verdict on the copies of a repository: each has its own proof, and its own lag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from continuity.domain.checks import judge_checks
from continuity.domain.facts import Identity, JobFacts, Point, Sighting
from continuity.domain.failure import FailureClass
from continuity.domain.job_judgement import (
    JobAssessment,
    Moment,
    size_of_newest,
    standing_skip,
)
from continuity.domain.objectives import RecoveryPoint, life_of, measure_exposure, points_that_count
from continuity.domain.portfolio import JobPlan, Storage, SystemPlan
from continuity.domain.proof import (
    Proof,
    ProofQuestion,
    drills_of_today,
    identity_of_today,
    judge_proof,
)
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.recovery_time import judge_recovery_time
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, worst


def with_copies(
    judged: JobAssessment, system: SystemPlan, facts: JobFacts, moment: Moment
) -> JobAssessment:
    """Judge the copies of a job's repository too; what is wrong with one counts against the job.

    How old a copy's newest point is counts only where the repository itself is lost, and where the
    copy is so far behind that nobody can be filling it any more.
    """
    plan = judged.plan
    if not plan.copies:
        return judged
    copies = tuple(
        _judge(plan, copy, system, facts, moment, judged.rpo.newest) for copy in plan.copies
    )
    reasons = [reason for copy in copies for reason in copy.reasons]
    return replace(
        judged,
        copies=copies,
        reasons=by_gravity((*judged.reasons, *reasons)),
        verdict=worst((judged.verdict, *(copy.verdict for copy in copies))),
    )


def facts_of_copy(plan: JobPlan, copy: Storage, facts: JobFacts) -> JobFacts:
    """Reduce a job's facts to what is known of one copy: a point not seen there is not there."""
    seen = _sighting(copy.repository, facts)
    arrived = frozenset(() if seen is None else seen.points)
    points = (
        _as_seen(point, seen)
        for point in facts.points
        if seen is not None and point.id in arrived and point.identity[0] == plan.repository
    )
    return JobFacts(
        job=facts.job,
        began=facts.began,
        points=tuple(points),
        drills=tuple(
            drill for drill in facts.drills if drill.identity.repository == copy.repository
        ),
        damages=tuple(
            found for found in facts.damages if found.identity.repository == copy.repository
        ),
    )


def _sighting(repository: str, facts: JobFacts) -> Sighting | None:
    return next((seen for seen in facts.sightings if seen.repository == repository), None)


def _as_seen(point: Point, seen: Sighting) -> Point:
    # The repository's retention removes nothing from a copy.
    identity = point.identity._replace(repository=seen.repository, repository_id=seen.repository_id)
    return point._replace(identity=identity, removed_at=None)


def identity_of_copy(plan: JobPlan, copy: Storage, facts: JobFacts) -> Identity:
    """Tell what a proof of a copy holds for today."""
    seen = _sighting(copy.repository, facts)
    own = identity_of_today(plan.repository, plan.engine, plan.path_set, facts)
    return own._replace(
        repository=copy.repository,
        repository_id="" if seen is None else seen.repository_id,
        engine=copy.engine,
    )


def _judge(
    plan: JobPlan,
    copy: Storage,
    system: SystemPlan,
    facts: JobFacts,
    moment: Moment,
    newest: datetime | None,
) -> JobAssessment:
    there = facts_of_copy(plan, copy, facts)
    today = identity_of_copy(plan, copy, facts)
    drills = drills_of_today(there, today)
    proof = judge_proof(
        ProofQuestion(
            facts=there,
            today=today,
            drills=drills,
            since=moment.now - moment.window,
            required=system.proof_level,
            validity=system.proof_validity,
            soundness=judge_checks((), moment.now, system.proof_validity),
            overdue=(),
            skipped=standing_skip(plan, facts.skip, moment),
        ),
        moment.now,
    )
    points = points_that_count(there.points, today)
    rpo = _recovery_point(points, proof, moment)
    size = size_of_newest(points)
    name = f"{plan.name} @ {copy.repository}"
    reasons = [*proof.reasons, *_lag(newest, rpo.newest, system.proof_validity)]
    return JobAssessment(
        plan=plan.kept_in(copy),
        verdict=worst(reason.verdict for reason in reasons) if reasons else Verdict.PASS,
        reasons=by_gravity(reason._replace(job=name) for reason in reasons),
        rpo=rpo,
        proof=proof,
        recovery=judge_recovery_time(drills, size, moment.now, system.time_validity),
        size=size,
        latest_backup=None,
    )


def _recovery_point(points: list[Point], proof: Proof, moment: Moment) -> RecoveryPoint:
    """Measure what would be lost if this copy alone were left; no target is held against it.

    When a point arrived is not known, so the worst of the past is not told either.
    """
    now = measure_exposure(life_of(points), moment.now, moment.window).now
    proven = measure_exposure(proof.spans, moment.now, moment.window).now
    return RecoveryPoint(
        target=None,
        now=now,
        worst=None,
        worst_at=None,
        proven_now=proven,
        proven_worst=None,
        proven_worst_at=None,
        newest=None if now is None else moment.now - now,
        verdict=None,
        reason=None,
    )


def _lag(
    newest: datetime | None, arrived: datetime | None, validity: timedelta
) -> Iterator[Reason]:
    if newest is None or arrived is None or newest - arrived <= validity:
        return
    message = say(
        N_("The newest point known to be in this copy is {lag} older than the repository's."),
        lag=shown_duration(newest - arrived),
    )
    yield Reason(Verdict.OVERDUE, FailureClass.OVERDUE, message)
