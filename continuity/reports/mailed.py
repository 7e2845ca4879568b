"""What of a report stands in the mail itself; the rest is in the files that go with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.text import N_
from continuity.reports.charts import charts
from continuity.reports.composing import (
    footer,
    page_from_digest,
    page_from_report,
    page_from_test,
)
from continuity.reports.front import counted, front_page, title_of
from continuity.reports.page import Block, Page, Paragraph
from continuity.reports.programme import programme_blocks
from continuity.reports.voice import Voice
from continuity.speech.speaker import Speaker


def front_to_mail(report: Report, speaker: Speaker) -> Page:
    """Compose what management reads in its mailbox: the first page, and the pictures."""
    voice = _voice(report, speaker)
    title = title_of(report, voice)
    return Page(
        language=speaker.language,
        title=title,
        subject=f"{title}: {counted(report.lights, voice)}",
        blocks=(
            *front_page(report, voice),
            *programme_blocks(report, voice),
            *charts(report, voice),
        ),
        footer=footer(report, voice),
    )


def report_to_mail(report: Report, speaker: Speaker) -> Page:
    """Compose what a technician reads: all of it."""
    return page_from_report(report, speaker)


def digest_to_mail(report: Report, speaker: Speaker) -> Page:
    """Compose the digest; its day and the counts are the subject."""
    voice = _voice(report, speaker)
    subject = voice.text(
        N_("{organisation}, {period}: {counts}"),
        organisation=report.organisation,
        period=report.period.name,
        counts=counted(report.lights, voice),
    )
    return replace(page_from_digest(report, speaker), subject=subject)


def test_to_mail(report: Report, run: RunLine, speaker: Speaker) -> Page:
    """Compose the report of a restore test."""
    return page_from_test(report, run, speaker)


def with_remarks(page: Page, before: Iterator[str], after: Iterator[str]) -> Page:
    """Put sentences before everything, which nobody may miss, and others behind the summary."""
    first: list[Block] = [Paragraph(text, strong=True) for text in before]
    last: list[Block] = [Paragraph(text) for text in after]
    return replace(page, blocks=(*first, *page.blocks[:1], *last, *page.blocks[1:]))


def _voice(report: Report, speaker: Speaker) -> Voice:
    return Voice(speaker, ZoneInfo(report.zone))
