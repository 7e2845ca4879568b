"""What is expected of the jobs of a workspace by their timetables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import PurePath

from continuity.config.plans import end_of_day
from continuity.config.workspace import Workspace, zone_of
from continuity.domain.calendar import Calendar
from continuity.domain.job import Job
from continuity.domain.job import Timetable as Schedule
from continuity.domain.portfolio import DEFAULT_GRACE
from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Expectation, Key, SlotKind
from continuity.domain.slot_planning import spread_of
from continuity.domain.system import Criticality
from continuity.domain.text import N_, Message, say

ITSELF = "continuity"
"""Stands for a job where no job is meant."""

_RANKS = tuple(Criticality)


def expectations_of(workspace: Workspace, now: datetime) -> Mapping[Key, Expectation]:
    """Give what is expected now of every job that can be used."""
    found = (
        one
        for _, job in sorted(workspace.jobs.items())
        for one in _expectations(workspace, job, now)
    )
    return {one.key: one for one in (*found, *_sabotage(workspace))}


def _sabotage(workspace: Workspace) -> Iterator[Expectation]:
    text, zone = workspace.settings.service.sabotage, workspace.settings.zone
    if text is not None and workspace.jobs:
        yield Expectation(
            job=ITSELF,
            kind=SlotKind.SABOTAGE,
            timetable=timetable_from_text(text, zone),
            repository=f"{ITSELF}:sabotage",
            rank=len(_RANKS),
        )


def broken_jobs(workspace: Workspace) -> Mapping[str, Message]:
    """Name the jobs that were written and cannot be used."""
    written = (PurePath(file) for file in workspace.files)
    meant = {path.stem for path in written if path.parent.name == "jobs"}
    why = say(N_("Something written for the job cannot be used."))
    return dict.fromkeys(meant - workspace.jobs.keys(), why)


def _expectations(workspace: Workspace, job: Job, now: datetime) -> Iterator[Expectation]:
    zone, schedule = zone_of(workspace, job), job.schedule
    spread = workspace.settings.service.spread or timedelta()
    most = min(spread, (schedule.grace or DEFAULT_GRACE) / 2)
    skipped = _skipped(job, zone, now)
    for kind, text in _timetables(job):
        yield Expectation(
            job=job.name,
            kind=kind,
            timetable=timetable_from_text(text, zone),
            repository=job.repository,
            rank=_RANKS.index(workspace.systems[job.system].criticality),
            spread=spread_of((job.name, kind), most),
            hours=_hours(schedule, kind, zone),
            start_within=schedule.start_within,
            skipped=None if kind is SlotKind.BACKUP else skipped,
        )


def _hours(schedule: Schedule, kind: SlotKind, zone: str) -> Calendar | None:
    """Tell when runs of a kind may start; tests may have hours of their own."""
    hours = schedule.hours
    if kind is not SlotKind.BACKUP and schedule.test_hours is not None:
        hours = schedule.test_hours
    return None if hours is None else Calendar(name="", zone=zone, shifts=(hours,))


def _timetables(job: Job) -> Iterator[tuple[SlotKind, str]]:
    schedule = job.schedule
    written = {
        SlotKind.BACKUP: schedule.backup,
        SlotKind.FULL_DRILL: schedule.full_drill,
        SlotKind.DRILL: schedule.drill,
        SlotKind.READ_BACK: schedule.read_back,
    }
    return ((kind, text) for kind, text in written.items() if text is not None)


def _skipped(job: Job, zone: str, now: datetime) -> Message | None:
    if job.skip is None or end_of_day(job.skip.until, zone) <= now:
        return None
    return say(
        N_("Somebody decided not to test until {until}: {reason}"),
        until=job.skip.until.isoformat(),
        reason=job.skip.reason,
    )
