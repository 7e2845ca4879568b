"""The pictures of a report, each with a sentence for whoever cannot see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from continuity.domain.light import Light
from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import light_of, worst_light
from continuity.domain.run import RunKind
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.reports.annex_runs import phase_name
from continuity.reports.page import Bar, Block, Chart, Days, Heading, Line
from continuity.reports.voice import Voice

_JOBS = 4
_BARS = 12
_ROWS = 20
_HOUR = timedelta(hours=1)
_MINUTE = 60_000
_MEBIBYTE = 1 << 20


def charts(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the charts for which there is something to show."""
    drawn = [
        chart
        for chart in (
            _exposure(report, voice),
            _recovery(report, voice),
            _coverage(report, voice),
            _calendar(report, voice),
            _speed(report, voice),
        )
        if chart.shapes
    ]
    if drawn:
        yield Heading(voice.text(N_("Charts")), 2, "charts")
        yield from drawn


def _runs(report: Report, kind: RunKind) -> Mapping[str, list[RunLine]]:
    """Group runs by job, in the order in which the report lists systems: the worst first."""
    order = {line.name: place for place, line in enumerate(report.systems)}
    jobs = sorted(report.annex.jobs, key=lambda one: (order.get(one.system, len(order)), one.job))
    grouped: dict[str, list[RunLine]] = {one.job: [] for one in jobs}
    for run in report.annex.runs:
        if run.kind is kind and run.job in grouped:
            grouped[run.job].append(run)
    return {job: runs for job, runs in grouped.items() if runs}


def _exposure(report: Report, voice: Voice) -> Chart:
    """Draw how much work would have been lost at each moment, as a saw: up until a copy ends.

    The jobs with the worst moments are drawn.
    """
    saws = [
        line
        for job, runs in _runs(report, RunKind.BACKUP).items()
        if (line := _saw(voice.name(job), runs, report.as_of)) is not None
    ]
    lines = sorted(saws, key=lambda line: -max(line.numbers))[:_JOBS]
    worst = max(
        ((number, line.name) for line in lines for number in line.numbers), default=(0.0, "")
    )
    targets = [one.loss_target for one in report.systems if one.loss_target is not None]
    return Chart(
        "exposure",
        voice.text(N_("Work that would have been lost, in hours")),
        voice.text(
            N_("The worst moment: {hours} hours of {job}. Drawn from backups that passed."),
            hours=voice.number(worst[0], 1),
            job=worst[1],
        ),
        "h",
        tuple(lines),
        min(targets) / _HOUR if targets else None,
        bound=voice.text(N_("strictest target")),
        peak=True,
        language=voice.speaker.language,
    )


def _saw(name: str, runs: list[RunLine], until: datetime) -> Line | None:
    passed = [run for run in runs if run.verdict is Verdict.PASS and run.data_time is not None]
    times: list[datetime] = []
    numbers: list[float] = []
    data: datetime | None = None
    for run in passed:
        if data is not None:
            times.append(run.at)
            numbers.append((run.at - data) / _HOUR)
        data = run.data_time
        if data is not None:
            times.append(run.at)
            numbers.append((run.at - data) / _HOUR)
    if data is None:
        return None
    return Line(name, (*times, until), (*numbers, (until - data) / _HOUR))


def _recovery(report: Report, voice: Voice) -> Chart:
    """Draw the timed restores of everything by phase."""
    systems = {one.job: one.system for one in report.annex.jobs}
    targets = {line.name: line.back_target for line in report.systems}
    drills = _runs(report, RunKind.DRILL).values()
    full = sorted((run for runs in drills for run in runs if run.full), key=lambda run: run.at)
    zone = ZoneInfo(report.zone)
    bars = []
    for run in full[-_BARS:]:
        target = targets.get(systems.get(run.job, ""))
        day = voice.day(run.at.astimezone(zone).date())
        parts = tuple(
            (phase_name(one.name, voice), one.milliseconds / _MINUTE) for one in run.phases
        )
        whole = ((voice.text(N_("all phases")), run.milliseconds / _MINUTE),)
        limit = None if target is None else target / timedelta(minutes=1)
        bars.append(Bar(f"{voice.name(run.job)} {day}", parts or whole, limit))
    longest = max((sum(cost for _, cost in bar.parts) for bar in bars), default=0.0)
    return Chart(
        "recovery",
        voice.text(N_("Measured recovery times by phase, in minutes")),
        voice.text(
            N_("{count} timed restore of everything; it took {minutes} minutes.")
            if len(bars) == 1
            else N_("{count} timed restores of everything; the longest took {minutes} minutes."),
            count=len(bars),
            minutes=voice.number(longest, 1),
        ),
        "min",
        tuple(bars),
        bound=voice.text(N_("target")),
        language=voice.speaker.language,
    )


def _coverage(report: Report, voice: Voice) -> Chart:
    """Draw how much of each job was proven after each restore test; the least proven are drawn."""
    lines = []
    for job, runs in _runs(report, RunKind.DRILL).items():
        counted = [(run.at, run.coverage) for run in runs if run.coverage is not None]
        if counted:
            shares = tuple(100 * one.proven / one.files for _, one in counted)
            lines.append(
                (Line(voice.name(job), tuple(at for at, _ in counted), shares), counted[-1])
            )
    lines.sort(key=lambda one: one[0].numbers[-1])
    drawn = lines[:_JOBS]
    least = drawn[0] if drawn else None
    alternative = (
        ""
        if least is None
        else voice.text(
            N_("The least at the end: {proven} of {files} files of {job} were proven."),
            proven=least[1][1].proven,
            files=least[1][1].files,
            job=least[0].name,
        )
    )
    return Chart(
        "coverage",
        voice.text(N_("Files proven by a restore test at some time, in per cent of all")),
        alternative,
        "%",
        tuple(line for line, _ in drawn),
        100,
        language=voice.speaker.language,
    )


_ENDED = {
    Light.GREEN: N_("passed"),
    Light.AMBER: N_("left out"),
    Light.RED: N_("failed"),
    Light.UNKNOWN: N_("not known"),
}


def _calendar(report: Report, voice: Voice) -> Chart:
    """Draw for each job and day how the worst run ended."""
    zone = ZoneInfo(report.zone)
    found: dict[str, dict[date, Light]] = {}
    for kind in (RunKind.DRILL, RunKind.BACKUP):
        for job, runs in _runs(report, kind).items():
            days = found.setdefault(job, {})
            for run in runs:
                day = run.at.astimezone(zone).date()
                lights = {light_of(run.verdict), days.get(day, light_of(run.verdict))}
                days[day] = worst_light(lights)
    rows = [Days(voice.name(job), tuple(sorted(found[job].items()))) for job in found][:_ROWS]
    bad = sum(light is not Light.GREEN for row in rows for _, light in row.lights)
    return Chart(
        "calendar",
        voice.text(N_("How each day ended, by job")),
        voice.text(
            N_("{bad} of {total} days of jobs had a run that did not pass."),
            bad=bad,
            total=sum(len(row.lights) for row in rows),
        ),
        "",
        tuple(rows),
        legend=tuple((light, voice.text(_ENDED[light])) for light in Light),
        language=voice.speaker.language,
    )


def _alike(runs: list[RunLine]) -> list[RunLine]:
    """Keep restores of everything, or else of samples: one is not compared with the other."""
    full = [run for run in runs if run.full]
    return full if len(full) > 1 else [run for run in runs if not run.full]


def _speed(report: Report, voice: Voice) -> Chart:
    """Draw how fast restore tests were."""
    lines = []
    for job, runs in _runs(report, RunKind.DRILL).items():
        timed = _alike([run for run in runs if run.milliseconds and run.bytes])
        speeds = tuple(1000 * run.bytes / run.milliseconds / _MEBIBYTE for run in timed)
        if len(timed) > 1:
            lines.append(Line(voice.name(job), tuple(run.at for run in timed), speeds))
    slowest = min((number for line in lines[:_JOBS] for number in line.numbers), default=0.0)
    return Chart(
        "speed",
        voice.text(N_("Speed of restore tests, in MiB/s")),
        voice.text(N_("The slowest: {speed} MiB/s."), speed=voice.number(slowest, 2)),
        "MiB/s",
        tuple(lines[:_JOBS]),
        language=voice.speaker.language,
    )
