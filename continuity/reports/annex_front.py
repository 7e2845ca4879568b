"""What the first page had no room for: every system, gap, risk, recommendation and decision."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.advice import Advice
from continuity.domain.report import Report, SystemLine, Tally
from continuity.domain.text import N_
from continuity.reports.front import gap_row
from continuity.reports.page import Block, Bullets, Cell, Heading, Paragraph, table
from continuity.reports.voice import Voice
from continuity.reports.words import (
    CRITICALITIES,
    LIGHTS,
    OUTCOMES,
    RUNS,
    SIZES,
    TRENDS,
)
from continuity.speech.terms import SURVIVALS, TIME_KINDS


def full_front(report: Report, voice: Voice) -> Iterator[Block]:
    """Give in full what the first page shows the beginning of."""
    yield from _all_gaps(report, voice)
    yield from _systems(report, voice)
    yield from _advice(report, voice)
    yield from _answered(report, voice)
    for title, anchor, said in (
        (N_("All risks that were seen"), "all-risks", report.risks),
        (N_("All decisions that are needed"), "all-decisions", report.decisions),
    ):
        yield Heading(voice.text(title), 2, anchor)
        sentences = tuple(voice.sentence(one) for one in said)
        yield Bullets(sentences or (voice.text(N_("None.")),))
    yield from _ran(report, voice)


def _all_gaps(report: Report, voice: Voice) -> Iterator[Block]:
    titles = map(voice.text, (N_("Verdict"), N_("What")))
    rows = (gap_row(gap, voice) for gap in report.gaps)
    yield Heading(voice.text(N_("All that is not covered, not known or overdue")), 2, "all-gaps")
    yield table("all-gaps", voice.text(N_("The gravest first")), titles, rows)


def _systems(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("All systems")), 2, "all-systems")
    caption = voice.text(N_("Every system, as of {moment}"), moment=voice.moment(report.as_of))
    titles = (N_("Light"), N_("System"), N_("If we lost it today"))
    rows = ([*_named(line, voice), voice.sentence(line.sentence)] for line in report.systems)
    yield table("sentences", caption, map(voice.text, titles), rows)
    titles_of_targets = (
        *(N_("Light"), N_("System"), N_("Crit."), N_("Who"), N_("Back after"), N_("Target")),
        *(N_("Time is"), N_("Measured"), N_("Work lost"), N_("Target"), N_("Back from")),
    )
    caption = voice.text(N_("What was agreed, and what would be kept of it"))
    against = (_against_targets(line, voice) for line in report.systems)
    yield table("systems", caption, map(voice.text, titles_of_targets), against)
    titles_of_proof = (
        *(N_("Light"), N_("System"), N_("Newest copy"), N_("Worst gap"), N_("Worst at")),
        *(N_("Level"), N_("Age of proof"), N_("Trend"), N_("Before")),
    )
    caption = voice.text(N_("What is proven, since when, and what it was before"))
    proven = (_proven(line, voice) for line in report.systems)
    yield table("systems-proof", caption, map(voice.text, titles_of_proof), proven)
    yield Paragraph(
        voice.text(
            N_("If everything were lost, all systems are back, one at a time, after: {back}."),
            back=voice.span(report.annex.all_back, N_("unknown")),
        )
    )


def _named(line: SystemLine, voice: Voice) -> list[str | Cell]:
    return [Cell(voice.word(LIGHTS, line.light), line.light), voice.name(line.title)]


def _against_targets(line: SystemLine, voice: Voice) -> list[str | Cell]:
    return [
        *_named(line, voice),
        voice.name(voice.speaker.text(CRITICALITIES.get(line.criticality, line.criticality))),
        voice.name(line.owner) or voice.text(N_("nobody is named")),
        voice.span(line.back, N_("unknown")),
        voice.span(line.back_target, N_("not set")),
        voice.word(TIME_KINDS, line.kind),
        voice.moment(line.tested_at) or voice.text(N_("never")),
        voice.span(line.loss, N_("all")),
        voice.span(line.loss_target, N_("not set")),
        voice.word(SURVIVALS, line.survival),
    ]


def _proven(line: SystemLine, voice: Voice) -> list[str | Cell]:
    before = line.before
    return [
        *_named(line, voice),
        voice.span(line.claimed, N_("none")),
        voice.span(line.worst, N_("all")),
        voice.moment(line.worst_at),
        line.level or voice.text(N_("none")),
        voice.span(line.proof_age, N_("none")),
        voice.word(TRENDS, line.trend),
        "" if before is None else Cell(voice.word(LIGHTS, before.light), before.light),
    ]


def _advice(report: Report, voice: Voice) -> Iterator[Block]:
    titles = (
        *(N_("What to do"), N_("Why"), N_("What it changes")),
        *(N_("Impact"), N_("Effort"), N_("Who"), N_("Until")),
    )
    yield Heading(voice.text(N_("All recommendations")), 2, "all-advice")
    rows = (_advice_row(one, voice) for one in report.advice)
    caption = voice.text(N_("What changes most comes first, then what costs least"))
    yield table("all-advice", caption, map(voice.text, titles), rows)


def _advice_row(one: Advice, voice: Voice) -> list[str]:
    return [
        voice.sentence(one.what),
        voice.sentence(one.because),
        voice.sentence(one.effect),
        voice.word(SIZES, one.impact),
        voice.word(SIZES, one.effort),
        voice.name(one.owner) or voice.text(N_("nobody is named")),
        voice.day(one.by),
    ]


def _answered(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("What became of the recommendations before")), 2, "answered")
    titles = (N_("What to do"), N_("Why, then"), N_("What became of it"), N_("Why, now"))
    rows = (
        [
            voice.sentence(one.before.what),
            voice.sentence(one.before.because),
            voice.word(OUTCOMES, one.outcome),
            "" if one.now is None else voice.sentence(one.now),
        ]
        for one in report.answered
    )
    caption = voice.text(N_("Recommendations of the period before"))
    yield table("answered", caption, map(voice.text, titles), rows)


def _ran(report: Report, voice: Voice) -> Iterator[Block]:
    heading = [
        voice.text(N_("Runs")),
        *(voice.text(one) for one in (N_("Passed"), N_("Failed"), N_("Not known"), N_("Other"))),
        voice.text(N_("In all")),
        voice.text(N_("In all, before")),
    ]
    before = {tally.kind: tally for tally in report.tallies_before}
    rows = [_tally(tally, before.get(tally.kind), voice) for tally in report.tallies]
    yield Heading(voice.text(N_("What ran, and how it ended")), 2, "ran")
    yield table("runs-counted", voice.text(N_("Runs that ended in this period")), heading, rows)


def _tally(tally: Tally, before: Tally | None, voice: Voice) -> list[str]:
    counts = (tally.passed, tally.failed, tally.inconclusive, tally.other, tally.total)
    then = 0 if before is None else before.total
    return [voice.word(RUNS, tally.kind), *(voice.number(one) for one in (*counts, then))]
