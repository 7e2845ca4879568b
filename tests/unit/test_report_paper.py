"""A printed report: one sheet for management, archival, and whole for who hears it read aloud."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest

from continuity.domain.report import Report
from continuity.reports.composing import page_from_report
from continuity.reports.page import Chart, Heading, Page
from continuity.reports.pdf import pdf_from_page
from continuity.speech.speaker import LANGUAGES, speaker_of
from tests.support.histories import HISTORIES
from tests.support.judgement import a_job, a_system
from tests.support.paper import bookmarks, elements, flat, fonts, opened, root_of
from tests.support.reported import END, a_good_month, reported

LONG = {
    "words": "obra de la calle " * 250,
    "one word": "W" * 4_000,
    "right to left": "\u05d0\u05d1\u05d2 \u202e" * 800,
    "tags": "<td></table>&lt;" * 250,
    "lines": "a\n" * 2_000,
}


def front_of(report: Report, language: str) -> Page:
    """The first page, and the beginning of what stands behind it."""
    page = page_from_report(report, speaker_of(language))
    return replace(page, blocks=(*page.sides[0], page.sides[1][0]))


@cache
def printed(history: str = "bad-month") -> bytes:
    return pdf_from_page(page_from_report(HISTORIES[history](), speaker_of("es")))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("history", HISTORIES)
def test_what_management_reads_and_signs_fits_on_one_sheet(history: str, language: str) -> None:
    pages = opened(pdf_from_page(front_of(HISTORIES[history](), language))).pages
    sign = speaker_of(language).text("What was decided")

    assert len(pages) == 2
    assert flat(sign) in flat(pages[0].extract_text())


@pytest.mark.parametrize("name", LONG)
def test_a_name_of_thousands_of_letters_does_not_push_the_page_apart(name: str) -> None:
    systems = [a_system(title=LONG[name])]
    jobs = [a_job(title=LONG[name])]
    report = reported(a_good_month(), END, systems=systems, jobs=jobs)
    reader = opened(pdf_from_page(front_of(report, "es")))
    sheet = reader.pages[0].mediabox
    places: list[float] = []
    reader.pages[0].extract_text(
        visitor_text=lambda _text, cm, tm, _font, _size: places.append(cm[0] * tm[4] + cm[4])
    )

    assert len(reader.pages) == 2
    assert max(places) < float(sheet.width)


def test_a_printed_report_is_made_to_be_read_in_decades() -> None:
    reader = opened(printed())
    root = root_of(reader)
    (intent,) = root["/OutputIntents"]
    described = root["/Metadata"].get_data().decode()

    assert 'pdfaid:part="3" pdfaid:conformance="A"' in described
    assert "informe mensual" in described
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert len(intent.get_object()["/DestOutputProfile"].get_data()) > 100
    assert not reader.is_encrypted
    assert all(fonts(reader).values())
    assert {name.partition("+")[2] for name in fonts(reader)} == {"DejaVu-Sans", "DejaVu-Sans-Bold"}


def test_a_printed_report_runs_and_fetches_nothing() -> None:
    written = printed()

    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile", b"/AA"):
        assert word not in written


def test_the_bookmarks_are_the_headings_and_lead_to_their_pages() -> None:
    page = page_from_report(HISTORIES["bad-month"](), speaker_of("es"))
    reader = opened(printed())
    marks = bookmarks(reader)
    headings = [block.text for block in page.blocks if isinstance(block, Heading)]

    assert [title for title, _ in marks] == [page.title, *headings]
    assert all(before <= after for (_, before), (_, after) in pairwise(marks))
    for title, number in marks:
        assert flat(title) in flat(reader.pages[number].extract_text())


def test_who_hears_a_report_read_aloud_is_told_tables_and_charts() -> None:
    page = page_from_report(HISTORIES["bad-month"](), speaker_of("es"))
    reader = opened(printed())
    found = list(elements(reader))
    kinds = [one.kind for one in found]
    levels = [int(kind[2:]) for kind in kinds if kind in {"/H1", "/H2", "/H3"}]

    assert root_of(reader)["/Lang"] == "es"
    assert root_of(reader)["/MarkInfo"]["/Marked"]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert kinds.count("/Table") == kinds.count("/THead")
    assert all(one.headers for one in found if one.kind == "/TD")
    assert [one.alternative for one in found if one.kind == "/Figure"] == [
        block.alternative for block in page.blocks if isinstance(block, Chart)
    ]


def test_what_is_printed_has_the_numbers_of_the_data() -> None:
    report = HISTORIES["bad-month"]()
    text = flat("".join(page.extract_text() for page in opened(printed()).pages))

    for line in report.systems:
        assert flat(line.title) in text
    assert report.annex.record.hash in text
    assert report.annex.record.checkpoint in text
    for count in (report.lights.red, report.lights.green):
        assert f"{count}" in text


def test_the_same_report_is_printed_to_the_same_bytes() -> None:
    page = front_of(HISTORIES["first-month"](), "en")

    assert pdf_from_page(page) == pdf_from_page(page)
