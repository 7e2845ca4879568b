"""Puts together what is known of the affected systems, from what was judged and recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.conducted import measured_of
from continuity.domain.copies import things
from continuity.domain.facts import DrillRun, Facts
from continuity.domain.information_pack import PlacePart, SystemPart, Times
from continuity.domain.job_judgement import JobAssessment, facts_of_own
from continuity.domain.recovery_time import is_timed


def system_parts(
    affected: Mapping[str, tuple[str, ...]],
    assessment: Assessment,
    facts: Facts,
    reasons: Mapping[str, str],
    alternatives: Mapping[str, str],
) -> tuple[SystemPart, ...]:
    """Tell of each affected system what is known now, in the order they are given."""
    known = {one.plan.name: one for one in assessment.systems}
    return tuple(
        _part(
            known[name],
            assessment,
            facts,
            SystemPart(
                name=name,
                title=known[name].plan.title,
                criticality=known[name].plan.criticality,
                why=reasons.get(name, ""),
                waits_for=waits_for,
                alternative=alternatives.get(name, ""),
            ),
        )
        for name, waits_for in affected.items()
        if name in known
    )


def _part(
    system: SystemAssessment, assessment: Assessment, facts: Facts, begun: SystemPart
) -> SystemPart:
    proven, tested = system.rpo.proven_now, _latest_test(system, facts)
    sizes = [job.size for job in _one_of_each(system) if job.size is not None]
    kept = tuple(_places(system, assessment))
    return SystemPart(
        name=begun.name,
        title=begun.title,
        criticality=begun.criticality,
        why=begun.why,
        waits_for=begun.waits_for,
        alternative=begun.alternative,
        proven_at=None if proven is None else assessment.at - proven,
        claimed_at=system.rpo.newest,
        loss_target=system.rpo.target,
        tested=None if tested is None else tested.verdict,
        tested_at=None if tested is None else tested.at,
        restores=_restores(system, facts),
        conducted=_conducted(system, facts),
        time_target=system.rto.target,
        likely=system.rto.total.low,
        safe=system.rto.total.high,
        kind=system.rto.total.kind,
        files=sum(size.files for size in sizes),
        bytes=sum(size.bytes for size in sizes),
        repositories=tuple(dict.fromkeys(place.repository for place in kept)),
        kept=kept,
    )


def _places(system: SystemAssessment, assessment: Assessment) -> Iterator[PlacePart]:
    """List each job's own repository, and then the copies of it."""
    for same in things(system.jobs):
        for job in same:
            for one in (job, *job.copies):
                proven, own = one.rpo.proven_now, job.plan.repository
                yield PlacePart(
                    thing=same[0].plan.name,
                    job=job.plan.name,
                    repository=one.plan.repository,
                    copy_of="" if one is job else own,
                    proven_at=None if proven is None else assessment.at - proven,
                    claimed_at=one.rpo.newest,
                )


def _one_of_each(system: SystemAssessment) -> list[JobAssessment]:
    """Choose of each protected thing one job: several copies are restored once."""
    return [copies[0] for copies in things(system.jobs)]


def _latest_test(system: SystemAssessment, facts: Facts) -> DrillRun | None:
    """Find the latest restore test; of several things the worst known is the oldest one."""
    latest = [_own_drills(job, facts)[-1:] for job in system.jobs]
    found = [drills[0] for drills in latest if drills]
    return min(found, key=lambda drill: drill.at, default=None)


def _own_drills(job: JobAssessment, facts: Facts) -> tuple[DrillRun, ...]:
    """Leave out the tests of copies: what is well there says nothing of the repository itself."""
    return facts_of_own(job.plan, facts.of(job.plan.name)).drills


def _restores(system: SystemAssessment, facts: Facts) -> Times | None:
    """Add up what bringing back each thing took; None where one was never timed."""
    each = [
        times_of(
            timedelta(milliseconds=drill.milliseconds)
            for job in copies
            for drill in _own_drills(job, facts)
            if is_timed(drill)
        )
        for copies in things(system.jobs)
    ]
    known = [times for times in each if times is not None]
    if not known or len(known) < len(each):
        return None
    return Times(
        median=sum((times.median for times in known), timedelta()),
        worst=sum((times.worst for times in known), timedelta()),
        count=min(times.count for times in known),
    )


def _conducted(system: SystemAssessment, facts: Facts) -> Times | None:
    names = [[job.plan.name for job in copies] for copies in things(system.jobs)]
    runs = measured_of(facts.conducted, system.plan.name, names)
    return times_of(one.time for one in runs)


def times_of(measured: Iterable[timedelta]) -> Times | None:
    """Sum up times; of an even number the longer one in the middle: rather too long than short."""
    ordered: Sequence[timedelta] = sorted(measured)
    if not ordered:
        return None
    return Times(median=ordered[len(ordered) // 2], worst=ordered[-1], count=len(ordered))
