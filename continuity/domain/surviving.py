"""What is left when a place that keeps copies is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from continuity.domain.copies import things
from continuity.domain.failure import ConfigurationError
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import JobPlan
from continuity.domain.text import N_, say

EVERYTHING = "everything"
"""All systems are lost, and no copies."""


class Survival(StrEnum):
    """What is left of a system: a proven point, an unproven one, or nothing; worst last."""

    PROVEN = "proven"
    CLAIMED = "claimed"
    LOST = "lost"


_SURVIVALS = tuple(Survival)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remains:
    """What is left of a system once some copies are gone."""

    jobs: tuple[JobAssessment, ...]
    survival: Survival
    loss: timedelta | None
    lost_jobs: tuple[str, ...]


def lost_jobs(jobs: Sequence[JobPlan], lose: str) -> frozenset[str]:
    """Find the jobs whose copies are gone. Raises ConfigurationError for an unknown name."""
    if lose == EVERYTHING:
        return frozenset()
    kind, _, name = lose.partition(":")
    places = _PLACES.get(kind)
    if places is None:
        raise ConfigurationError(
            say(
                N_("Write site:X, repository:X, medium:X or everything, not {lose}."),
                lose=lose,
            )
        )
    known = {job.name: places(job) for job in jobs}
    if name not in known.values():
        raise ConfigurationError(
            say(
                N_("No job keeps its copies in {lose}. Known: {known}."),
                lose=lose,
                known=", ".join(sorted({place for place in known.values() if place})),
            )
        )
    return frozenset(job for job, place in known.items() if place == name)


_PLACES: Mapping[str, Callable[[JobPlan], str | None]] = {
    "site": lambda job: job.site,
    "repository": lambda job: job.repository,
    "medium": lambda job: job.medium,
}


def remains_of(jobs: Sequence[JobAssessment], gone: frozenset[str]) -> Remains:
    """Tell what is left of a system when the copies of some jobs are gone."""
    left: list[JobAssessment] = []
    losses: list[tuple[Survival, timedelta | None]] = []
    lost: list[str] = []
    for copies in things(jobs):
        kept = [job for job in copies if job.plan.name not in gone]
        survival, loss = _best_of(kept)
        losses.append((survival, loss))
        left.extend(kept)
        if survival is Survival.LOST:
            lost.extend(job.plan.name for job in copies)
    survivals = [survival for survival, _ in losses] or [Survival.LOST]
    known = [loss for _, loss in losses if loss is not None]
    return Remains(
        jobs=tuple(left),
        survival=max(survivals, key=_SURVIVALS.index),
        loss=max(known) if known and len(known) == len(losses) else None,
        lost_jobs=tuple(lost),
    )


def _best_of(kept: Iterable[JobAssessment]) -> tuple[Survival, timedelta | None]:
    """Find the newest proven data of one thing, or else the newest that is claimed."""
    points = [job.rpo for job in kept]
    for survival, exposures in (
        (Survival.PROVEN, [point.proven_now for point in points]),
        (Survival.CLAIMED, [point.now for point in points]),
    ):
        known = [exposure for exposure in exposures if exposure is not None]
        if known:
            return survival, min(known)
    return Survival.LOST, None
