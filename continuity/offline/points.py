"""Which point of a job is brought back from each place that keeps its copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from continuity.domain.copy_judgement import facts_of_copy
from continuity.domain.evidence import RecordKind
from continuity.domain.facts import JobFacts, Point
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.plain import list_in, mapping_in, text_in
from continuity.offline.grounds import Grounds, order_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """A job's copies in one repository and the point to bring back; None where there is none.

    ``there`` is the id that the point has in that repository, empty where nobody knows it; ``run``
    is that of the backup that made it. ``is_copy`` when somebody else copies them there.
    """

    job: str
    repository: str
    point: Point | None
    there: str
    run: str
    proven: bool
    is_copy: bool


def stands_of(grounds: Grounds) -> Iterator[Stand]:
    """List all places of all jobs, those of the most urgent system first."""
    known = {system.plan.name: system for system in grounds.assessment.systems}
    for system in (known[name] for name in order_of(grounds) if name in known):
        for judged in sorted(system.jobs, key=lambda one: one.plan.name):
            if judged.plan.name not in grounds.workspace.jobs:
                continue
            facts = grounds.portfolio.facts.of(judged.plan.name)
            yield _own(judged, facts)
            for copy, kept in zip(judged.copies, judged.plan.copies, strict=True):
                there = facts_of_copy(judged.plan, kept, facts)
                yield _copied(grounds, judged, copy, facts, there.points)


def _own(judged: JobAssessment, facts: JobFacts) -> Stand:
    plan = judged.plan
    point, proven = _best(facts.points, plan.repository, judged.proof.proven_points)
    return Stand(
        job=plan.name,
        repository=plan.repository,
        point=point,
        there="" if point is None else point.id,
        run=_run_of(facts, point),
        proven=proven,
        is_copy=False,
    )


def _copied(
    grounds: Grounds,
    own: JobAssessment,
    copy: JobAssessment,
    facts: JobFacts,
    arrived: Iterable[Point],
) -> Stand:
    """Give the best of the points that were seen in a copy; what has not arrived is not there."""
    name = copy.plan.repository
    point, proven = _best(arrived, name, copy.proof.proven_points)
    return Stand(
        job=own.plan.name,
        repository=name,
        point=point,
        there="" if point is None else _id_there(grounds, own.plan.name, name, point.id),
        run=_run_of(facts, point),
        proven=proven,
        is_copy=True,
    )


def _best(
    points: Iterable[Point], repository: str, proven: tuple[str, ...]
) -> tuple[Point | None, bool]:
    """Give the newest proven point, or else the newest, and whether it is proven."""
    there = [
        point
        for point in points
        if point.removed_at is None and point.identity.repository == repository
    ]
    there.sort(key=lambda point: point.data_time)
    sure = [point for point in there if point.id in proven]
    if sure:
        return sure[-1], True
    return (there[-1] if there else None), False


def _run_of(facts: JobFacts, point: Point | None) -> str:
    if point is None:
        return ""
    return next((run.run_id for run in reversed(facts.backups) if run.point == point.id), "")


def _id_there(grounds: Grounds, job: str, repository: str, point: str) -> str:
    """Take the id in a copy from the latest look into it, or else from a restore test there."""
    kinds = (RecordKind.COPY_OBSERVED, RecordKind.DRILL_FINISHED)
    for record in grounds.bench.store.records(job=job, kinds=kinds, newest_first=True):
        if text_in(record.body, "repository") != repository:
            continue
        points, ids = list_in(record.body, "points"), list_in(record.body, "snapshots")
        seen = dict(zip(map(str, points), map(str, ids), strict=False))
        if text_in(mapping_in(record.body, "point"), "id") == point:
            seen = {point: text_in(record.body, "snapshot")}
        if point in seen:
            return seen[point]
    return ""
