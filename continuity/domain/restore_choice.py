"""Which restore point comes back: what is proven of each, and which one a step means. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from continuity.domain.facts import DrillRun, JobFacts, Point
from continuity.domain.failure import ConfigurationError
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

NEWEST_PROVEN, NEWEST = "newest-proven", "newest"
_BEFORE, _ID = "before", "id"
_SHORTEST_ID = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A point that could come back from one repository, with the latest restore test of it there.

    ``copy_of`` names the repository of which that one is a copy, empty for the job's own. ``level``
    is what the test reached, L0 where there was none and the backup itself was whole; of a copy
    only a test tells anything. ``proven`` says that its proof stands today.
    """

    point: Point
    repository: str
    proven: bool
    copy_of: str = ""
    level: str = ""
    tested_at: datetime | None = None
    verdict: Verdict | None = None


def candidates(facts: JobFacts, judged: JobAssessment) -> tuple[Candidate, ...]:
    """List the points that are there in the job's repository or known to be in a copy of it.

    The newest come first; of one point the proven ones, and then that of the job's repository. A
    point that the repository has given up is not had back from a copy either: nothing would be left
    to compare it with.
    """
    own = judged.plan.repository
    there = [
        point
        for point in facts.points
        if point.removed_at is None and point.identity.repository == own
    ]
    arrived = {seen.repository: frozenset(seen.points) for seen in facts.sightings}
    found = [*_kept_in(facts, there, judged, "")]
    for copy in judged.copies:
        ids = arrived.get(copy.plan.repository, frozenset())
        found += _kept_in(facts, [point for point in there if point.id in ids], copy, own)
    return tuple(sorted(found, key=_newest_first))


def _newest_first(one: Candidate) -> tuple[timedelta, str, bool, bool, str]:
    older = datetime.max.replace(tzinfo=one.point.data_time.tzinfo) - one.point.data_time
    return older, one.point.id, not one.proven, bool(one.copy_of), one.repository


def _kept_in(
    facts: JobFacts, points: Sequence[Point], judged: JobAssessment, copy_of: str
) -> Iterator[Candidate]:
    """Tell of each point what is proven in this repository; the proof of another is none here."""
    name = judged.plan.repository
    latest = {drill.point: drill for drill in facts.drills if drill.identity.repository == name}
    for point in points:
        yield _candidate(point, latest.get(point.id), judged, copy_of)


def _candidate(
    point: Point, drill: DrillRun | None, judged: JobAssessment, copy_of: str
) -> Candidate:
    return Candidate(
        point=point,
        repository=judged.plan.repository,
        copy_of=copy_of,
        proven=point.id in judged.proof.proven_points,
        level=drill.level if drill else "L0" if point.whole and not copy_of else "",
        tested_at=None if drill is None else drill.at,
        verdict=None if drill is None else drill.verdict,
    )


def kept_where(
    known: Sequence[Candidate], repository: str, job: str, names: Collection[str]
) -> tuple[Candidate, ...]:
    """Keep what is in the repository that somebody named; all of it where nobody named one.

    ``names`` are the job's repository and its copies. Raises ConfigurationError for another name.
    """
    if not repository:
        return tuple(known)
    if repository not in names:
        raise ConfigurationError(
            say(
                N_("{wanted} is neither the repository of {job} nor a copy of it."),
                wanted=repository,
                job=job,
            ),
            remedy=say(N_("Known: {names}"), names=", ".join(names)),
        )
    return tuple(one for one in known if one.repository == repository)


def chosen(known: Sequence[Candidate], wanted: str, job: str, zone: tzinfo) -> Candidate:
    """Pick the one that a step or a person means; where none is proven, the newest that is not.

    ``wanted`` is newest-proven, newest, before:TIME, id:POINT or the beginning of an id. Of a point
    in several repositories the first one known is meant. Raises ConfigurationError when there is no
    such point, or several.
    """
    if not known:
        raise ConfigurationError(
            say(N_("There is no restore point of {job} in the record."), job=job),
            remedy=say(N_("Run: continuity backup {job}"), job=job),
        )
    if wanted == NEWEST_PROVEN:
        return next((one for one in known if one.proven), known[0])
    word, _, rest = wanted.partition(":")
    if wanted == NEWEST:
        return known[0]
    if word == _BEFORE:
        limit = datetime.strptime(rest, "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        return _only([one for one in known if one.point.data_time < limit][:1], wanted, job)
    name = rest if word == _ID else wanted
    if len(name) < _SHORTEST_ID:
        return _only([], wanted, job)
    return _only([one for one in known if one.point.id.startswith(name)], wanted, job)


def _only(fitting: Sequence[Candidate], wanted: str, job: str) -> Candidate:
    """Take the first of what fits, which must all be the same point."""
    if len({one.point.id for one in fitting}) == 1:
        return fitting[0]
    raise ConfigurationError(
        say(
            N_("{wanted} names {count} restore points of {job}; exactly one was expected."),
            wanted=wanted,
            count=len({one.point.id for one in fitting}),
            job=job,
        ),
        remedy=say(N_("See them: continuity runbook points {job}"), job=job),
    )
