"""The verdict on one job: its backups, its proof, its exposure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.checks import checks_of, judge_checks
from continuity.domain.facts import BackupRun, JobFacts, OpenRun, Point, Skip, without_copies
from continuity.domain.failure import FailureClass
from continuity.domain.objectives import (
    RecoveryPoint,
    judge_recovery_point,
    life_of,
    measure_exposure,
    points_that_count,
)
from continuity.domain.packs_judgement import late_reading
from continuity.domain.portfolio import JobPlan, SystemPlan
from continuity.domain.proof import (
    Proof,
    ProofQuestion,
    drills_of_today,
    identity_of_today,
    judge_proof,
)
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.recovery_time import RecoveryTime, judge_recovery_time
from continuity.domain.restore_cost import Size
from continuity.domain.schedule import Timetable
from continuity.domain.shown import shown_duration, shown_moment
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, worst


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """When is judged: the present, how far back exposure is looked at, how times are shown."""

    now: datetime
    window: timedelta
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobAssessment:
    """The verdict on one job with its reasons, the gravest first; ``size`` is to be restored.

    ``copies`` judges each copy of its repository as if it were the job's own.
    """

    plan: JobPlan
    verdict: Verdict
    reasons: tuple[Reason, ...]
    rpo: RecoveryPoint
    proof: Proof
    recovery: RecoveryTime
    size: Size | None
    latest_backup: BackupRun | None
    copies: tuple[JobAssessment, ...] = ()


def judge_job(plan: JobPlan, system: SystemPlan, facts: JobFacts, moment: Moment) -> JobAssessment:
    """Judge one job by its own runs.

    Its exposure is measured and judged, but not yet part of the verdict: another job may hold a
    better copy of the same thing.
    """
    today = identity_of_today(plan.repository, plan.engine, plan.path_set, facts)
    own = facts_of_own(plan, facts)
    drills = drills_of_today(own, today)
    validity = plan.read_within or system.proof_validity
    soundness = judge_checks(own.checks, moment.now, validity)
    proof = judge_proof(
        ProofQuestion(
            facts=own,
            today=today,
            drills=drills,
            since=moment.now - moment.window,
            required=system.proof_level,
            validity=system.proof_validity,
            soundness=soundness,
            overdue=tuple(_missed_drills(plan, facts, moment)),
            skipped=standing_skip(plan, facts.skip, moment),
        ),
        moment.now,
    )
    points = points_that_count(facts.points, today)
    rpo = _recovery_point(system, facts, points, proof, moment)
    size = size_of_newest(points)
    reasons = [
        *_backup_reasons(plan, facts, moment),
        *soundness.reasons,
        *late_reading(own, plan.read_within, moment.now, moment.zone),
        *proof.reasons,
    ]
    return JobAssessment(
        plan=plan,
        verdict=worst(reason.verdict for reason in reasons) if reasons else Verdict.PASS,
        reasons=by_gravity(reason._replace(job=plan.name) for reason in reasons),
        rpo=rpo,
        proof=proof,
        recovery=judge_recovery_time(drills, size, moment.now, system.time_validity),
        size=size,
        latest_backup=facts.backups[-1] if facts.backups else None,
    )


def facts_of_own(plan: JobPlan, facts: JobFacts) -> JobFacts:
    """Reduce a job's facts to what shows anything of its own repository."""
    own = without_copies(facts, {copy.repository for copy in plan.copies})
    return replace(own, checks=checks_of(facts.checks, plan.repository))


def size_of_newest(points: Sequence[Point]) -> Size | None:
    """Give the size of the newest point that was not removed."""
    kept = (point for point in reversed(points) if point.removed_at is None)
    newest = next(kept, None)
    return None if newest is None else Size(newest.files, newest.bytes)


def _recovery_point(
    system: SystemPlan, facts: JobFacts, points: Sequence[Point], proof: Proof, moment: Moment
) -> RecoveryPoint:
    claimed = measure_exposure(life_of(points), moment.now, moment.window)
    proven = measure_exposure(proof.spans, moment.now, moment.window)
    reason = judge_recovery_point(system.rpo, claimed.now, _instead_of_proof(proof))
    if system.rpo is not None and not facts.backups and not facts.points:
        reason = Reason(
            Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, say(N_("No backup is recorded yet."))
        )
    return RecoveryPoint(
        target=system.rpo,
        now=claimed.now,
        worst=claimed.worst,
        worst_at=claimed.worst_at,
        proven_now=proven.now,
        proven_worst=proven.worst,
        proven_worst_at=proven.worst_at,
        newest=None if claimed.now is None else moment.now - claimed.now,
        verdict=None if reason is None else reason.verdict,
        reason=reason,
    )


def _instead_of_proof(proof: Proof) -> Verdict | None:
    if proof.fresh:
        return None
    return Verdict.SKIPPED if proof.verdict is Verdict.SKIPPED else Verdict.INCONCLUSIVE


def standing_skip(plan: JobPlan, recorded: Skip | None, moment: Moment) -> Reason | None:
    """Give the decision not to test that holds now."""
    decisions = [] if recorded is None else [recorded]
    if plan.skip_until is not None:
        decisions.append(Skip(until=plan.skip_until, reason=plan.skip_reason))
    if not decisions:
        return None
    longest = max(decisions)
    if longest.until <= moment.now:
        return None
    message = say(
        N_("Somebody decided not to test until {until}: {reason}"),
        until=shown_moment(longest.until, moment.zone),
        reason=longest.reason,
    )
    return Reason(Verdict.SKIPPED, None, message)


def _backup_reasons(plan: JobPlan, facts: JobFacts, moment: Moment) -> Iterator[Reason]:
    latest = facts.backups[-1] if facts.backups else None
    started = _open_after(facts, "backup", None if latest is None else latest.at)
    if started is not None:
        yield _unfinished(N_("The backup that started {age} ago has not ended."), started, moment)
    if latest is None:
        if not facts.points and started is None:
            message = say(N_("No backup is recorded yet."))
            yield Reason(Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, message)
    elif latest.verdict is not Verdict.PASS:
        said = latest.reason or say(N_("The latest backup did not pass."))
        yield Reason(latest.verdict, latest.failure, said)
    if facts.points and facts.points[-1].doubtful:
        message = say(N_("The newest point is dated later than its own record: a clock is wrong."))
        yield Reason(Verdict.INCONCLUSIVE, FailureClass.CLOCK, message)
    yield from missed_backups(plan, facts, moment)


def missed_backups(plan: JobPlan, facts: JobFacts, moment: Moment) -> Iterator[Reason]:
    """Tell that a backup is overdue, if it is."""
    attempts = [*(run.at for run in facts.backups[-1:]), *_starts(facts, "backup")]
    due = _missed_slot(plan.backup, attempts or _began(facts), plan.grace, moment)
    if due is not None:
        yield _overdue(N_("The backup due {due} has not started."), due, moment)


def _missed_drills(plan: JobPlan, facts: JobFacts, moment: Moment) -> Iterator[Reason]:
    latest = facts.drills[-1] if facts.drills else None
    started = _open_after(facts, "drill", None if latest is None else latest.at)
    if started is not None:
        sentence = N_("The restore test that started {age} ago has not ended.")
        yield _unfinished(sentence, started, moment)
    yield from missed_drills(plan, facts, moment)


def missed_drills(plan: JobPlan, facts: JobFacts, moment: Moment) -> Iterator[Reason]:
    """Tell which restore tests are overdue, a full one apart."""
    attempts = [*(run.at for run in facts.drills[-1:]), *_starts(facts, "drill")]
    due = _missed_slot(plan.drill, attempts or _began(facts), plan.grace, moment)
    if due is not None:
        yield _overdue(N_("The restore test due {due} has not started."), due, moment)
    whole = [run.at for run in facts.drills if run.full][-1:]
    due = _missed_slot(plan.full_drill, whole or _began(facts), plan.grace, moment)
    if due is not None:
        yield _overdue(N_("The full restore test due {due} has not been made."), due, moment)


def _began(facts: JobFacts) -> list[datetime]:
    return [] if facts.began is None else [facts.began]


def _starts(facts: JobFacts, kind: str) -> list[datetime]:
    return [run.at for run in facts.open_runs if run.kind == kind]


def _open_after(facts: JobFacts, kind: str, finished: datetime | None) -> OpenRun | None:
    """Find a run without an end that nothing of its kind followed."""
    for run in reversed(facts.open_runs):
        if run.kind == kind and (finished is None or run.at >= finished):
            return run
    return None


def _missed_slot(
    timetable: Timetable | None, attempts: Sequence[datetime], grace: timedelta, moment: Moment
) -> datetime | None:
    if timetable is None or not attempts:
        return None
    due = timetable.latest_due(moment.now - grace)
    return due if max(attempts) < due else None


def _unfinished(sentence: str, run: OpenRun, moment: Moment) -> Reason:
    message = say(sentence, age=shown_duration(moment.now - run.at))
    return Reason(Verdict.INCONCLUSIVE, FailureClass.INTERRUPTED, message)


def _overdue(sentence: str, due: datetime, moment: Moment) -> Reason:
    message = say(sentence, due=shown_moment(due, moment.zone))
    return Reason(Verdict.OVERDUE, FailureClass.OVERDUE, message)
