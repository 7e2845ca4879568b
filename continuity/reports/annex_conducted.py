"""The part of the annex about people: the runbooks they followed, and how long that took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from continuity.domain.incident_plain import local_number
from continuity.domain.report import Report
from continuity.domain.report_conducted import ConductedLine
from continuity.domain.report_ready import ReadyLine
from continuity.domain.text import N_
from continuity.reports.page import Block, Heading, Paragraph, table
from continuity.reports.voice import Voice
from continuity.speech.readiness_words import CHECKS, STATES

_MODES: Mapping[str, str] = {
    "real": N_("in earnest"),
    "table-top": N_("talked through"),
    "functional": N_("practised in part"),
    "full": N_("practised whole"),
}
_OUTCOMES: Mapping[str, str] = {
    "completed": N_("completed"),
    "completed-with-exceptions": N_("completed with exceptions"),
    "aborted": N_("aborted"),
    "timed-out": N_("took too long"),
    "interrupted": N_("interrupted by a real incident"),
}


def conducted_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give every run of a runbook that ended; nobody having followed one is said as well."""
    lines = report.annex.conducted
    yield Heading(voice.text(N_("Runbooks that people followed")), 2, "conducted")
    if not lines:
        text = N_(
            "Nobody followed a runbook in this period: no restore test above says whether people "
            "would manage."
        )
        yield Paragraph(voice.text(text))
        return
    titles = (
        *(N_("Run"), N_("How"), N_("Ended"), N_("Outcome"), N_("Systems"), N_("Incident")),
        *(N_("Recovery time"), N_("Before"), N_("People"), N_("Restoring"), N_("Verifying")),
        *(N_("Waiting and others"), N_("Work lost"), N_("Counts as measured")),
    )
    caption = voice.text(N_("Runs that ended in this period; drills count for no service level"))
    rows = (_row(line, voice) for line in lines)
    yield table("conducted", caption, map(voice.text, titles), rows)


def readiness_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Give how ready each runbook is; one that nobody checked is not called ready."""
    lines = report.annex.readiness
    yield Heading(voice.text(N_("Readiness of runbooks")), 2, "readiness")
    ready = sum(line.ready for line in lines)
    share = voice.number(100 * ready / len(lines)) if lines else "0"
    text = N_("{ready} of {total} runbooks are ready: {share} %.")
    yield Paragraph(voice.text(text, ready=ready, total=len(lines), share=share))
    titles = (N_("Runbook"), N_("Title"), N_("State"), N_("Checked"), N_("Failed"), N_("Of"))
    caption = voice.text(N_("As they were checked last; an edit undoes that"))
    rows = (_ready_row(line, voice) for line in lines)
    yield table("readiness", caption, map(voice.text, titles), rows)


def _ready_row(line: ReadyLine, voice: Voice) -> list[str]:
    return [
        voice.name(line.runbook),
        voice.name(line.title),
        _state(line.state, voice),
        voice.moment(line.checked_at),
        ", ".join(
            voice.text(CHECKS[one]) if one in CHECKS else voice.name(one) for one in line.failed
        ),
        voice.number(line.total),
    ]


def _state(state: str, voice: Voice) -> str:
    if not state:
        return voice.text(N_("not checked"))
    return voice.text(STATES[state]) if state in STATES else voice.name(state)


def _row(line: ConductedLine, voice: Voice) -> list[str]:
    mark = f"[{voice.text(N_('DRILL'))}] " if line.drill else ""
    return [
        mark + voice.name(line.run),
        voice.text(_MODES.get(line.mode, line.mode)),
        voice.moment(line.ended_at),
        voice.text(_OUTCOMES.get(line.outcome, line.outcome)),
        ", ".join(map(voice.name, line.systems)),
        local_number(line.incident) if line.incident else "",
        voice.span(line.took, N_("unknown")),
        voice.span(line.before, N_("unknown")),
        voice.span(line.people, N_("unknown")),
        voice.span(line.restore, N_("unknown")),
        voice.span(line.verify, N_("unknown")),
        voice.span(line.timers + line.programs, N_("unknown")),
        voice.span(line.lost, N_("nothing was restored")),
        voice.text(N_("yes") if line.measured else N_("no")),
    ]
