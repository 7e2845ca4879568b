"""An assessment as plain values for JSON: whole seconds, times in UTC, null where unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from continuity.domain.assessment import Assessment, SystemAssessment, SystemProof
from continuity.domain.clock import text_from_time
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.objectives import RecoveryPoint
from continuity.domain.proof import Proof
from continuity.domain.reason import Reason
from continuity.domain.recovery_time import RecoveryTime
from continuity.domain.shown import seconds_from
from continuity.domain.system_time import SystemTime
from continuity.domain.text import Message

Speak = Callable[[Message], str]
"""Puts a message into the reader's language."""


def plain_from_assessment(assessment: Assessment, speak: Speak = str) -> dict[str, object]:
    """Reduce an assessment to what JSON can hold."""
    return {
        "generated_at": text_from_time(assessment.at),
        "window_seconds": seconds_from(assessment.window),
        "verdict": assessment.verdict.value,
        "systems": [_system(system, speak) for system in assessment.systems],
    }


def _system(system: SystemAssessment, speak: Speak) -> dict[str, object]:
    return {
        "name": system.plan.name,
        "title": system.plan.title,
        "criticality": system.plan.criticality,
        "depends_on": list(system.plan.depends_on),
        "verdict": system.verdict.value,
        "reasons": [_reason(reason, speak) for reason in system.reasons],
        "rpo": _recovery_point(system.rpo, speak),
        "rto": _system_time(system.rto, speak),
        "proof": _system_proof(system.proof),
        "jobs": [_job(job, speak) for job in system.jobs],
    }


def _job(job: JobAssessment, speak: Speak) -> dict[str, object]:
    latest = job.latest_backup
    return {
        "name": job.plan.name,
        "title": job.plan.title,
        "repository": job.plan.repository,
        "verdict": job.verdict.value,
        "reasons": [_reason(reason, speak) for reason in job.reasons],
        "rpo": _recovery_point(job.rpo, speak),
        "recovery": _recovery_time(job.recovery, speak),
        "proof": _proof(job.proof),
        "files": None if job.size is None else job.size.files,
        "bytes": None if job.size is None else job.size.bytes,
        "latest_backup": None
        if latest is None
        else {"verdict": latest.verdict.value, "at": text_from_time(latest.at)},
        "copies": [_copy(copy, speak) for copy in job.copies],
    }


def _copy(copy: JobAssessment, speak: Speak) -> dict[str, object]:
    return {
        "repository": copy.plan.repository,
        "verdict": copy.verdict.value,
        "reasons": [_reason(reason, speak) for reason in copy.reasons],
        "now_seconds": seconds_from(copy.rpo.now),
        "proven_now_seconds": seconds_from(copy.rpo.proven_now),
        "newest": _moment(copy.rpo.newest),
        "recovery": _recovery_time(copy.recovery, speak),
        "proof": _proof(copy.proof),
    }


def _reason(reason: Reason, speak: Speak) -> dict[str, object]:
    return {
        "verdict": reason.verdict.value,
        "failure": None if reason.failure is None else reason.failure.value,
        "job": reason.job or None,
        "text": speak(reason.message),
    }


def _recovery_point(rpo: RecoveryPoint, speak: Speak) -> dict[str, object]:
    return {
        "target_seconds": seconds_from(rpo.target),
        "now_seconds": seconds_from(rpo.now),
        "worst_seconds": seconds_from(rpo.worst),
        "worst_at": _moment(rpo.worst_at),
        "proven_now_seconds": seconds_from(rpo.proven_now),
        "proven_worst_seconds": seconds_from(rpo.proven_worst),
        "proven_worst_at": _moment(rpo.proven_worst_at),
        "newest": _moment(rpo.newest),
        "verdict": None if rpo.verdict is None else rpo.verdict.value,
        "reason": None if rpo.reason is None else speak(rpo.reason.message),
    }


def _system_time(rto: SystemTime, speak: Speak) -> dict[str, object]:
    return {
        "target_seconds": seconds_from(rto.target),
        "seconds": seconds_from(rto.total.high),
        "likely_seconds": seconds_from(rto.total.low),
        "own_seconds": seconds_from(rto.own.high),
        "kind": rto.total.kind.value,
        "path": list(rto.path),
        "trend_percent": rto.trend_percent,
        "verdict": None if rto.verdict is None else rto.verdict.value,
        "reason": None if rto.reason is None else speak(rto.reason.message),
    }


def _recovery_time(recovery: RecoveryTime, speak: Speak) -> dict[str, object]:
    return {
        "seconds": seconds_from(recovery.high),
        "likely_seconds": seconds_from(recovery.low),
        "kind": recovery.kind.value,
        "measured_at": _moment(recovery.measured_at),
        "trend_percent": recovery.trend_percent,
        "missing": None if recovery.missing is None else speak(recovery.missing),
    }


def _system_proof(proof: SystemProof) -> dict[str, object]:
    return {
        "level": proof.level,
        "age_seconds": seconds_from(proof.age),
        "target_seconds": seconds_from(proof.target),
        "verdict": proof.verdict.value,
    }


def _proof(proof: Proof) -> dict[str, object]:
    return {
        "level": proof.level,
        "age_seconds": seconds_from(proof.age),
        "at": _moment(proof.at),
        "required": proof.required,
        "validity_seconds": seconds_from(proof.validity),
        "fresh": proof.fresh,
        "proven_points": list(proof.proven_points),
        "verdict": proof.verdict.value,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else text_from_time(moment)
