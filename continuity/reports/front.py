"""The first page: what management has to know, and what it has to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from continuity.domain.advice import Advice, Answered
from continuity.domain.period import Cadence
from continuity.domain.report import Gap, Lights, Report, SystemLine, Tally, Trend
from continuity.domain.report_systems import light_of
from continuity.domain.text import N_
from continuity.reports.page import (
    Block,
    Bullets,
    Cell,
    Heading,
    Lamp,
    Paragraph,
    Signature,
    table,
)
from continuity.reports.voice import Voice
from continuity.reports.words import KINDS, LIGHTS, OUTCOMES, RUNS, SIZES, TRENDS

_SHOWN = 10
"""What does not fit on the first screen stands in the full report, and is counted here."""

TITLES = {
    Cadence.DAY: N_("{organisation}: what could be recovered, {period}"),
    Cadence.WEEK: N_("{organisation}: weekly report on recovery, {period}"),
    Cadence.MONTH: N_("{organisation}: monthly report on recovery, {period}"),
    Cadence.QUARTER: N_("{organisation}: quarterly report on recovery, {period}"),
    Cadence.YEAR: N_("{organisation}: yearly report on recovery, {period}"),
    Cadence.SPAN: N_("{organisation}: report on recovery, {period}"),
}


def title_of(report: Report, voice: Voice) -> str:
    """Give the title of a report."""
    sentence = TITLES[report.period.cadence]
    return voice.text(sentence, organisation=report.organisation, period=report.period.name)


def counted(lights: Lights, voice: Voice) -> str:
    """Count lights in words, each of how many."""
    return voice.text(
        N_(
            "{red} not as agreed, {unknown} not known, {amber} overdue or set aside, {green}"
            " proven, of {total} systems"
        ),
        red=lights.red,
        unknown=lights.unknown,
        amber=lights.amber,
        green=lights.green,
        total=lights.total,
    )


def front_page(report: Report, voice: Voice) -> Iterator[Block]:
    """Give what fits on one screen: what is not covered stands above what passed."""
    yield _summary(report, voice)
    if report.annex.record.doubt is not None:
        yield Paragraph(voice.sentence(report.annex.record.doubt), strong=True)
    yield from _gaps(report.gaps, voice)
    yield Heading(voice.text(N_("If we lost it today")), 2, "systems")
    for line in report.systems[:_SHOWN]:
        yield system_lamp(line, voice)
    yield from _more(len(report.systems), voice)
    yield from _trend(report, voice)
    yield from _risks(report, voice)
    yield from _advice(report.advice, voice)
    yield from _answered(report.answered, voice)
    yield from _decisions(report, voice)
    yield signature_of(voice)


def digest_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give what somebody looks at every day: what is wrong, every system, what ran."""
    yield _summary(report, voice)
    if report.annex.record.doubt is not None:
        yield Paragraph(voice.sentence(report.annex.record.doubt), strong=True)
    yield from _gaps(report.gaps, voice)
    yield Heading(voice.text(N_("If we lost it today")), 2, "systems")
    for line in report.systems:
        yield system_lamp(line, voice)
    yield from _trend(report, voice)


def _summary(report: Report, voice: Voice) -> Lamp:
    # The time that everything is judged for is the first thing a reader can get wrong.
    told = voice.text(N_("As of {moment}."), moment=voice.moment(report.as_of))
    return Lamp(
        report.light,
        voice.word(LIGHTS, report.light),
        counted(report.lights, voice),
        told,
    )


def gap_text(gap: Gap, voice: Voice) -> str:
    """Say what is missing, and where."""
    if not gap.title:
        return voice.sentence(gap.text)
    where = voice.name(gap.title if not gap.job else f"{gap.title} ({gap.job})")
    return f"{where}: {voice.sentence(gap.text)}"


def gap_row(gap: Gap, voice: Voice) -> tuple[str | Cell, ...]:
    """Give the row of a gap, its verdict before it."""
    verdict = Cell(voice.text(gap.verdict.value), light_of(gap.verdict))
    return verdict, gap_text(gap, voice)


def _gaps(gaps: Sequence[Gap], voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Not covered, not known or overdue")), 2, "gaps")
    if not gaps:
        yield Paragraph(voice.text(N_("Nothing was found.")))
        return
    rows = (gap_row(gap, voice) for gap in gaps[:_SHOWN])
    heading = [voice.text(N_("Verdict")), voice.text(N_("What"))]
    yield table("gaps", voice.text(N_("The gravest first")), heading, rows)
    yield from _more(len(gaps), voice)


def _more(count: int, voice: Voice) -> Iterator[Block]:
    if count > _SHOWN:
        yield Paragraph(
            voice.plural(
                N_("{count} more stands in the full report."),
                N_("{count} more stand in the full report."),
                count - _SHOWN,
            )
        )


def system_lamp(line: SystemLine, voice: Voice) -> Lamp:
    """Give the light of a system with its sentence."""
    return Lamp(
        line.light,
        voice.word(LIGHTS, line.light),
        voice.name(line.title),
        voice.sentence(line.sentence),
        tuple(_remarks(line, voice)),
    )


def _remarks(line: SystemLine, voice: Voice) -> Iterator[str]:
    unknown, known = N_("Back after: not known"), N_("Back after {back} ({kind})")
    back = voice.text(
        unknown if line.back is None else known,
        back=voice.span(line.back, unknown),
        kind=voice.word(KINDS, line.kind),
    )
    yield voice.text(
        N_("{back}, target {target}. Work lost: {loss}, target {loss_target}."),
        back=back,
        target=voice.span(line.back_target, N_("not set")),
        loss=voice.span(line.loss, N_("all")),
        loss_target=voice.span(line.loss_target, N_("not set")),
    )
    if line.trend in {Trend.BETTER, Trend.WORSE} and line.before is not None:
        yield voice.text(
            N_("{trend}: {light}"),
            trend=voice.word(TRENDS, line.trend),
            light=voice.word(LIGHTS, line.before.light),
        )


def _trend(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Compared with the period before")), 2, "trend")
    if report.lights_before is None:
        yield Paragraph(voice.text(N_("Nothing was recorded before it, so there is no trend.")))
    else:
        yield Paragraph(
            voice.text(N_("At the end of {period}:"), period=report.preceding.name)
            + " "
            + counted(report.lights_before, voice)
            + "."
        )
    heading = [
        "",
        *(voice.text(one) for one in (N_("Passed"), N_("Failed"), N_("Not known"), N_("Other"))),
        voice.text(N_("In all")),
        voice.text(N_("In all, before")),
    ]
    before = {tally.kind: tally for tally in report.tallies_before}
    rows = [_tally(tally, before.get(tally.kind), voice) for tally in report.tallies]
    yield table("runs-counted", voice.text(N_("What ran, and how it ended")), heading, rows)


def _tally(tally: Tally, before: Tally | None, voice: Voice) -> list[str]:
    counts = (tally.passed, tally.failed, tally.inconclusive, tally.other, tally.total)
    then = 0 if before is None else before.total
    return [voice.word(RUNS, tally.kind), *(voice.number(one) for one in (*counts, then))]


def _risks(report: Report, voice: Voice) -> Iterator[Block]:
    if report.risks:
        yield Heading(voice.text(N_("Risks that were seen")), 2, "risks")
        yield Bullets(tuple(voice.sentence(one) for one in report.risks))


def _advice(advice: Sequence[Advice], voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Recommendations")), 2, "advice")
    if not advice:
        yield Paragraph(voice.text(N_("Nothing was found.")))
        return
    titles = (
        *(N_("What to do"), N_("Why"), N_("What it changes")),
        *(N_("Impact"), N_("Effort"), N_("Who"), N_("Until")),
    )
    rows = [_advice_row(one, voice) for one in advice]
    caption = voice.text(N_("What changes most comes first, then what costs least"))
    yield table("advice", caption, map(voice.text, titles), rows)


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


def _answered(answers: Sequence[Answered], voice: Voice) -> Iterator[Block]:
    if not answers:
        return
    yield Heading(voice.text(N_("What became of the recommendations before")), 2, "answered")
    titles = (N_("What to do"), N_("Why, then"), N_("What became of it"), N_("Why, now"))
    rows = (
        [
            voice.sentence(one.before.what),
            voice.sentence(one.before.because),
            voice.word(OUTCOMES, one.outcome),
            "" if one.now is None else voice.sentence(one.now),
        ]
        for one in answers
    )
    caption = voice.text(N_("Recommendations of the period before"))
    yield table("answered", caption, map(voice.text, titles), rows)


def _decisions(report: Report, voice: Voice) -> Iterator[Block]:
    if report.decisions:
        yield Heading(voice.text(N_("Decisions that are needed")), 2, "decisions")
        yield Bullets(tuple(voice.sentence(one) for one in report.decisions))


def signature_of(voice: Voice) -> Signature:
    """Give the box in which management says that it has read this."""
    lines = (
        N_("Read by management (name)"),
        N_("Date"),
        N_("Signature"),
        N_("What was decided"),
    )
    return Signature(tuple(map(voice.text, lines)))
