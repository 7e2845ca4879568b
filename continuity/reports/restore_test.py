"""The report of one restore test, in the order in which an auditor asks."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.report import Report, SystemLine
from continuity.domain.report_runs import RunLine
from continuity.domain.report_systems import light_of
from continuity.domain.text import N_
from continuity.reports.annex_runs import confidence, drill_tables, finding_table, phase_table
from continuity.reports.front import gap_row, signature_of, system_lamp
from continuity.reports.page import Block, Bullets, Heading, Lamp, Paragraph, table
from continuity.reports.voice import Voice


def blocks_of_test(report: Report, run: RunLine, voice: Voice) -> Iterator[Block]:
    """Give the verdict first, then the scenario, what was looked at and what was found."""
    reason = "" if run.reason is None else voice.sentence(run.reason)
    remedy = () if run.remedy is None else (voice.sentence(run.remedy),)
    took = voice.text(N_("It took {time}."), time=voice.milliseconds(run.milliseconds))
    title, text = voice.name(run.job), reason or took
    yield Lamp(light_of(run.verdict), voice.text(run.verdict.value), title, text, remedy)
    yield Heading(voice.text(N_("What was tested, and why")), 2, "scenario")
    yield Paragraph(voice.text(_FULL if run.full else _SAMPLE))
    line = _system_of(report, run.job)
    if line is not None:
        yield system_lamp(line, voice)
    yield Heading(voice.text(N_("What was found")), 2, "results")
    yield from drill_tables([run], voice)
    yield _classes(run, voice)
    yield finding_table([run], voice)
    yield phase_table([run], voice)
    yield from confidence([run], voice)
    yield from _rest(report, run, voice)
    yield signature_of(voice)


_FULL = N_(
    "Scenario: everything of this job is lost. All of it was restored apart from its source and"
    " compared with what was recorded when it was backed up; the time was measured. It passes when"
    " nothing differs and the agreed time is kept."
)
_SAMPLE = N_(
    "Scenario: some of this job is lost. A sample was drawn, restored apart from its source and"
    " compared with what was recorded when it was backed up. It passes when nothing differs."
)


def _system_of(report: Report, job: str) -> SystemLine | None:
    names = {one.job: one.system for one in report.annex.jobs}
    return next((line for line in report.systems if line.name == names.get(job)), None)


def _classes(run: RunLine, voice: Voice) -> Block:
    rows = ([voice.name(one.outcome), voice.number(one.count)] for one in run.outcomes)
    titles = map(voice.text, (N_("Class"), N_("Entries")))
    return table("classes", voice.text(N_("Compared entries by class")), titles, rows)


def _rest(report: Report, run: RunLine, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("What is still wanting")), 2, "deficiencies")
    gaps = (gap_row(gap, voice) for gap in report.gaps if gap.job == run.job)
    titles = map(voice.text, (N_("Verdict"), N_("What")))
    yield table("gaps", voice.text(N_("The gravest first")), titles, gaps)
    changed = [voice.sentence(one.text) for one in report.annex.changes if one.job == run.job]
    if changed:
        yield Heading(voice.text(N_("Changes since the last restore test")), 2, "changes")
        yield Bullets(tuple(changed))
