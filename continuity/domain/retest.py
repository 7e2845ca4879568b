"""Which test shows that an incident is over: one of the kind that showed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.fault import CheckKind
from continuity.domain.incident import Incident
from continuity.domain.observing import Roster, copy_in, job_in


class Way(StrEnum):
    """What is run."""

    BACKUP = "backup"
    DRILL = "drill"
    FULL_DRILL = "full-drill"
    READ_BACK = "read-back"
    RETENTION = "retention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Retest:
    """One test of one job; ``copy`` is the repository to restore from, empty for the job's own."""

    way: Way
    job: str
    copy: str = ""


_WAYS = {
    CheckKind.BACKUP: Way.BACKUP,
    CheckKind.BACKUP_SCHEDULE: Way.BACKUP,
    CheckKind.RECOVERY_POINT: Way.BACKUP,
    CheckKind.DRILL: Way.DRILL,
    CheckKind.DRILL_SCHEDULE: Way.DRILL,
    CheckKind.PROOF: Way.DRILL,
    CheckKind.RECOVERY_TIME: Way.FULL_DRILL,
    CheckKind.READ_BACK: Way.READ_BACK,
    CheckKind.READ_BACK_SCHEDULE: Way.READ_BACK,
    CheckKind.RETENTION: Way.RETENTION,
}


def retests_of(
    incident: Incident, spoken_for: Iterable[Incident], roster: Roster
) -> tuple[Retest, ...]:
    """Choose the tests that answer an incident's question; none where only a look or a person can.

    A repository is asked by the first of the jobs that failed with it.
    """
    if incident.check is CheckKind.REPOSITORY:
        return _of_repository(incident, spoken_for, roster)
    way = _WAYS.get(incident.check)
    if way is None:
        return ()
    jobs = [job_in(incident.target)] if job_in(incident.target) else _jobs_of(incident, roster)
    known = (job for job in jobs if job in roster.system_of)
    return tuple(Retest(way=way, job=job, copy=copy_in(incident.target)) for job in known)


def _jobs_of(incident: Incident, roster: Roster) -> list[str]:
    return [job for job, system in sorted(roster.system_of.items()) if system == incident.system]


def _of_repository(
    incident: Incident, spoken_for: Iterable[Incident], roster: Roster
) -> tuple[Retest, ...]:
    failing = _failing(spoken_for, roster)
    using = (
        Retest(way=Way.DRILL, job=job)
        for job, repository in sorted(roster.repository_of.items())
        if repository == incident.repository
    )
    first = next(failing, None) or next(using, None)
    return () if first is None else (first,)


def _failing(spoken_for: Iterable[Incident], roster: Roster) -> Iterator[Retest]:
    for one in sorted(spoken_for, key=lambda one: one.number):
        way, job = _WAYS.get(one.check), job_in(one.target)
        if way is not None and job in roster.system_of:
            yield Retest(way=way, job=job, copy=copy_in(one.target))
