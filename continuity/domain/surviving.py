"""What is left when a machine or a place that keeps copies is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from continuity.domain.copies import things
from continuity.domain.failure import ConfigurationError
from continuity.domain.job_judgement import JobAssessment
from continuity.domain.portfolio import JobPlan, Storage
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
class Loss:
    """What is gone: copies, by job and repository, and the ``systems`` that have to come back.

    None for ``systems`` means all of them. ``unplaced`` are repositories that are gone only because
    nobody wrote where they stand: what may stand at a lost site has not survived.
    """

    copies: frozenset[tuple[str, str]] = frozenset()
    systems: frozenset[str] | None = None
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Remains:
    """What is left of a system once some copies are gone.

    ``jobs`` has, for each thing that can be had back, the copy it would be restored from.
    """

    jobs: tuple[JobAssessment, ...]
    survival: Survival
    loss: timedelta | None
    lost_jobs: tuple[str, ...]


def take_away(jobs: Sequence[JobPlan], lose: str) -> Loss:
    """Work out what ``site:X``, ``repository:X``, ``medium:X`` or ``host:X`` takes away.

    A site, a repository or a medium takes copies, and everything has to come back. A host takes
    what lives on it, which alone has to come back, and the copies that stand on it; a host on which
    nothing lives takes copies only. Raises ConfigurationError for an unknown name.
    """
    if lose == EVERYTHING:
        return Loss()
    kind, _, name = lose.partition(":")
    place_of = _PLACES.get(kind)
    if place_of is None:
        raise ConfigurationError(
            say(
                N_("Write site:X, repository:X, medium:X, host:X or everything, not {lose}."),
                lose=lose,
            )
        )
    kept = [(job.name, copy) for job in jobs for copy in _all_storage(job)]
    homes = {job.system: job.host for job in jobs if kind == _HOST and job.host == name}
    _require_known(lose, name, {place_of(copy) for _, copy in kept} | _hosts(jobs, kind))
    unplaced = {copy.repository for _, copy in kept if kind == _SITE and copy.site is None}
    return Loss(
        copies=frozenset(
            (job, copy.repository)
            for job, copy in kept
            if place_of(copy) == name or copy.repository in unplaced
        ),
        systems=frozenset(homes) or None,
        unplaced=tuple(sorted(unplaced)),
    )


_HOST, _SITE = "host", "site"
_PLACES: Mapping[str, Callable[[JobPlan | Storage], str | None]] = {
    _SITE: lambda kept: kept.site,
    "repository": lambda kept: kept.repository,
    "medium": lambda kept: kept.medium,
    _HOST: lambda kept: kept.keeper,
}


def _all_storage(job: JobPlan) -> tuple[JobPlan | Storage, ...]:
    return (job, *job.copies)


def _hosts(jobs: Iterable[JobPlan], kind: str) -> set[str | None]:
    return {job.host for job in jobs} if kind == _HOST else set()


def _require_known(lose: str, name: str, known: set[str | None]) -> None:
    if name in known:
        return
    raise ConfigurationError(
        say(
            N_("Nothing is kept in {lose}. Known: {known}."),
            lose=lose,
            known=", ".join(sorted(place for place in known if place)),
        )
    )


def remains_of(jobs: Sequence[JobAssessment], gone: frozenset[tuple[str, str]]) -> Remains:
    """Tell what is left of a system when some copies are gone.

    Each thing comes back from one copy, so that the loss told and the time told are of the same:
    a proven one before others, one whose time is known before others, then the newest data.
    """
    chosen: list[JobAssessment] = []
    survivals: list[Survival] = []
    losses: list[timedelta | None] = []
    lost: list[str] = []
    for same in things(jobs):
        kept = [copy for copy in _with_copies(same) if _name(copy) not in gone]
        best = min(kept, key=_preference, default=None)
        survival, loss = _left_by(best)
        survivals.append(survival)
        losses.append(loss)
        if best is not None and survival is not Survival.LOST:
            chosen.append(best)
        else:
            lost.extend(job.plan.name for job in same)
    known = [loss for loss in losses if loss is not None]
    return Remains(
        jobs=tuple(chosen),
        survival=max(survivals or [Survival.LOST], key=_SURVIVALS.index),
        loss=max(known) if known and len(known) == len(losses) else None,
        lost_jobs=tuple(lost),
    )


def _with_copies(jobs: Iterable[JobAssessment]) -> Iterator[JobAssessment]:
    for job in jobs:
        yield job
        yield from job.copies


def _name(copy: JobAssessment) -> tuple[str, str]:
    return copy.plan.name, copy.plan.repository


def _left_by(copy: JobAssessment | None) -> tuple[Survival, timedelta | None]:
    """Give the newest proven data of a copy, or else the newest that is claimed."""
    if copy is None:
        return Survival.LOST, None
    if copy.rpo.proven_now is not None:
        return Survival.PROVEN, copy.rpo.proven_now
    if copy.rpo.now is not None:
        return Survival.CLAIMED, copy.rpo.now
    return Survival.LOST, None


def _preference(copy: JobAssessment) -> tuple[int, bool, timedelta, timedelta]:
    survival, loss = _left_by(copy)
    endless = timedelta.max
    return (
        _SURVIVALS.index(survival),
        copy.recovery.high is None,
        endless if loss is None else loss,
        copy.recovery.high or endless,
    )
