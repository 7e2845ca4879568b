"""What is recommended for systems: what is not proven, too slow, or all in one place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from statistics import median_low

from continuity.domain.advice import Rule, Size
from continuity.domain.assessment import SystemAssessment
from continuity.domain.facts import JobFacts, Point
from continuity.domain.job_judgement import JobAssessment, facts_of_own
from continuity.domain.proof import void_moments
from continuity.domain.recommendations import Derive, Findings, Found, Said, Subject
from continuity.domain.report_runs import PhaseLine
from continuity.domain.scorecard import Answer, Part
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

SHRUNK = 80
"""Per cent of the usual number of files below which a source is said to shrink."""

_LEAST_POINTS = 5
_MOST_POINTS = 30
_PERCENT = 100


def never_tested(findings: Findings) -> Iterator[Found]:
    """A job of which nothing was ever restored."""
    for system in findings.assessment.systems:
        never = [job for job in system.jobs if not _own(findings, job).drills]
        if never:
            yield _found(
                Rule.NEVER_TESTED,
                system,
                Said(
                    what=say(N_("Restore from every job of {title} once, and let it be compared.")),
                    because=say(
                        N_("Its only job was never restored from: {jobs}.")
                        if len(system.jobs) == 1
                        else N_("{count} of {total} jobs were never restored from: {jobs}."),
                        count=len(never),
                        total=len(system.jobs),
                        jobs=", ".join(job.plan.name for job in never),
                    ),
                    effect=say(N_("It is known, and no longer believed, that it comes back.")),
                ),
                (Size.LARGE, Size.SMALL),
            )


def overdue_proof(findings: Findings) -> Iterator[Found]:
    """A system whose restore tests do not count; one that never had any has its own rule."""
    for system in findings.assessment.systems:
        tested = [job for job in system.jobs if _own(findings, job).drills]
        stale = [job for job in tested if not job.proof.fresh]
        if not stale:
            continue
        yield _found(
            Rule.OVERDUE_PROOF,
            system,
            Said(
                what=say(N_("Test the restore of {title} again, and look why it does not count.")),
                because=_stale(findings, system, stale),
                effect=say(N_("Its copies count as restorable again.")),
            ),
            (Size.LARGE, Size.SMALL),
        )


def _own(findings: Findings, job: JobAssessment) -> JobFacts:
    """Give what is known of a job's own repository: tests of its copies have rules of theirs."""
    return facts_of_own(job.plan, findings.facts.of(job.plan.name))


def _stale(findings: Findings, system: SystemAssessment, jobs: list[JobAssessment]) -> Message:
    latest = {job.plan.name: _own(findings, job).drills[-1] for job in jobs}
    failed = [name for name, drill in latest.items() if drill.verdict is not Verdict.PASS]
    damaged = [
        job.plan.name
        for job in jobs
        if any(at >= latest[job.plan.name].at for at in void_moments(_own(findings, job)))
    ]
    total = len(system.jobs)
    if failed:
        return say(
            N_("The latest restore test of its only job did not pass: {jobs}.")
            if total == 1
            else N_("The latest restore test of {count} of {total} jobs did not pass: {jobs}."),
            count=len(failed),
            total=total,
            jobs=", ".join(failed),
        )
    if damaged:
        return say(
            N_("Damage was found after the latest test of its only job: {jobs}.")
            if total == 1
            else N_("{count} of {total} jobs: damage was found after their latest test: {jobs}."),
            count=len(damaged),
            total=total,
            jobs=", ".join(damaged),
        )
    return say(
        N_("The latest test of its only job is {age} old, and one holds for {validity}.")
        if total == 1
        else N_("{count} of {total} jobs: the latest test is {age} old; one holds for {validity}."),
        count=len(jobs),
        total=total,
        age=shown_duration(findings.assessment.at - min(drill.at for drill in latest.values())),
        validity=shown_duration(system.plan.proof_validity),
    )


def too_slow(findings: Findings) -> Iterator[Found]:
    """A recovery that takes longer than agreed, with the phase that costs most."""
    for system in findings.assessment.systems:
        target, total = system.plan.rto, system.rto.total
        took = max(total.floor, total.high or timedelta())
        if target is None or took <= target:
            continue
        phase = _dearest(findings, system)
        yield _found(
            Rule.TOO_SLOW,
            system,
            Said(
                what=_what_is_slow(phase),
                because=_why_slow(took, target, phase),
                effect=say(
                    N_("{over} less to wait after a loss, or a target that is true."),
                    over=shown_duration(took - target),
                ),
            ),
            (Size.LARGE, Size.LARGE),
        )


def untimed(findings: Findings) -> Iterator[Found]:
    """A target for the recovery time, and no measured time that counts."""
    for system in findings.assessment.systems:
        target = system.plan.rto
        if target is None or system.rto.verdict is not Verdict.INCONCLUSIVE:
            continue
        yield _found(
            Rule.UNTIMED,
            system,
            Said(
                what=say(N_("Restore all of {title} once, and time it.")),
                because=say(
                    N_("The target is {target}; no whole restore that still counts was timed."),
                    target=shown_duration(target),
                ),
                effect=say(N_("How long the business waits is measured, and no longer hoped.")),
            ),
            (Size.MEDIUM, Size.SMALL),
        )


def _what_is_slow(phase: PhaseLine | None) -> Message:
    if phase is None:
        return say(N_("Time a restore of all of {title}, and shorten it or agree on another."))
    return say(
        N_("Shorten the phase {phase} of the recovery of {title}, or agree on another target."),
        phase=phase.name,
    )


def _why_slow(took: timedelta, target: timedelta, phase: PhaseLine | None) -> Message:
    if phase is None:
        return say(
            N_("Recovery takes {time}; the target is {target}."),
            time=shown_duration(took),
            target=shown_duration(target),
        )
    return say(
        N_("Recovery takes {time}; the target is {target}. {phase} alone took {cost}."),
        time=shown_duration(took),
        target=shown_duration(target),
        phase=phase.name,
        cost=shown_duration(timedelta(milliseconds=phase.milliseconds)),
    )


def _dearest(findings: Findings, system: SystemAssessment) -> PhaseLine | None:
    timed = [findings.timed.get(job.plan.name) for job in system.jobs]
    phases = [phase for run in timed if run is not None for phase in run.phases]
    return max(phases, key=lambda phase: phase.milliseconds, default=None)


def _missed(findings: Findings, system: SystemAssessment, part: Part) -> Message | None:
    """Say why a part of 3-2-1-1-0 is not kept; where there is no copy yet, one comes first."""
    score = findings.score(system.plan.name, part)
    if score is None or score[0] is not Answer.NO or system.rpo.now is None:
        return None
    return score[1]


def single_site(findings: Findings) -> Iterator[Found]:
    """A system of which no copy stands elsewhere."""
    for system in findings.assessment.systems:
        score = _missed(findings, system, Part.OFFSITE)
        if score is not None:
            yield _found(
                Rule.SINGLE_SITE,
                system,
                Said(
                    what=say(N_("Keep one copy of {title} in another place.")),
                    because=score,
                    effect=say(N_("A fire or a theft no longer takes source and copies at once.")),
                ),
                (Size.LARGE, Size.MEDIUM),
            )


def deletable(findings: Findings) -> Iterator[Found]:
    """A system all copies of which an intruder can delete."""
    for system in findings.assessment.systems:
        score = _missed(findings, system, Part.IMMUTABLE)
        if score is not None:
            yield _found(
                Rule.DELETABLE,
                system,
                Said(
                    what=say(N_("Keep one copy of {title} where it cannot be deleted.")),
                    because=score,
                    effect=say(
                        N_("Who steals the credentials of the backups cannot take them away.")
                    ),
                ),
                (Size.LARGE, Size.MEDIUM),
            )


def shrinking(findings: Findings) -> Iterator[Found]:
    """A source of which less is copied than usual: perhaps a disk that is not connected."""
    for system in findings.assessment.systems:
        for job in system.jobs:
            points = [one for one in findings.facts.of(job.plan.name).points if one.whole]
            usual = _usual_files(points[-_MOST_POINTS:])
            if not usual or _PERCENT * points[-1].files >= SHRUNK * usual:
                continue
            yield _found(
                Rule.SHRINKING,
                system,
                Said(
                    what=say(N_("Look whether all that {title} needs is still copied.")),
                    because=say(
                        N_("{job}: the newest copy has {files} files; usual are {usual}."),
                        job=job.plan.name,
                        files=points[-1].files,
                        usual=usual,
                    ),
                    effect=say(
                        N_("What went missing unnoticed is found while older copies have it.")
                    ),
                ),
                (Size.LARGE, Size.SMALL),
            )
            break


def _usual_files(points: list[Point]) -> int:
    earlier = [point.files for point in points[:-1]]
    return median_low(earlier) if len(earlier) >= _LEAST_POINTS else 0


def unready(findings: Findings) -> Iterator[Found]:
    """A system whose runbook nobody could follow."""
    for system in findings.assessment.systems:
        why = findings.unready.get(system.plan.name)
        if why is not None:
            yield _found(
                Rule.RUNBOOK,
                system,
                Said(
                    what=say(N_("Write down, and try, how {title} is brought back.")),
                    because=why,
                    effect=say(N_("Somebody who was never there can bring it back at night.")),
                ),
                (Size.MEDIUM, Size.MEDIUM),
            )


def _found(rule: Rule, system: SystemAssessment, said: Said, sizes: tuple[Size, Size]) -> Found:
    plan = system.plan
    return said.about(rule, Subject(plan.name, plan.title, plan.name), *sizes)


RULES: tuple[Derive, ...] = (
    never_tested,
    overdue_proof,
    too_slow,
    untimed,
    single_site,
    deletable,
    shrinking,
    unready,
)
"""Of systems; those of incidents have a place of their own."""
