"""What judgement needs of a workspace, reduced to plain values."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from continuity.config.problem import Problem
from continuity.config.storage import machine_named, storage_from
from continuity.config.workspace import Reading, Workspace, zone_of
from continuity.domain.job import Job
from continuity.domain.portfolio import DEFAULT_GRACE, JobPlan, Portfolio, SystemPlan
from continuity.domain.schedule import Timetable, timetable_from_text
from continuity.sources.registry import source_kinds
from continuity.sources.source import path_set


def plans_from_reading(
    reading: Reading, known: Portfolio | None
) -> tuple[tuple[SystemPlan, ...], tuple[JobPlan, ...], tuple[Problem, ...]]:
    """Give the plans and every problem; those of ``known``, what was made of the very same files.

    They had no problem then, so that no runbook has to be understood to find none.
    """
    if known is not None and not reading.beside:
        return known.systems, known.jobs, ()
    return *plans_from_workspace(reading.workspace), reading.problems


def plans_from_workspace(
    workspace: Workspace,
) -> tuple[tuple[SystemPlan, ...], tuple[JobPlan, ...]]:
    """Give the plans of all systems and of all jobs, sorted by name."""
    systems = tuple(
        SystemPlan(
            name=name,
            title=system.title,
            criticality=system.criticality.value,
            depends_on=system.depends_on,
            rpo=system.rpo,
            rto=system.rto,
            prove=system.prove,
            proof_level=system.proof_level,
            runbook=_runbook(workspace, system.runbook),
        )
        for name, system in sorted(workspace.systems.items())
    )
    jobs = tuple(_job_plan(workspace, job) for _, job in sorted(workspace.jobs.items()))
    return systems, jobs


def _runbook(workspace: Workspace, name: str | None) -> str:
    book = None if name is None else workspace.books.get(name)
    return "" if book is None else book.hash


def _job_plan(workspace: Workspace, job: Job) -> JobPlan:
    stored = storage_from(workspace, job.repository)
    covered = source_kinds()[job.source.kind].extent(job.source)
    zone = zone_of(workspace, job)
    schedule, skip = job.schedule, job.skip
    host = workspace.hosts.get(job.source.host)
    return JobPlan(
        name=job.name,
        title=job.title,
        system=job.system,
        repository=job.repository,
        engine=stored.engine,
        site=stored.site,
        medium=stored.medium,
        place=stored.place,
        keeper=stored.keeper,
        host=machine_named(workspace, job.source.host),
        home=None if host is None else host.site,
        copies=tuple(
            storage_from(workspace, name)
            for name, other in sorted(workspace.repositories.items())
            if other.copy_of == job.repository
        ),
        path_set=path_set(job.source, covered),
        backup=_timetable(schedule.backup, zone),
        drill=_timetable(schedule.drill, zone),
        full_drill=_timetable(schedule.full_drill, zone),
        read_within=job.read_back.within,
        grace=schedule.grace or DEFAULT_GRACE,
        skip_until=None if skip is None else end_of_day(skip.until, zone),
        skip_reason="" if skip is None else skip.reason,
    )


def _timetable(text: str | None, zone: str) -> Timetable | None:
    return None if text is None else timetable_from_text(text, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """Give the end of a day, since a decision made until a day holds on that day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
