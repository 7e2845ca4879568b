"""Choose the restore point a drill goes back to."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from continuity.domain.facts import JobFacts, Point
from continuity.domain.failure import ConfigurationError, NoProofError
from continuity.domain.text import N_, say

_SHORTEST_ID = 6
_WORDS = frozenset({"newest", "oldest", "random"})


def choose_point(facts: JobFacts, wanted: str, seed: str) -> Point:
    """Pick ``newest``, ``oldest``, ``random`` (drawn from the seed) or the point with this id.

    Only points that the record knows and that were not removed are chosen: their full id is pinned,
    never the tool's idea of the latest. Raises NoProofError when there is none.
    """
    require_point(facts)
    points = sorted(
        (point for point in facts.points if point.removed_at is None),
        key=lambda point: point.data_time,
    )
    match wanted:
        case "newest":
            return points[-1]
        case "oldest":
            return points[0]
        case "random":
            return points[_draw(seed, len(points))]
        case _:
            return _named(points, wanted)


def require_point(facts: JobFacts) -> None:
    """Refuse a job of which no restore point is known. Raises NoProofError."""
    if all(point.removed_at is not None for point in facts.points):
        raise NoProofError(
            say(N_("There is no restore point of {job} in the record."), job=facts.job),
            remedy=say(N_("Run: continuity backup {job}"), job=facts.job),
        )


def is_word(wanted: str) -> bool:
    """Tell whether a point is asked for by a word and not by its id."""
    return wanted in _WORDS


def require_known(facts: JobFacts, wanted: str) -> None:
    """Refuse an id that names no point or several: a mistyped one is no test that failed.

    Raises ConfigurationError.
    """
    if not is_word(wanted) and any(point.removed_at is None for point in facts.points):
        choose_point(facts, wanted, "")


def standing_in(facts: JobFacts, repository: str) -> JobFacts:
    """Leave out the points of other repositories, which the job used before."""
    points = tuple(
        point
        for point in facts.points
        if point.removed_at is None and point.identity.repository == repository
    )
    return replace(facts, points=points)


def _draw(seed: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(b"point\0" + seed.encode()).digest(), "big") % count


def _named(points: list[Point], wanted: str) -> Point:
    found = [point for point in points if point.id.startswith(wanted)]
    if len(wanted) >= _SHORTEST_ID and len(found) == 1:
        return found[0]
    raise ConfigurationError(
        say(
            N_("{wanted} names {count} restore points of this job; exactly one was expected."),
            wanted=wanted,
            count=len(found) if len(wanted) >= _SHORTEST_ID else 0,
        ),
        remedy=say(
            N_("Give newest, oldest, random or at least {least} characters of an id."),
            least=_SHORTEST_ID,
        ),
    )
