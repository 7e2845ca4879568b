"""Restore tests and other runs of a period, each with what it looked at and what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from continuity.domain.reason import gravity
from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import light_of
from continuity.domain.run import RunKind
from continuity.domain.text import N_
from continuity.domain.verdict import Verdict
from continuity.reports.annex_read_back import read_back_blocks
from continuity.reports.page import Block, Cell, Heading, Paragraph, table
from continuity.reports.voice import Voice
from continuity.reports.words import RUNS
from continuity.speech.names import NOUNS

_SHORT = 12
_PHASES = 7


def run_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the tables of runs, and the sentences on what samples let one say."""
    runs = report.annex.runs
    drills = [run for run in runs if run.kind is RunKind.DRILL]
    drills.sort(key=lambda run: (-gravity(run.verdict), run.record))
    yield Heading(voice.text(N_("Restore points")), 2, "points")
    yield _points(report, voice)
    yield Heading(voice.text(N_("Restore tests")), 2, "restore-tests")
    yield from drill_tables(drills, voice)
    yield finding_table(drills, voice)
    yield phase_table(drills, voice)
    yield from confidence(drills, voice)
    yield from read_back_blocks(runs, voice)
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


def drill_tables(drills: list[RunLine], voice: Voice) -> Iterator[Block]:
    """List restore tests: how they ended, and how they were done."""
    titles = (
        *(N_("Verdict"), N_("When"), N_("Job"), N_("Level"), N_("Compared"), N_("Of")),
        *(N_("Findings"), N_("Took"), N_("Record"), N_("Why")),
    )
    ended = (_drill(run, voice) for run in drills)
    caption = voice.text(N_("Restore tests that ended in this period"))
    yield table("restore-tests", caption, map(voice.text, titles), ended)
    titles_of_ways = (
        *(N_("Record"), N_("Job"), N_("Repository"), N_("Point"), N_("Data of"), N_("Drawn")),
        *(N_("Seed"), N_("Isolation"), N_("Cleared away"), N_("Program")),
    )
    done = (_way(run, voice) for run in drills)
    caption = voice.text(N_("From what, with what and where they were done"))
    yield table("restore-tests-how", caption, map(voice.text, titles_of_ways), done)


def _drill(run: RunLine, voice: Voice) -> list[str | Cell]:
    sample = run.sample
    population = voice.text(N_("everything")) if run.full else ""
    if sample is not None:
        population = voice.number(sample.population_files)
    return [
        _verdict(run, voice),
        voice.moment(run.at),
        voice.name(run.job),
        run.level or voice.text(N_("none")),
        voice.number(run.files),
        population,
        voice.number(run.findings_total),
        voice.milliseconds(run.milliseconds),
        str(run.record),
        "" if run.reason is None else voice.sentence(run.reason),
    ]


def _way(run: RunLine, voice: Voice) -> list[str | Cell]:
    return [
        str(run.record),
        voice.name(run.job),
        voice.name(run.repository),
        voice.name(run.point[:_SHORT]),
        voice.moment(run.data_time),
        _drawn(run, voice),
        "" if run.sample is None else voice.name(run.sample.seed),
        voice.name(run.isolation),
        voice.text(_CLEARED[run.torn_down]),
        voice.name(run.tool),
    ]


def _drawn(run: RunLine, voice: Voice) -> str:
    sample = run.sample
    if sample is None:
        return voice.text(N_("everything")) if run.full else ""
    drawn = voice.text(
        N_("{random} at random, {due} due, {always} always"),
        random=sample.random,
        due=sample.due,
        always=sample.always,
    )
    cut = voice.text(N_("{cut} left out for lack of time or room"), cut=sample.cut)
    return f"{drawn}; {cut}" if sample.cut else drawn


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
    """List what each phase of each restore test took, a column for each phase there was."""
    found = Counter(phase.name for run in drills for phase in run.phases)
    names = [name for name, _ in found.most_common(_PHASES)]
    heading = [
        *map(voice.text, (N_("Record"), N_("Job"))),
        *(phase_name(name, voice) for name in names),
        *map(voice.text, (N_("Other"), N_("In all"))),
    ]
    rows = (_phases(run, names, voice) for run in drills if run.phases)
    return table("phases", voice.text(N_("Measured times by phase")), heading, rows)


def phase_name(name: str, voice: Voice) -> str:
    """Name a phase as people do; one that nobody knows by its own name."""
    return voice.name(voice.speaker.text(NOUNS.get(name, name)))


def _phases(run: RunLine, names: list[str], voice: Voice) -> list[str | Cell]:
    took: Counter[str] = Counter()
    for phase in run.phases:
        took[phase.name if phase.name in names else ""] += phase.milliseconds
    return [
        str(run.record),
        voice.name(run.job),
        *(voice.milliseconds(took[name]) if name in took else "" for name in (*names, "")),
        voice.milliseconds(took.total()),
    ]


def confidence(drills: list[RunLine], voice: Voice) -> Iterator[Block]:
    """Say what the latest sample of each job lets one say of the files not looked at."""
    latest: dict[str, RunLine] = {}
    for run in sorted(drills, key=lambda one: one.at):
        if run.confidence is not None or run.packs is not None:
            latest[run.job] = run
    if not latest:
        return
    yield Heading(voice.text(N_("What the samples say of all files")), 3, "confidence")
    yield Paragraph(voice.text(_SUPPOSED))
    if any(run.packs is not None for run in latest.values()):
        yield Paragraph(voice.text(_SUPPOSED_OF_PACKS))
    titles = (N_("Job"), N_("When"), N_("Record"), N_("What it says"))
    rows = (
        [voice.name(job), voice.moment(run.at), str(run.record), _said(run, voice)]
        for job, run in sorted(latest.items())
    )
    caption = voice.text(N_("The latest sample of each job"))
    yield table("confidence", caption, map(voice.text, titles), rows)


def _said(run: RunLine, voice: Voice) -> str:
    """Say of one test what its sample implies, and how many were proven which way."""
    said = (run.confidence, run.packs, run.ways)
    return " ".join(voice.sentence(one) for one in said if one is not None)


_SUPPOSED = N_(
    "This holds for the files of that copy on that day, was worked out from the randomly drawn"
    " files alone, and supposes that damage does not know which files are drawn. What was never"
    " backed up is in no sample."
)


_SUPPOSED_OF_PACKS = N_(
    "What is said of packs rests on every file that came back right, not on those drawn at random"
    " alone, and names what it supposes."
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
