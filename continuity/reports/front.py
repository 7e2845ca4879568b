"""The first page: what management has to know, and what it has to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from continuity.domain.advice import Advice, Outcome
from continuity.domain.light import Lights
from continuity.domain.period import Cadence
from continuity.domain.report import Gap, Report, SystemLine, Trend
from continuity.domain.report_systems import light_of
from continuity.domain.run import RunKind
from continuity.domain.text import N_, Message
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
from continuity.reports.words import LIGHTS, RUNS, SIZES, TRENDS
from continuity.speech.terms import TIME_KINDS

_SHOWN, _GAPS, _FEW = 5, 4, 3
"""What does not fit on the first page stands in the annex, and is counted here."""

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
    return voice.text(
        sentence, organisation=report.organisation, period=voice.period(report.period)
    )


def counted(lights: Lights, voice: Voice) -> str:
    """Count lights in words, each of how many."""
    return voice.text(
        N_(
            "{red} not as agreed, {unknown} not known, {amber} overdue or set aside, {green}"
            " proven, of {total} system"
        )
        if lights.total == 1
        else N_(
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
    yield from _more(len(report.systems) - _SHOWN, voice)
    yield from trend_blocks(report, voice)
    yield from _said(N_("Risks that were seen"), "risks", report.risks, voice)
    yield from _advice(report, voice)
    yield from _said(N_("Decisions that are needed"), "decisions", report.decisions, voice)
    yield Heading(voice.text(N_("Read and decided")), 2, "sign-off")
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
    yield from trend_blocks(report, voice)


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
    rows = (gap_row(gap, voice) for gap in gaps[:_GAPS])
    heading = [voice.text(N_("Verdict")), voice.text(N_("What"))]
    yield table("gaps", voice.text(N_("The gravest first")), heading, rows)
    yield from _more(len(gaps) - _GAPS, voice)


def _more(count: int, voice: Voice) -> Iterator[Block]:
    if count > 0:
        yield Paragraph(
            voice.plural(
                "{count} more stands in the annex of the full report.",
                "{count} more stand in the annex of the full report.",
                count,
            )
        )


def _said(title: str, anchor: str, said: Sequence[Message], voice: Voice) -> Iterator[Block]:
    if said:
        yield Heading(voice.text(title), 2, anchor)
        yield Bullets(tuple(voice.sentence(one) for one in said[:_FEW]))
        yield from _more(len(said) - _FEW, voice)


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
        kind=voice.word(TIME_KINDS, line.kind),
    )
    yield voice.text(
        N_("{back}, target {target}. Newest copy: none, target {loss_target}.")
        if line.claimed is None
        else N_("{back}, target {target}. Newest copy: {claimed} old, target {loss_target}."),
        back=back,
        target=voice.span(line.back_target, N_("not set")),
        claimed=voice.span(line.claimed, N_("none")),
        loss_target=voice.span(line.loss_target, N_("not set")),
    )
    if line.trend in {Trend.BETTER, Trend.WORSE} and line.before is not None:
        yield voice.text(
            N_("{trend}: {light}"),
            trend=voice.word(TRENDS, line.trend),
            light=voice.word(LIGHTS, line.before.light),
        )


def trend_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Compare with the preceding period: lights, who changed, what ran."""
    yield Heading(voice.text(N_("Compared with the period before")), 2, "trend")
    if report.lights_before is None:
        yield Paragraph(voice.text(N_("Nothing was recorded before it, so there is no trend.")))
        return
    then = voice.text(N_("At the end of {period}:"), period=voice.period(report.preceding))
    yield Bullets(
        (
            f"{then} {counted(report.lights_before, voice)}.",
            *_turned(report, voice),
            *_ended(report, voice),
        )
    )


def _turned(report: Report, voice: Voice) -> Iterator[str]:
    """Name the systems whose light is another one than before."""
    for trend, sentence in _TURNS.items():
        lines = [line for line in report.systems if line.trend is trend]
        if lines:
            names = ", ".join(voice.name(line.title) for line in lines[:_FEW])
            left = len(lines) - _FEW
            more = f" + {voice.number(left)}" if left > 0 else ""
            yield f"{voice.text(sentence, count=len(lines))} {names}{more}."


_TURNS = {
    Trend.WORSE: N_("Worse than before, {count}:"),
    Trend.BETTER: N_("Better than before, {count}:"),
}


def _ended(report: Report, voice: Voice) -> Iterator[str]:
    before = {tally.kind: tally for tally in report.tallies_before}
    for tally in report.tallies:
        then = before.get(tally.kind)
        if tally.kind in {RunKind.BACKUP, RunKind.DRILL} and then is not None:
            yield voice.text(
                N_("{what}: {passed} of {total} passed; before, {passed_then} of {total_then}."),
                what=voice.word(RUNS, tally.kind),
                passed=tally.passed,
                total=tally.total,
                passed_then=then.passed,
                total_then=then.total,
            )


def _advice(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Recommendations")), 2, "advice")
    yield from _became(report, voice)
    if not report.advice:
        yield Paragraph(voice.text(N_("Nothing was found.")))
        return
    titles = (N_("What to do"), N_("Why"), N_("Impact, effort"), N_("Who"), N_("Until"))
    rows = [_advice_row(one, voice) for one in report.advice[:_FEW]]
    caption = voice.text(N_("What changes most comes first, then what costs least"))
    yield table("advice", caption, map(voice.text, titles), rows)
    yield from _more(len(report.advice) - _FEW, voice)


def _advice_row(one: Advice, voice: Voice) -> list[str]:
    return [
        voice.sentence(one.what),
        voice.sentence(one.because),
        f"{voice.word(SIZES, one.impact)}, {voice.word(SIZES, one.effort)}",
        voice.name(one.owner) or voice.text(N_("nobody is named")),
        voice.day(one.by),
    ]


def _became(report: Report, voice: Voice) -> Iterator[Block]:
    """Say in a line what became of what the report before recommended."""
    if report.answered:
        count = Counter(one.outcome for one in report.answered)
        yield Paragraph(
            voice.text(
                N_(
                    "Of {total} before: {gone} helped, {remains} still to be done, {unknown} not"
                    " known."
                ),
                total=len(report.answered),
                gone=count[Outcome.GONE],
                remains=count[Outcome.REMAINS],
                unknown=count[Outcome.UNKNOWN],
            )
        )


def signature_of(voice: Voice) -> Signature:
    """Give the box in which management says that it has read this."""
    lines = (
        N_("Read by management (name)"),
        N_("Date"),
        N_("Signature"),
        N_("What was decided"),
    )
    return Signature(tuple(map(voice.text, lines)))
