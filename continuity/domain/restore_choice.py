"""Which restore point comes back: what is proven of each, and which one a step means. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from continuity.domain.facts import DrillRun, JobFacts, Point
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

NEWEST_PROVEN, NEWEST = "newest-proven", "newest"
_BEFORE, _ID = "before", "id"
_SHORTEST_ID = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A point that could come back, with the latest restore test of it.

    ``level`` is what that test reached, L0 where there was none and the backup itself was whole.
    ``proven`` says that its proof stands today.
    """

    point: Point
    proven: bool
    level: str = ""
    tested_at: datetime | None = None
    verdict: Verdict | None = None


def candidates(facts: JobFacts, repository: str, proven: Collection[str]) -> tuple[Candidate, ...]:
    """List the points of a repository that are still there, the newest first."""
    latest = {drill.point: drill for drill in facts.drills}
    there = [
        point
        for point in facts.points
        if point.removed_at is None and point.identity.repository == repository
    ]
    newest_first = sorted(there, key=lambda point: point.data_time, reverse=True)
    return tuple(_candidate(point, latest.get(point.id), proven) for point in newest_first)


def _candidate(point: Point, drill: DrillRun | None, proven: Collection[str]) -> Candidate:
    if drill is None:
        return Candidate(point=point, proven=point.id in proven, level="L0" if point.whole else "")
    return Candidate(
        point=point,
        proven=point.id in proven,
        level=drill.level,
        tested_at=drill.at,
        verdict=drill.verdict,
    )


def chosen(known: Sequence[Candidate], wanted: str, job: str, zone: tzinfo) -> Candidate:
    """Pick the one that a step or a person means; where none is proven, the newest that is not.

    ``wanted`` is newest-proven, newest, before:TIME, id:POINT or the beginning of an id. Raises
    ConfigurationError when there is no such point, or several.
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
    if len(fitting) == 1:
        return fitting[0]
    raise ConfigurationError(
        say(
            N_("{wanted} names {count} restore points of {job}; exactly one was expected."),
            wanted=wanted,
            count=len(fitting),
            job=job,
        ),
        remedy=say(N_("See them: continuity runbook points {job}"), job=job),
    )
