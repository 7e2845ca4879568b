"""Assessments that rest on what cannot be believed: nothing of them stays green."""

from __future__ import annotations

from dataclasses import replace

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.failure import FailureClass
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.objectives import RecoveryPoint
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict, worst


def believe_at_best(assessment: Assessment, verdict: Verdict) -> Assessment:
    """Let the verdict on everything be no better than this; those on systems stay."""
    return replace(assessment, verdict=worst((assessment.verdict, verdict)))


def doubt_everything(assessment: Assessment, why: Message) -> Assessment:
    """Let no verdict pass, because the record it rests on is damaged."""
    reason = Reason(Verdict.INCONCLUSIVE, FailureClass.RECORD_DAMAGED, why)
    return replace(
        assessment,
        verdict=Verdict.FAIL,
        systems=tuple(_doubted(system, reason) for system in assessment.systems),
    )


def _doubted(system: SystemAssessment, reason: Reason) -> SystemAssessment:
    return replace(
        system,
        verdict=_at_best(system.verdict),
        reasons=by_gravity((reason, *system.reasons)),
        rpo=_unproven(system.rpo),
        rto=replace(system.rto, verdict=_unless_unset(system.rto.verdict)),
        proof=replace(system.proof, verdict=_at_best(system.proof.verdict)),
        jobs=tuple(_doubted_job(job, reason) for job in system.jobs),
    )


def _doubted_job(job: JobAssessment, reason: Reason) -> JobAssessment:
    return replace(
        job,
        verdict=_at_best(job.verdict),
        reasons=by_gravity((reason._replace(job=job.plan.name), *job.reasons)),
        rpo=_unproven(job.rpo),
        proof=replace(job.proof, verdict=_at_best(job.proof.verdict), fresh=False),
    )


def _unproven(rpo: RecoveryPoint) -> RecoveryPoint:
    return replace(
        rpo,
        proven_now=None,
        proven_worst=None,
        proven_worst_at=None,
        verdict=_unless_unset(rpo.verdict),
    )


def _at_best(verdict: Verdict) -> Verdict:
    return worst((verdict, Verdict.INCONCLUSIVE))


def _unless_unset(verdict: Verdict | None) -> Verdict | None:
    return None if verdict is None else _at_best(verdict)
