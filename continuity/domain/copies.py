"""Jobs that protect the same thing are copies of it: one good copy is enough to come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from continuity.domain.job_judgement import JobAssessment
from continuity.domain.objectives import RecoveryPoint
from continuity.domain.reason import by_gravity, gravity
from continuity.domain.verdict import Verdict, worst

_ENDLESS = timedelta.max


def things(jobs: Iterable[JobAssessment]) -> list[tuple[JobAssessment, ...]]:
    """Group jobs by what they protect; a job whose path set is unknown stands alone."""
    groups: dict[tuple[str, str], list[JobAssessment]] = {}
    for job in jobs:
        key = (job.plan.path_set, "") if job.plan.path_set else ("", job.plan.name)
        groups.setdefault(key, []).append(job)
    return [tuple(group) for group in groups.values()]


def best_copy(copies: Sequence[JobAssessment]) -> RecoveryPoint:
    """Choose the copy from which least would be lost, the best judged one first."""
    return min((job.rpo for job in copies), key=_loss)


def _loss(point: RecoveryPoint) -> tuple[int, timedelta, timedelta]:
    judged = 0 if point.verdict is None else gravity(point.verdict)
    return judged, _or_endless(point.now), _or_endless(point.proven_now)


def _or_endless(exposure: timedelta | None) -> timedelta:
    return _ENDLESS if exposure is None else exposure


def charge_exposure(copies: Sequence[JobAssessment]) -> list[JobAssessment]:
    """Let a missed recovery point count against a job, unless another copy does better."""
    best = best_copy(copies).verdict
    return [_charged(job) if job.rpo.verdict is best else job for job in copies]


def _charged(job: JobAssessment) -> JobAssessment:
    reason = job.rpo.reason
    if reason is None or reason.verdict is Verdict.PASS:
        return job
    reasons = by_gravity((*job.reasons, reason._replace(job=job.plan.name)))
    return replace(job, reasons=reasons, verdict=worst((job.verdict, reason.verdict)))
