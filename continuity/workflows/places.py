"""Where something is restored from: the job's own repository, or one of its copies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.facts import JobFacts, Point
from continuity.domain.failure import ConfigurationError, NoProofError
from continuity.domain.snapshot import Snapshot
from continuity.domain.text import N_, say
from continuity.engines.engine import Engine, Reader
from continuity.workflows.choosing import is_word, require_point
from continuity.workflows.planning import DrillPlan, DrillRequest, There, plan_drill
from continuity.workflows.world import Copy, Protected, Subject, Workbench

_KEPT_POINTS = 1_000


class NotThereError(NoProofError):
    """A copy can be read, and holds no restore point that is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a look into a copy found: which snapshot of it is which of the job's points."""

    repository_id: str
    snapshots: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What is restored from; ``copy`` is None for the job's own repository.

    ``seen`` is what a look into the copy found, None where nobody has looked yet.
    """

    subject: Subject
    open: Callable[[], Engine]
    copy: Copy | None
    seen: Seen | None = None


def choose_place(protected: Protected, facts: JobFacts, request: DrillRequest) -> Place:
    """Take the repository somebody asked for, else the one that was drilled longest ago.

    A point that is asked for by its id comes from the job's own. Raises ConfigurationError for a
    name that is neither the job's repository nor a copy of it.
    """
    places = places_of(protected)
    if request.copy is not None:
        return _named(places, request.copy)
    if not is_word(request.point):
        return places[0]
    last = {drill.identity.repository: drill.at for drill in facts.drills}
    # The job's own comes first, and goes first where all were drilled equally long ago.
    undrilled = next((place for place in places if place.subject.repository not in last), None)
    return undrilled or min(places, key=lambda place: last[place.subject.repository])


def places_of(protected: Protected) -> tuple[Place, ...]:
    """List the job's own repository, and then its copies."""
    own = Place(subject=protected.subject, open=lambda: protected.open_engine(False), copy=None)
    return own, *(_place_of(protected, copy) for copy in protected.copies)


def _place_of(protected: Protected, copy: Copy) -> Place:
    # The recovery time is promised for the way that is usually taken, which is not this one.
    subject = replace(protected.subject, repository=copy.repository, engine=copy.engine, rto=None)
    return Place(subject=subject, open=copy.open, copy=copy)


def _named(places: Iterable[Place], wanted: str) -> Place:
    known = {place.subject.repository: place for place in places}
    if wanted in known:
        return known[wanted]
    raise ConfigurationError(
        say(N_("{wanted} is neither the job's repository nor a copy of it."), wanted=wanted),
        remedy=say(N_("Known: {names}"), names=", ".join(known)),
    )


def plan_there(
    bench: Workbench,
    protected: Protected,
    facts: JobFacts,
    request: DrillRequest,
    place: Place,
    engine: Reader,
) -> DrillPlan:
    """Plan a restore; from a copy, of the points that have arrived there.

    Raises NotThereError when the copy does not hold what is wanted, and what ``plan_drill`` raises.
    """
    if place.copy is None:
        return plan_drill(bench, protected, facts, request)
    require_point(facts)
    seen = place.seen or look_into(bench, protected, facts, place.copy.repository, engine)
    arrived = tuple(point for point in facts.points if point.id in seen.snapshots)
    wanted = request.point
    found = [point for point in arrived if is_word(wanted) or point.id.startswith(wanted)]
    if not any(point.removed_at is None for point in found):
        raise _not_there(protected, place.copy.repository)
    plan = plan_drill(bench, protected, replace(facts, points=arrived), request)
    there = There(
        repository_id=seen.repository_id,
        copy_of=protected.job.repository,
        snapshot=seen.snapshots[plan.point.id],
    )
    return replace(plan, there=there)


def _not_there(protected: Protected, repository: str) -> NotThereError:
    return NotThereError(
        say(
            N_("The copy {repository} holds no restore point of {job} that is asked for."),
            repository=repository,
            job=protected.job.name,
        ),
        remedy=say(
            N_("Look whether it is still being filled from {original}, and how old its newest is."),
            original=protected.job.repository,
        ),
    )


def look_into(
    bench: Workbench, protected: Protected, facts: JobFacts, repository: str, engine: Reader
) -> Seen:
    """See which of a job's points have arrived in a copy, and write it into the record.

    A snapshot is a point when it has its id, as after a replication of the storage, or names it as
    its original, as after `restic copy`. That it holds the same is for a drill to prove.
    """
    identity = engine.identity()
    own = [point for point in facts.points if point.identity.repository == protected.job.repository]
    snapshots = _matched(own, engine.snapshots())
    bench.store.append(
        Draft(
            kind=RecordKind.COPY_OBSERVED,
            job=protected.job.name,
            body={
                "repository": repository,
                "repository_id": identity,
                "copy_of": protected.job.repository,
                "points": list(snapshots)[-_KEPT_POINTS:],
                "snapshots": list(snapshots.values())[-_KEPT_POINTS:],
            },
        )
    )
    return Seen(repository_id=identity, snapshots=snapshots)


def _matched(points: Iterable[Point], snapshots: Iterable[Snapshot]) -> dict[str, str]:
    """Give the snapshot of each point, oldest point first; the same id goes before an original."""
    by_id: dict[str, str] = {}
    for snapshot in snapshots:
        if snapshot.original is not None:
            by_id.setdefault(snapshot.original, snapshot.id)
        by_id[snapshot.id] = snapshot.id
    ordered = sorted(points, key=lambda point: point.data_time)
    return {point.id: by_id[point.id] for point in ordered if point.id in by_id}
