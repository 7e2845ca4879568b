"""A PDF of a report says what the page says, can be kept for decades, and fetches nothing."""

from __future__ import annotations

import re
import zlib

from continuity.reports.composing import page_from_digest
from continuity.reports.page import Page, Paragraph, Table, shortened, table
from continuity.reports.pdf import pdf_from_page
from continuity.speech.speaker import speaker_of
from tests.support.judgement import a_system
from tests.support.reported import END, a_good_month, reported


def page_of(title: str = "Billing") -> Page:
    report = reported(a_good_month(), END, systems=[a_system(title=title)])
    return page_from_digest(report, speaker_of("en"))


def unpacked(pdf: bytes) -> bytes:
    """Everything that the PDF says of itself, with its streams opened."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            opened.append(stream)
    return pdf + b"\n".join(opened)


def test_a_pdf_is_archival_tagged_and_has_bookmarks() -> None:
    text = unpacked(pdf_from_page(page_of()))

    assert text.startswith(b"%PDF-")
    assert b"<pdfaid:part>3" in text or b'pdfaid:part="3"' in text
    assert b"/StructTreeRoot" in text
    assert b"/Outlines" in text
    assert b"/Lang (en)" in text


def test_a_pdf_has_its_font_in_it_and_no_link_to_anything() -> None:
    text = unpacked(pdf_from_page(page_of("<img src=file:///etc/passwd><a href=http://x>")))

    assert b"/FontFile2" in text or b"/FontFile3" in text
    assert b"DejaVu" in text
    assert b"/URI" not in text
    assert b"/EmbeddedFile" not in text


def test_a_long_table_is_cut_on_paper_and_says_by_how_much() -> None:
    rows = [[str(number)] for number in range(7)]
    page = Page(
        language="en", title="t", subject="t", blocks=(table("n", "c", ["x"], rows),), footer=()
    )
    cut, note = shortened(page, 5, lambda count: f"{count} more").blocks

    assert isinstance(cut, Table)
    assert (len(cut.rows), note) == (5, Paragraph("2 more"))
    assert shortened(page, 7, str) == page


def test_the_same_page_gives_the_same_pdf() -> None:
    assert pdf_from_page(page_of()) == pdf_from_page(page_of())
