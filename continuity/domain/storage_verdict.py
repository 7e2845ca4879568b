"""What is wrong with the storage of a repository counts against every job that is kept there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import JobPlan, Portfolio, Storage
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.storage_judgement import keeping_from, storage_faults
from continuity.domain.verdict import worst

Wrong = Mapping[str, tuple[Reason, ...]]
"""What is wrong with the storage of each repository that has something wrong with it."""


def judge_storage(portfolio: Portfolio) -> Wrong:
    """Judge what was seen of each storage that is used."""
    known = portfolio.facts.storage
    if not known:
        return {}
    jobs: dict[str, list[str]] = {}
    media: dict[str, str] = {}
    for job in portfolio.jobs:
        jobs.setdefault(job.repository, []).append(job.name)
        media.update((kept.repository, kept.medium) for kept in _all_storage(job))
    wrong: dict[str, tuple[Reason, ...]] = {}
    for name in sorted(media.keys() & known.keys()):
        keeping = keeping_from(name, media[name], jobs.get(name, ()), portfolio.facts)
        wrong[name] = tuple(storage_faults(known[name], keeping, portfolio.zone))
    return {name: reasons for name, reasons in wrong.items() if reasons}


def _all_storage(job: JobPlan) -> tuple[JobPlan | Storage, ...]:
    return (job, *job.copies)


def with_storage(judged: JobAssessment, wrong: Wrong) -> JobAssessment:
    """Let what is wrong with the storage of a job, or of a copy of it, count against the job."""
    if not wrong:
        return judged
    copies = tuple(
        _charged(copy, wrong, f"{judged.plan.name} @ {copy.plan.repository}")
        for copy in judged.copies
    )
    more = [
        reason
        for before, after in zip(judged.copies, copies, strict=True)
        if before is not after
        for reason in after.reasons
        if reason not in before.reasons
    ]
    own = _charged(replace(judged, copies=copies), wrong, judged.plan.name)
    return _with(own, tuple(more)) if more else own


def _charged(job: JobAssessment, wrong: Wrong, name: str) -> JobAssessment:
    found = wrong.get(job.plan.repository, ())
    return _with(job, tuple(reason._replace(job=name) for reason in found)) if found else job


def _with(job: JobAssessment, reasons: tuple[Reason, ...]) -> JobAssessment:
    verdict = worst((job.verdict, *(reason.verdict for reason in reasons)))
    return replace(job, reasons=by_gravity((*job.reasons, *reasons)), verdict=verdict)
