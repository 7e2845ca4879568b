"""Every form of a report says the same, and nobody's name can break one or speak through it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from continuity.domain.light import Light
from continuity.domain.report import Report
from continuity.domain.report_plain import plain_from_report
from continuity.reports.composing import page_from_report
from continuity.reports.csv_tables import csv_from_page, zip_from_page
from continuity.reports.html import html_from_page
from continuity.reports.page import Lamp, Page, Table, harmless, texts_of
from continuity.reports.text import WIDTH, text_from_page
from continuity.speech.speaker import LANGUAGES, speaker_of
from tests.support.hypertext import Seen
from tests.support.incidents import opened
from tests.support.judgement import HOUR, START, Diary, a_job, a_system, diaries
from tests.support.reported import END, a_good_month, hostile, reported

HARMLESS_TAGS = {"html", "head", "meta", "title", "style", "body", "main", "footer", "h1", "h2"}
HARMLESS_TAGS |= {"h3", "p", "b", "bdi", "ul", "li", "section", "span", "div", "caption"}
HARMLESS_TAGS |= {
    "figure",
    "figcaption",
    "img",
    "table",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def page_of(report: Report, language: str = "en") -> Page:
    return page_from_report(report, speaker_of(language))


def flat(text: str) -> str:
    return "".join(text.split())


def cells_of(page: Page) -> list[str]:
    """The cells of the annex: the first page has the beginning of some of them."""
    tables = [block for block in page.sides[1] if isinstance(block, Table)]
    return [cell.text for one in tables for row in one.rows for cell in row]


@settings(max_examples=12)
@given(diaries(), st.integers(1, 60_000), st.sampled_from(LANGUAGES))
def test_every_form_says_the_same(diary: Diary, minutes: int, language: str) -> None:
    now = (diary.facts().newest or START) + timedelta(minutes=minutes)
    page = page_of(reported(diary, now), language)
    text = flat(text_from_page(page))
    html = flat("".join(Seen(html_from_page(page)).texts))
    tables = "".join(csv_from_page(page).values())
    fields = {field.removeprefix("'") for row in csv.reader(io.StringIO(tables)) for field in row}

    for said in texts_of(page):
        assert flat(harmless(said)) in html or not said
    for block in page.blocks:
        if isinstance(block, Lamp):
            assert flat(block.text) in text
    for cell in cells_of(page):
        assert flat(harmless(cell)) in text
        assert harmless(cell).removeprefix("'") in fields


def test_the_numbers_of_the_data_are_those_of_the_page() -> None:
    report = reported(a_good_month(), END)
    plain = json.loads(json.dumps(plain_from_report(report)))
    text = " ".join(text_from_page(page_of(report)).split())

    for system in plain["systems"]:
        assert system["sentence"] in text
    for gap in plain["gaps"]:
        assert gap["text"] in text
    assert plain["annex"]["record"]["hash"] in text


@settings(max_examples=12)
@given(diaries(), st.integers(1, 60_000))
def test_nothing_unknown_is_green_on_any_page(diary: Diary, minutes: int) -> None:
    report = reported(diary, (diary.facts().newest or START) + timedelta(minutes=minutes))
    lamps = [one for one in page_of(report).blocks if isinstance(one, Lamp)]

    for lamp in lamps:
        assert (lamp.light is Light.GREEN) == (lamp.word == "Proven")
    assert report.light in {lamp.light for lamp in lamps}
    if report.lights.green < report.lights.total:
        assert lamps[0].light is not Light.GREEN


@settings(max_examples=15)
@given(hostile, hostile, st.sampled_from(LANGUAGES))
def test_a_hostile_name_is_only_ever_a_text(name: str, other: str, language: str) -> None:
    diary = Diary().backup(START, other).drill(START + HOUR, START, other, tool={"name": name})
    systems = [a_system(title=name)]
    jobs = [a_job(name=other, title=other, repository="vault")]
    report = reported(diary, START + 2 * HOUR, systems=systems, jobs=jobs, owners={"billing": name})
    seen = Seen(html_from_page(page_of(report, language)))

    assert set(seen.tags) <= HARMLESS_TAGS
    assert seen.open == []
    assert {key for key, _ in seen.attributes}.isdisjoint({"href", "onload", "onerror"})
    sources = [value for key, value in seen.attributes if key == "src"]
    assert all(value.startswith("data:image/svg+xml;base64,") for value in sources)


@settings(max_examples=15)
@given(hostile)
def test_a_hostile_name_steers_no_terminal_and_forges_no_line(name: str) -> None:
    report = reported(a_good_month(), END, systems=[a_system(title=name)])
    text = text_from_page(page_of(report))

    assert all(one.isprintable() or one == "\n" for one in text)
    assert max(map(len, text.splitlines())) <= WIDTH + 1


@pytest.mark.parametrize("length", [4_000, 100_000])
def test_a_name_of_thousands_of_letters_is_cut(length: int) -> None:
    report = reported(a_good_month(), END, systems=[a_system(title="x" * length)])
    page = page_of(report)

    assert max(map(len, texts_of(page))) < 1_000
    assert "x…" in text_from_page(page)


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_never_computes_what_is_in_a_name(formula: str) -> None:
    tables = csv_from_page(
        page_of(reported(a_good_month(), END, systems=[a_system(title=formula)]))
    )
    rows = list(csv.reader(io.StringIO(tables["systems.csv"])))

    assert f"'{formula}" in rows[1]


def test_no_page_asks_for_anything_from_outside() -> None:
    html = html_from_page(page_of(reported(a_good_month(), END)))

    assert "default-src 'none'" in html.replace("&#x27;", "'")
    assert [word for word in ("http:", "https:", "//", "@import", "url(") if word in html] == []


def test_a_reader_who_sees_no_colours_is_told_in_words_and_in_order() -> None:
    html = html_from_page(page_of(reported(Diary().backup(START), END)))
    seen = Seen(html)
    headings = [tag for tag in seen.tags if tag in {"h1", "h2", "h3"}]

    assert "Not known" in html
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert dict(seen.attributes)["lang"] == "en"
    assert seen.tags.count("table") == seen.tags.count("caption")
    assert ("scope", "col") in seen.attributes


def test_what_is_missing_stands_above_what_passed() -> None:
    text = text_from_page(page_of(reported(Diary().backup(START), END)))

    assert text.index("Not covered, not known or overdue") < text.index("If we lost it today")


def test_an_incident_is_told_with_the_times_that_were_agreed() -> None:
    _, incident = opened()
    report = reported(Diary(), START + HOUR, incidents=[incident])

    assert "incidents" in {one.name for one in page_of(report).blocks if isinstance(one, Table)}


def test_the_same_page_gives_the_same_bytes() -> None:
    page = page_of(reported(a_good_month(), END))

    assert zip_from_page(page) == zip_from_page(page)
    with zipfile.ZipFile(io.BytesIO(zip_from_page(page))) as archive:
        assert archive.testzip() is None
        assert "systems.csv" in archive.namelist()
