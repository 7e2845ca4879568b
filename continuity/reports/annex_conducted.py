"""The part of the annex about people: the runbooks they followed, and how long that took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from continuity.domain.incident_plain import local_number
from continuity.domain.report import Report
from continuity.domain.report_conducted import ConductedLine
from continuity.domain.text import N_
from continuity.reports.page import Block, Heading, Paragraph, table
from continuity.reports.voice import Voice

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
