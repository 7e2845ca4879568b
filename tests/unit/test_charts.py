"""A chart shows what was measured, says it in a sentence too, and carries nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any  # JSON, or keys of any dataclass
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from continuity.domain.light import Light
from continuity.reports.composing import page_from_report
from continuity.reports.drawing import svg_from_chart
from continuity.reports.html import html_from_page
from continuity.reports.page import Bar, Chart, Days, Line
from continuity.reports.text import text_from_page
from continuity.speech.speaker import speaker_of
from tests.support.judgement import CORRUPT, DAY, START, Diary, a_job
from tests.support.reported import END, a_good_month, hostile, reported


def charts_of(diary: Diary, **more: Any) -> dict[str, Chart]:
    page = page_from_report(reported(diary, END, **more), speaker_of("en"))
    return {one.name: one for one in page.blocks if isinstance(one, Chart)}


def test_the_worst_gap_between_backups_is_drawn_and_said() -> None:
    diary = Diary().backup(START).backup(START + DAY).backup(START + 27 * DAY)
    chart = charts_of(diary)["exposure"]
    (line,) = chart.shapes

    assert isinstance(line, Line)
    assert max(line.numbers) == pytest.approx(26 * 24 + 5 / 60)
    assert chart.alternative.startswith("The worst moment: 624.1 hours of billing-files.")
    assert chart.target == timedelta(hours=26) / timedelta(hours=1)


def test_exposure_grows_until_the_moment_of_the_report() -> None:
    (line,) = charts_of(Diary().backup(START))["exposure"].shapes

    assert isinstance(line, Line)
    assert line.times[-1] == END
    assert line.numbers[-1] == pytest.approx((END - START) / timedelta(hours=1) + 5 / 60)


def test_a_backup_that_failed_makes_no_tooth() -> None:
    failed = {"verdict": "FAIL", "failure": "integrity"}
    once = charts_of(Diary().backup(START))["exposure"]
    again = charts_of(Diary().backup(START).backup(START + DAY, **failed))["exposure"]

    assert once.shapes == again.shapes


def test_a_timed_restore_is_drawn_by_phase_against_its_target() -> None:
    (bar,) = charts_of(a_good_month())["recovery"].shapes

    assert isinstance(bar, Bar)
    assert [name for name, _ in bar.parts] == [
        "choice of the copy",
        "restoration",
        "comparison",
    ]
    assert sum(cost for _, cost in bar.parts) == pytest.approx(10)
    assert bar.target == 240


def test_a_day_is_as_good_as_its_worst_run() -> None:
    diary = a_good_month().drill(END - timedelta(hours=1), START, **CORRUPT)
    (row,) = charts_of(diary)["calendar"].shapes

    assert isinstance(row, Days)
    assert row.lights[-1][1] is Light.RED
    assert {light for _, light in row.lights[:-1]} == {Light.GREEN}


def test_without_runs_there_is_nothing_to_draw() -> None:
    assert charts_of(Diary()) == {}


def test_the_same_chart_gives_the_same_picture() -> None:
    for chart in charts_of(a_good_month()).values():
        assert svg_from_chart(chart) == svg_from_chart(chart)


def test_who_cannot_see_a_chart_is_told_what_it_shows() -> None:
    page = page_from_report(reported(a_good_month(), END), speaker_of("en"))
    text, html = " ".join(text_from_page(page).split()), html_from_page(page)

    for chart in charts_of(a_good_month()).values():
        assert chart.alternative in text
        assert f'alt="{chart.alternative}"' in html


@settings(max_examples=8, deadline=None)
@given(hostile)
def test_a_hostile_name_in_a_picture_is_only_a_name(name: str) -> None:
    diary = Diary().backup(START, name).backup(START + DAY, name)
    for chart in charts_of(diary, jobs=[a_job(name=name)]).values():
        svg = svg_from_chart(chart)
        assert svg is not None
        tags = {one.tag.rpartition("}")[2] for one in ET.fromstring(svg).iter()}  # noqa: S314 - ours

        assert tags.isdisjoint({"script", "foreignObject", "image", "a"})


def test_small_numbers_at_an_axis_do_not_all_read_the_same() -> None:
    times = (START, START + DAY)
    chart = Chart("speed", "Speed", "Slow.", "MiB/s", (Line("erp", times, (0.05, 0.09)),))
    svg = svg_from_chart(chart)
    assert svg is not None
    ticks = re.findall(rb"<!-- (0\.\d+) -->", svg)

    assert len(ticks) > 3
    assert len(ticks) == len(set(ticks))
