"""Restore tests and other runs of a period, each with what it looked at and what it found."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.reason import gravity
from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import light_of
from continuity.domain.run import RunKind
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.reports.page import Block, Bullets, Cell, Heading, Paragraph, table
from continuity.reports.voice import Voice
from continuity.reports.words import RUNS

_SHORT = 12


def run_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the tables of runs, and the sentences on what samples let one say."""
    runs = report.annex.runs
    drills = [run for run in runs if run.kind is RunKind.DRILL]
    drills.sort(key=lambda run: (-gravity(run.verdict), run.record))
    yield Heading(voice.text(N_("Restore points")), 2, "points")
    yield _points(report, voice)
    yield Heading(voice.text(N_("Restore tests")), 2, "restore-tests")
    yield drill_table(drills, voice)
    yield finding_table(drills, voice)
    yield phase_table(drills, voice)
    yield from confidence(drills, voice)
    others = [run for run in runs if run.kind is not RunKind.DRILL]
    bad = [run for run in others if run.verdict is not Verdict.PASS]
    yield Heading(voice.text(N_("Other runs")), 2, "other-runs")
    yield Paragraph(
        voice.text(
            N_("{bad} of {total} did not pass; only those are listed here, all are in the data."),
            bad=len(bad),
            total=len(others),
        )
    )
    yield _run_table(bad, voice)


def drill_table(drills: list[RunLine], voice: Voice) -> Block:
    """List restore tests with what they looked at."""
    titles = (
        *(N_("Verdict"), N_("When"), N_("Job"), N_("Repository"), N_("Level"), N_("Point")),
        *(N_("Data of"), N_("Compared"), N_("Of"), N_("Seed"), N_("Findings"), N_("Took")),
        *(N_("Isolation"), N_("Cleared away"), N_("Program"), N_("Record"), N_("Why")),
    )
    rows = (_drill(run, voice) for run in drills)
    caption = voice.text(N_("Restore tests that ended in this period"))
    return table("restore-tests", caption, map(voice.text, titles), rows)


def _drill(run: RunLine, voice: Voice) -> list[str | Cell]:
    sample = run.sample
    population = voice.text(N_("everything")) if run.full else ""
    if sample is not None:
        population = voice.number(sample.population_files)
    return [
        _verdict(run, voice),
        voice.moment(run.at),
        voice.name(run.job),
        voice.name(run.repository),
        run.level or voice.text(N_("none")),
        voice.name(run.point[:_SHORT]),
        voice.moment(run.data_time),
        voice.number(run.files),
        population,
        "" if sample is None else voice.name(sample.seed),
        voice.number(run.findings_total),
        voice.milliseconds(run.milliseconds),
        voice.name(run.isolation),
        voice.text(_CLEARED[run.torn_down]),
        voice.name(run.tool),
        str(run.record),
        "" if run.reason is None else voice.sentence(run.reason),
    ]


_CLEARED = {True: N_("yes"), False: N_("no"), None: N_("nothing restored")}


def _verdict(run: RunLine, voice: Voice) -> Cell:
    return Cell(voice.text(run.verdict.value), light_of(run.verdict))


def finding_table(drills: list[RunLine], voice: Voice) -> Block:
    """List what did not come back as it was, the first of each test."""
    titles = map(voice.text, (N_("Record"), N_("Job"), N_("Path"), N_("Class"), N_("What")))
    rows = (
        [
            str(run.record),
            voice.name(run.job),
            voice.name(one.path),
            voice.name(one.outcome),
            "" if one.detail is None else voice.sentence(one.detail),
        ]
        for run in drills
        for one in run.findings
    )
    caption = voice.text(N_("What did not come back as it was; the first ten of each test"))
    return table("findings", caption, titles, rows)


def phase_table(drills: list[RunLine], voice: Voice) -> Block:
    """List what each phase of each restore test took."""
    titles = map(voice.text, (N_("Record"), N_("Job"), N_("Phase"), N_("Took")))
    rows = (
        [
            str(run.record),
            voice.name(run.job),
            voice.name(phase.name),
            voice.milliseconds(phase.milliseconds),
        ]
        for run in drills
        for phase in run.phases
    )
    return table("phases", voice.text(N_("Measured times by phase")), titles, rows)


def confidence(drills: list[RunLine], voice: Voice) -> Iterator[Block]:
    """Say what the samples let one say of the files that were not looked at."""
    said = [run for run in drills if run.confidence is not None]
    if said:
        yield Heading(voice.text(N_("What the samples say of all files")), 3, "confidence")
        yield Bullets(
            tuple(
                f"{voice.name(run.job)}, {voice.moment(run.at)}: {voice.sentence(run.confidence)}"
                for run in said
                if run.confidence is not None
            )
        )


def _run_table(runs: list[RunLine], voice: Voice) -> Block:
    titles = (
        *(N_("Verdict"), N_("When"), N_("What"), N_("Job"), N_("Repository"), N_("Took")),
        *(N_("Record"), N_("Why")),
    )
    rows = (_run(run, voice) for run in runs)
    caption = voice.text(N_("Other runs that did not pass"))
    return table("other-runs", caption, map(voice.text, titles), rows)


def _run(run: RunLine, voice: Voice) -> list[str | Cell]:
    return [
        _verdict(run, voice),
        voice.moment(run.at),
        voice.word(RUNS, run.kind),
        voice.name(run.job),
        voice.name(run.repository),
        voice.milliseconds(run.milliseconds),
        str(run.record),
        "" if run.reason is None else voice.sentence(run.reason),
    ]


def _points(report: Report, voice: Voice) -> Block:
    titles = (
        *(N_("Job"), N_("System"), N_("There"), N_("Proven"), N_("In quarantine")),
        *(N_("Data of the oldest"), N_("Data of the newest")),
    )
    rows = (
        [
            voice.name(one.job),
            voice.name(one.system),
            voice.number(one.kept),
            voice.number(one.proven),
            voice.number(one.quarantined),
            voice.moment(one.oldest) or voice.text(N_("none")),
            voice.moment(one.newest) or voice.text(N_("none")),
        ]
        for one in report.annex.points
    )
    caption = voice.text(N_("Restore points that can be had back"))
    return table("points", caption, map(voice.text, titles), rows)
