"""What of a period was not tested and why, what changed since, and who has to decide what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.facts import Facts, JobFacts, Point
from continuity.domain.forecast import forecast
from continuity.domain.forecast_notes import COMPUTED
from continuity.domain.job_judgement import JobAssessment, Moment, facts_of_own, standing_skip
from continuity.domain.portfolio import Portfolio
from continuity.domain.proof import change_since, identity_of_today
from continuity.domain.report import ChangeLine, JobLine, PointsLine, Tally, Untested
from continuity.domain.report_incidents import IncidentLine
from continuity.domain.report_runs import RunLine
from continuity.domain.run import RunKind
from continuity.domain.surviving import Survival
from continuity.domain.system_time import slowing
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict


def tallies_of(runs: Iterable[RunLine]) -> tuple[Tally, ...]:
    """Count runs by kind and by how they ended; a kind of which there was none is counted too."""
    count = Counter((run.kind, run.verdict) for run in runs)
    return tuple(
        Tally(
            kind=kind,
            passed=count[kind, Verdict.PASS],
            failed=count[kind, Verdict.FAIL],
            inconclusive=count[kind, Verdict.INCONCLUSIVE],
            other=count[kind, Verdict.SKIPPED] + count[kind, Verdict.OVERDUE],
        )
        for kind in RunKind
    )


def jobs_of(assessment: Assessment) -> tuple[JobLine, ...]:
    """List the jobs of every system."""
    return tuple(
        JobLine(job=job.plan.name, title=job.plan.title, system=system.plan.name)
        for system in assessment.systems
        for job in system.jobs
    )


def points_of(assessment: Assessment, facts: Facts) -> tuple[PointsLine, ...]:
    """Count the restore points of every job that were not removed."""
    return tuple(
        _points(job, system.plan.name, facts.of(job.plan.name).points)
        for system in assessment.systems
        for job in system.jobs
    )


def _points(job: JobAssessment, system: str, points: Iterable[Point]) -> PointsLine:
    kept = [point for point in points if point.removed_at is None]
    times = [point.data_time for point in kept]
    return PointsLine(
        job=job.plan.name,
        system=system,
        kept=len(kept),
        proven=sum(point.id in job.proof.proven_points for point in kept),
        quarantined=sum(point.quarantined for point in kept),
        oldest=min(times, default=None),
        newest=max(times, default=None),
    )


def untested_in(
    assessment: Assessment, facts: Facts, runs: Iterable[RunLine]
) -> tuple[Untested, ...]:
    """List the jobs of which nothing was restored, and why."""
    tested = {run.job for run in runs if run.kind is RunKind.DRILL}
    moment = Moment(now=assessment.at, window=assessment.window, zone=assessment.zone)
    return tuple(
        Untested(
            job=job.plan.name,
            title=job.plan.title,
            system=system.plan.name,
            why=_why_untested(job, facts.of(job.plan.name), moment),
        )
        for system in assessment.systems
        for job in system.jobs
        if job.plan.name not in tested
    )


def _why_untested(job: JobAssessment, facts: JobFacts, moment: Moment) -> Message:
    skipped = standing_skip(job.plan, facts.skip, moment)
    if skipped is not None:
        return skipped.message
    if job.plan.drill is None and job.plan.full_drill is None:
        return say(N_("No restore test of it is planned."))
    if not facts.backups and not facts.points:
        return say(N_("There was no restore point to test."))
    return say(N_("A restore test of it is planned, and none ended in this period."))


def changes_in(assessment: Assessment, facts: Facts) -> tuple[ChangeLine, ...]:
    """List what changed in each job since its last restore test."""
    return tuple(
        ChangeLine(job=job.plan.name, system=system.plan.name, text=text)
        for system in assessment.systems
        for job in system.jobs
        for text in _changes(job, facts_of_own(job.plan, facts.of(job.plan.name)))
    )


def _changes(job: JobAssessment, facts: JobFacts) -> Iterator[Message]:
    if not facts.drills:
        return
    plan, last = job.plan, facts.drills[-1]
    today = identity_of_today(plan.repository, plan.engine, plan.path_set, facts)
    changed = change_since(last.identity, today)
    if changed is not None:
        yield changed
    tested = next((point for point in facts.points if point.id == last.point), None)
    newest = facts.points[-1] if facts.points else None
    if tested is not None and newest is not None and tested.files != newest.files:
        yield say(
            N_("The point that was tested has {before} files, the newest has {after}."),
            before=tested.files,
            after=newest.files,
        )


def risks_of(portfolio: Portfolio, assessment: Assessment) -> tuple[Message, ...]:
    """Say what was seen that may go wrong: places whose loss takes systems, and what gets slow."""
    told = forecast(portfolio, assessment, assessment.at)
    return (
        *_lost_sites(portfolio, assessment),
        *(note for note in told.notes if note.template not in COMPUTED),
        *_slow(assessment.systems),
    )


def all_back_after(portfolio: Portfolio, assessment: Assessment) -> timedelta | None:
    """Tell how long it takes until everything is back, one system at a time; None: unknown."""
    backs = [one.back for one in forecast(portfolio, assessment, assessment.at).returns]
    known = [back for back in backs if back is not None]
    return max(known) if known and len(known) == len(backs) else None


def _lost_sites(portfolio: Portfolio, assessment: Assessment) -> Iterator[Message]:
    sites = {job.site for job in portfolio.jobs}
    sites |= {copy.site for job in portfolio.jobs for copy in job.copies}
    for site in sorted(site for site in sites if site is not None):
        told = forecast(portfolio, assessment, assessment.at, lose=f"site:{site}")
        lost = sum(one.survival is Survival.LOST for one in told.returns)
        if lost:
            yield say(
                N_("If {site} burned down, the only system would lose everything, or a part.")
                if len(told.returns) == 1
                else N_(
                    "If {site} burned down, {count} of {total} systems would lose everything, in"
                    " part or as a whole."
                ),
                site=site,
                count=lost,
                total=len(told.returns),
            )


def _slow(systems: Sequence[SystemAssessment]) -> Iterator[Message]:
    for system in systems:
        percent = system.rto.trend_percent
        if percent is not None and slowing(system.rto) is not None:
            yield say(
                N_("{system}: recovery takes {percent} % longer than the usual of earlier tests."),
                system=system.plan.title,
                percent=percent,
            )


def decisions_on(assessment: Assessment, incidents: Iterable[IncidentLine]) -> tuple[Message, ...]:
    """List what only the business can decide."""
    return (*_targets(assessment), *_skips(assessment), *_reviews(incidents))


def _targets(assessment: Assessment) -> Iterator[Message]:
    for system in assessment.systems:
        if system.plan.rpo is None:
            sentence = N_("How much work may {system} lose? No target is set.")
            yield say(sentence, system=system.plan.title)
        if system.plan.rto is None:
            sentence = N_("How long may {system} be down? No target is set.")
            yield say(sentence, system=system.plan.title)


def _skips(assessment: Assessment) -> Iterator[Message]:
    for system in assessment.systems:
        for reason in system.reasons:
            if reason.verdict is Verdict.SKIPPED:
                yield say(
                    N_("Is it still right not to test {job} of {system}?"),
                    job=reason.job,
                    system=system.plan.title,
                )


def _reviews(incidents: Iterable[IncidentLine]) -> Iterator[Message]:
    for line in incidents:
        if line.review_required and not line.reviewed and line.resolved_at is not None:
            yield say(
                N_("What is learned from {incident}? Nobody has looked back at it yet."),
                incident=line.number,
            )
