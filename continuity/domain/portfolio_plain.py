"""Plans as plain values for a cache in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypedDict, cast  # cast: trusted as far as each conversion goes

from continuity.domain.clock import text_from_time
from continuity.domain.portfolio import JobPlan, Storage, SystemPlan
from continuity.domain.schedule import Timetable, timetable_from_text

_MICROSECOND = timedelta(microseconds=1)
_PlainTimetable = tuple[str, str]


class _PlainSystem(TypedDict):
    name: str
    title: str
    criticality: str
    depends_on: list[str]
    rpo: int | None
    rto: int | None
    prove: int | None
    proof_level: str
    time_validity: int
    runbook: str


class _PlainStorage(TypedDict):
    repository: str
    engine: str
    site: str | None
    medium: str
    place: str
    keeper: str | None


class _PlainJob(_PlainStorage):
    name: str
    title: str
    system: str
    host: str
    home: str | None
    copies: list[_PlainStorage]
    path_set: str
    backup: _PlainTimetable | None
    drill: _PlainTimetable | None
    full_drill: _PlainTimetable | None
    read_within: int | None
    grace: int
    skip_until: str | None
    skip_reason: str


def plain_from_plans(
    systems: Sequence[SystemPlan], jobs: Sequence[JobPlan]
) -> dict[str, list[Mapping[str, object]]]:
    """Reduce plans to what JSON can hold; spans are whole microseconds."""
    return {
        "systems": [_plain_system(system) for system in systems],
        "jobs": [_plain_job(job) for job in jobs],
    }


def plans_from_plain(
    plain: Mapping[str, object],
) -> tuple[tuple[SystemPlan, ...], tuple[JobPlan, ...]]:
    """Read back what ``plain_from_plans`` wrote; raises ValueError for anything else."""
    try:
        # The shapes are trusted only as far as each conversion below goes through.
        systems = cast("list[_PlainSystem]", plain["systems"])
        jobs = cast("list[_PlainJob]", plain["jobs"])
        return tuple(map(_system, systems)), tuple(map(_job, jobs))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("plans that cannot be read") from error


def _plain_system(plan: SystemPlan) -> _PlainSystem:
    return {
        "name": plan.name,
        "title": plan.title,
        "criticality": plan.criticality,
        "depends_on": list(plan.depends_on),
        "rpo": _count(plan.rpo),
        "rto": _count(plan.rto),
        "prove": _count(plan.prove),
        "proof_level": plan.proof_level,
        "time_validity": plan.time_validity // _MICROSECOND,
        "runbook": plan.runbook,
    }


def _system(plain: _PlainSystem) -> SystemPlan:
    return SystemPlan(
        name=plain["name"],
        title=plain["title"],
        criticality=plain["criticality"],
        depends_on=tuple(plain["depends_on"]),
        rpo=_span(plain["rpo"]),
        rto=_span(plain["rto"]),
        prove=_span(plain["prove"]),
        proof_level=plain["proof_level"],
        time_validity=plain["time_validity"] * _MICROSECOND,
        runbook=plain["runbook"],
    )


def _plain_job(plan: JobPlan) -> _PlainJob:
    return {
        **_plain_storage(plan),
        "name": plan.name,
        "title": plan.title,
        "system": plan.system,
        "host": plan.host,
        "home": plan.home,
        "copies": [_plain_storage(copy) for copy in plan.copies],
        "path_set": plan.path_set,
        "backup": _plain_timetable(plan.backup),
        "drill": _plain_timetable(plan.drill),
        "full_drill": _plain_timetable(plan.full_drill),
        "read_within": _count(plan.read_within),
        "grace": plan.grace // _MICROSECOND,
        "skip_until": None if plan.skip_until is None else text_from_time(plan.skip_until),
        "skip_reason": plan.skip_reason,
    }


def _job(plain: _PlainJob) -> JobPlan:
    until = plain["skip_until"]
    return JobPlan(
        name=plain["name"],
        title=plain["title"],
        system=plain["system"],
        repository=plain["repository"],
        engine=plain["engine"],
        site=plain["site"],
        medium=plain["medium"],
        place=plain["place"],
        keeper=plain["keeper"],
        host=plain["host"],
        home=plain["home"],
        copies=tuple(map(_storage, plain["copies"])),
        path_set=plain["path_set"],
        backup=_timetable(plain["backup"]),
        drill=_timetable(plain["drill"]),
        full_drill=_timetable(plain["full_drill"]),
        read_within=_span(plain["read_within"]),
        grace=plain["grace"] * _MICROSECOND,
        skip_until=None if until is None else datetime.fromisoformat(until),
        skip_reason=plain["skip_reason"],
    )


def _plain_storage(kept: Storage | JobPlan) -> _PlainStorage:
    return {
        "repository": kept.repository,
        "engine": kept.engine,
        "site": kept.site,
        "medium": kept.medium,
        "place": kept.place,
        "keeper": kept.keeper,
    }


def _storage(plain: _PlainStorage) -> Storage:
    return Storage(
        repository=plain["repository"],
        engine=plain["engine"],
        site=plain["site"],
        medium=plain["medium"],
        place=plain["place"],
        keeper=plain["keeper"],
    )


def _plain_timetable(timetable: Timetable | None) -> _PlainTimetable | None:
    return None if timetable is None else (timetable.text, timetable.zone)


def _timetable(plain: _PlainTimetable | None) -> Timetable | None:
    return None if plain is None else timetable_from_text(*plain)


def _count(span: timedelta | None) -> int | None:
    return None if span is None else span // _MICROSECOND


def _span(count: int | None) -> timedelta | None:
    return None if count is None else count * _MICROSECOND
