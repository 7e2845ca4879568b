"""The view of a quarter or a year: what has been proven month by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from continuity.domain.light import Light
from continuity.domain.period import Cadence
from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import light_of, worst_light
from continuity.domain.run import RunKind
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.reports.page import Block, Cell, Heading, table
from continuity.reports.voice import Voice

_LONG = frozenset({Cadence.QUARTER, Cadence.YEAR})
_MONTHS = 12


def programme_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the restore tests of each job by month; nothing for a shorter period."""
    if report.period.cadence not in _LONG:
        return
    months = list(_months(report.period.first, report.period.last))
    jobs = sorted({one.job for one in report.annex.jobs})
    yield Heading(voice.text(N_("Programme of restore tests")), 2, "programme")
    heading = [voice.text(N_("Job")), *(f"{month:%Y-%m}" for month in months)]
    rows = (_row(job, months, report, voice) for job in jobs)
    caption = voice.text(N_("Restore tests that passed, of those that ended, with the best level"))
    yield table("programme", caption, heading, rows)


def _months(first: date, last: date) -> Iterator[date]:
    count = first.year * _MONTHS + first.month - 1
    while (month := date(count // _MONTHS, count % _MONTHS + 1, 1)) <= last:
        yield month
        count += 1


def _row(job: str, months: list[date], report: Report, voice: Voice) -> list[str | Cell]:
    return [voice.name(job), *(_cell(job, month, report, voice) for month in months)]


def _cell(job: str, month: date, report: Report, voice: Voice) -> Cell:
    if month > report.as_of.astimezone(ZoneInfo(report.zone)).date():
        return Cell("")
    tests = [run for run in report.annex.runs if _is_of(run, job, month, report.zone)]
    passed = [run for run in tests if run.verdict is Verdict.PASS]
    if not tests:
        return Cell(voice.text(N_("none")), Light.UNKNOWN)
    light = worst_light(light_of(run.verdict) for run in tests)
    level = max((run.level for run in passed), default="")
    text = voice.text(N_("{good} of {total}"), good=len(passed), total=len(tests))
    return Cell(f"{text} {level}".strip(), light)


def _is_of(run: RunLine, job: str, month: date, zone: str) -> bool:
    day = run.at.astimezone(ZoneInfo(zone))
    same = (day.year, day.month) == (month.year, month.month)
    return same and run.job == job and run.kind is RunKind.DRILL
