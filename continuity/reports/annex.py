"""The annex: what stands behind the first page, for technicians and auditors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from continuity.domain.kept import RECORD, Known
from continuity.domain.light import Light
from continuity.domain.report import Report
from continuity.domain.report_incidents import ClockLine, IncidentLine, TicketLine
from continuity.domain.scorecard import Scorecard
from continuity.domain.text import N_
from continuity.reports.annex_conducted import conducted_blocks, readiness_blocks
from continuity.reports.annex_front import full_front
from continuity.reports.annex_runs import run_blocks
from continuity.reports.page import Block, Bullets, Cell, Heading, Paragraph, table
from continuity.reports.voice import Voice
from continuity.reports.words import (
    ANSWER_LIGHTS,
    ANSWERS,
    CLOCKS,
    PARTS,
    STATES,
    TERMS,
)
from continuity.speech.names import seen_of_storage


def annex(report: Report, voice: Voice) -> Iterator[Block]:
    """Give everything that was counted, also what stood on the first page."""
    yield Heading(voice.text(N_("Annex")), 1, "annex")
    yield from full_front(report, voice)
    yield from run_blocks(report, voice)
    yield from conducted_blocks(report, voice)
    yield from readiness_blocks(report, voice)
    yield from _untested(report, voice)
    yield from _changes(report, voice)
    yield from _incidents(report, voice)
    yield from _cards(report, voice)


def _untested(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Not tested, and why")), 2, "untested")
    titles = map(voice.text, (N_("Job"), N_("What it protects"), N_("System"), N_("Why")))
    rows = (
        [
            voice.name(one.job),
            voice.name(one.title),
            voice.name(one.system),
            voice.sentence(one.why),
        ]
        for one in report.annex.untested
    )
    caption = voice.text(N_("Jobs of which nothing was restored in this period"))
    yield table("untested", caption, titles, rows)


def _changes(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Changes since the last restore test")), 2, "changes")
    titles = map(voice.text, (N_("Job"), N_("System"), N_("What changed")))
    rows = (
        [voice.name(one.job), voice.name(one.system), voice.sentence(one.text)]
        for one in report.annex.changes
    )
    yield table("changes", voice.text(N_("What may take a proof away")), titles, rows)


def _incidents(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading(voice.text(N_("Incidents")), 2, "incidents")
    titles = (
        *(
            N_("Number"),
            N_("What"),
            N_("Severity"),
            N_("State"),
            N_("Opened"),
            N_("Somebody had it"),
        ),
        *(N_("Over"), N_("Lasted"), N_("Seen"), N_("Waited for others"), N_("Came before")),
    )
    lines = report.annex.incidents
    rows = (_incident(line, voice) for line in lines)
    caption = voice.text(N_("Incidents that were open in this period, as they are now"))
    yield table("incidents", caption, map(voice.text, titles), rows)
    yield _tickets(lines, voice)
    # What is only practised keeps and breaks no agreement.
    real = [line for line in lines if not line.drill]
    clocks = [(line, clock) for line in real for clock in line.clocks]
    names = (N_("Number"), N_("Time"), N_("Took"), N_("Agreed"), N_("Kept"))
    rows_of_clocks = (_clock(line, clock, voice) for line, clock in clocks)
    caption = voice.text(N_("Agreed times, kept and missed"))
    yield table("service-levels", caption, map(voice.text, names), rows_of_clocks)


def _incident(line: IncidentLine, voice: Voice) -> list[str]:
    waits = (f"{voice.name(one.reason)} {voice.span(one.time, N_('none'))}" for one in line.waited)
    return [
        line.number,
        voice.sentence(line.title),
        line.severity.value,
        voice.word(STATES, line.state),
        voice.moment(line.opened_at),
        voice.moment(line.acknowledged_at) or voice.text(N_("nobody")),
        voice.moment(line.resolved_at),
        voice.span(line.lasted, N_("unknown")),
        voice.number(line.count),
        ", ".join(waits),
        line.recurrence_of or ("" if line.cycle == 1 else voice.number(line.cycle - 1)),
    ]


def _tickets(lines: Iterable[IncidentLine], voice: Voice) -> Block:
    names = (N_("Number"), N_("Kept where"), N_("Ticket"), N_("State there"), N_("Seen there"))
    rows = (_ticket(line, one, voice) for line in lines for one in line.tickets)
    caption = voice.text(N_("Tickets of these incidents, as they were last seen"))
    return table("tickets", caption, map(voice.text, names), rows)


def _ticket(line: IncidentLine, one: TicketLine, voice: Voice) -> list[str]:
    state = voice.text(N_("deleted there")) if one.gone else voice.name(one.state)
    return [
        line.number,
        voice.name(one.lane),
        voice.name(one.key) or voice.text(N_("not confirmed yet")),
        state,
        voice.moment(one.seen_at) or voice.text(N_("never")),
    ]


def _clock(line: IncidentLine, clock: ClockLine, voice: Voice) -> list[str | Cell]:
    name = voice.word(CLOCKS, clock.clock)
    light, word = _KEPT[clock.kept]
    return [
        line.number,
        f"{name} ({voice.name(clock.duty)})" if clock.duty else name,
        voice.span(clock.elapsed, N_("unknown")),
        voice.span(clock.target, N_("not set")),
        Cell(voice.text(word), light),
    ]


_KEPT: Mapping[bool | None, tuple[Light, str]] = {
    True: (Light.GREEN, N_("kept")),
    False: (Light.RED, N_("missed")),
    None: (Light.UNKNOWN, N_("still running")),
}


def _cards(report: Report, voice: Voice) -> Iterator[Block]:
    yield Heading("3-2-1-1-0", 2, "scorecard")
    titles = (N_("System"), N_("Part of the rule"), N_("Answer"), N_("Why"), N_("Rests on"))
    rows = (row for card in report.annex.cards for row in _card(card, voice))
    caption = voice.text(N_("Three copies, two media, one off-site, one immutable, no error"))
    yield table("3-2-1-1-0", caption, map(voice.text, titles), rows)


def _card(card: Scorecard, voice: Voice) -> Iterator[list[str | Cell]]:
    for score in card.scores:
        known = dict.fromkeys(voice.name(_known(one, voice)) for one in score.known)
        yield [
            voice.name(card.title),
            voice.word(PARTS, score.part),
            Cell(voice.word(ANSWERS, score.answer), ANSWER_LIGHTS[score.answer]),
            voice.sentence(score.reason),
            "; ".join(known),
        ]


def _known(one: Known, voice: Voice) -> str:
    """Write a fact with its age and source; what people wrote has no age."""
    shown = seen_of_storage(voice.speaker, one.value)
    source = voice.text(N_("Restore test")) if one.source == RECORD else one.source
    return ", ".join(filter(None, (f"{one.what}: {shown}", voice.moment(one.at), source)))


def closing(report: Report, voice: Voice) -> Iterator[Block]:
    """Give the integrity of the record, and the words of the report."""
    end = report.annex.record
    yield Heading(voice.text(N_("Integrity of the record")), 2, "record")
    yield Bullets(
        (
            voice.text(N_("Last record: {sequence}"), sequence=end.sequence),
            voice.text(N_("Its hash: {hash}"), hash=end.hash),
            voice.text(
                N_("Latest signed checkpoint: {checkpoint}"),
                checkpoint=end.checkpoint or voice.text(N_("none")),
            ),
        )
    )
    yield Paragraph(
        voice.whole(
            N_(
                "Every number here comes from a chain of records in which each holds the hash of"
                " the one before; what is signed says which hash was the last. So nobody can edit,"
                " leave out or cut off records unseen. To verify it without this program, with"
                " unzip, sha256sum, jq and ssh-keygen, ask for the evidence of this period, made by"
                " `continuity report --period {period} --evidence evidence.zip`, and follow"
                " VERIFY.txt in it. When things happened is what the clock of the machine said."
            ),
            period=report.period.name,
        )
    )
    yield Heading(voice.text(N_("Words")), 2, "words")
    yield Bullets(tuple(f"{voice.text(word)}: {voice.text(meaning)}" for word, meaning in TERMS))
