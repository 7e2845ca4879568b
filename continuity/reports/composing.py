"""From a report to the page that every form is made of."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from continuity.domain.report import Report
from continuity.domain.report_runs import RunLine
from continuity.domain.text import N_
from continuity.reports.annex import annex, closing
from continuity.reports.charts import charts
from continuity.reports.controls import control_blocks
from continuity.reports.front import counted, digest_blocks, front_page, title_of
from continuity.reports.page import Page
from continuity.reports.programme import programme_blocks
from continuity.reports.restore_test import blocks_of_test
from continuity.reports.voice import Voice
from continuity.speech.speaker import Speaker


def page_from_report(report: Report, speaker: Speaker) -> Page:
    """Compose the whole report: the first page for management, the annex, the closing."""
    voice = Voice(speaker, ZoneInfo(report.zone))
    title = title_of(report, voice)
    return Page(
        language=speaker.language,
        title=title,
        subject=f"{title}: {counted(report.lights, voice)}",
        blocks=(
            *front_page(report, voice),
            *annex(report, voice),
            *charts(report, voice),
            *programme_blocks(report, voice),
            *control_blocks(report, voice),
            *closing(report, voice),
        ),
        footer=footer(report, voice),
    )


def page_from_digest(report: Report, speaker: Speaker) -> Page:
    """Compose what is sent every day, also when nothing happened: silence must mean broken."""
    voice = Voice(speaker, ZoneInfo(report.zone))
    return Page(
        language=speaker.language,
        title=title_of(report, voice),
        subject=f"{voice.name(report.organisation)}: {counted(report.lights, voice)}",
        blocks=tuple(digest_blocks(report, voice)),
        footer=footer(report, voice),
    )


def page_from_test(report: Report, run: RunLine, speaker: Speaker) -> Page:
    """Compose the report of one restore test, which is among the runs of a report."""
    voice = Voice(speaker, ZoneInfo(report.zone))
    title = voice.text(
        N_("{organisation}: restore test of {job}, {moment}"),
        organisation=report.organisation,
        job=run.job,
        moment=voice.moment(run.at),
    )
    return Page(
        language=speaker.language,
        title=title,
        subject=f"{run.verdict.value}: {title}",
        blocks=(*blocks_of_test(report, run, voice), *closing(report, voice)),
        footer=footer(report, voice),
    )


def footer(report: Report, voice: Voice) -> tuple[str, ...]:
    """Tell when a page was made and which record it rests on."""
    end = report.annex.record
    return (
        voice.text(N_("Made by Continuity at {moment}."), moment=voice.moment(report.made_at)),
        voice.text(
            N_("It rests on record {sequence} with the hash {hash}; checkpoint {checkpoint}."),
            sequence=end.sequence,
            hash=end.hash,
            checkpoint=end.checkpoint or voice.text(N_("none")),
        ),
    )
