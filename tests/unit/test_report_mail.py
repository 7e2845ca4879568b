"""A report in a mailbox: readable in every reader, whole, and nobody's names can break it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.attachment import Attachment
from continuity.domain.document import Document, Envelope
from continuity.domain.light import Light
from continuity.notify.email.mail import mail_from_document
from continuity.notify.email.options import EmailOptions
from continuity.reports.drawing import png_from_chart
from continuity.reports.mail import LARGEST, mail_from_page
from continuity.reports.mailed import digest_to_mail, front_to_mail, report_to_mail
from continuity.reports.page import (
    Block,
    Bullets,
    Cell,
    Chart,
    Heading,
    Lamp,
    Page,
    Paragraph,
    Signature,
    Table,
    table,
)
from continuity.speech.speaker import speaker_of
from tests.support.judgement import HOUR, START, Diary, a_job, a_system
from tests.support.reported import END, a_good_month, hostile, reported

NOW = datetime(2026, 11, 21, 7, tzinfo=UTC)
OPTIONS = EmailOptions(sender="continuity@acme.example", host="mail.acme.example")
_VOID = {"meta", "br", "img"}


class _Strict(HTMLParser):
    """Reads a page, and refuses what is left open or closed twice."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> _Strict:
    reader = _Strict()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def more(count: int) -> str:
    return f"{count} more"


def blocks_of(text: str) -> tuple[Block, ...]:
    row = (Cell(text), Cell(text, Light.RED))
    return (
        Lamp(Light.RED, text, text, text, (text,)),
        Heading(text, 2, text),
        Paragraph(text),
        Paragraph(text, strong=True),
        Bullets((text, text)),
        table("two", text, [text, text], [row]),
        table("four", text, [text] * 4, [row * 2]),
        Chart("exposure", text, text, text, ()),
        Signature((text,)),
    )


@given(hostile)
def test_no_name_breaks_a_mail_or_puts_anything_into_it(text: str) -> None:
    page = Page(language=text, title=text, subject=text, blocks=blocks_of(text), footer=(text,))
    written = mail_from_page(page, {"exposure": "exposure@continuity"}, more)

    assert read(written).tags <= {
        *("html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th", "thead"),
        *("tbody", "h1", "h2", "p", "b", "bdi", "span", "div", "ul", "li", "br", "img"),
    }
    assert "\u202e" not in written


@pytest.mark.parametrize("form", [digest_to_mail, front_to_mail, report_to_mail])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_firm_of_200_systems_fits_into_what_readers_show(form: object, language: str) -> None:
    systems = [a_system(name=f"system-{one}", title=f"System {one}") for one in range(200)]
    jobs = [a_job(name=f"job-{one}", system=f"system-{one}") for one in range(200)]
    report = reported(Diary().backup(START), END, systems=systems, jobs=jobs)
    assert callable(form)
    page: Page = form(report, speaker_of(language))
    written = mail_from_page(page, {}, more)

    read(written)
    assert len(written.encode()) <= LARGEST
    assert "more" in written or "más" in written


def test_what_is_short_loses_nothing() -> None:
    page = front_to_mail(reported(a_good_month(), END), speaker_of("en"))
    told = read(mail_from_page(page, {}, more)).text

    for block in page.blocks:
        if isinstance(block, Table):
            assert all(cell.text in told for row in block.rows for cell in row)
        if isinstance(block, Lamp):
            assert block.text in told


@given(st.lists(st.sampled_from(tuple(Light)), min_size=1, max_size=90))
def test_lights_that_do_not_fit_are_counted(lights: list[Light]) -> None:
    lamps = tuple(Lamp(one, "word", "title", "long " * 500) for one in lights)
    page = Page(language="en", title="t", subject="s", blocks=lamps, footer=())
    told = read(mail_from_page(page, {}, more)).text

    shown = told.count("title")
    assert shown == len(lights) or f"{len(lights) - shown} more" in told


def test_files_and_pictures_come_back_from_a_mail_as_they_went_in() -> None:
    picture = Attachment(
        name="a.png", media_type="image/png", content=b"\x89PNG", shown_as="a@continuity"
    )
    file = Attachment(name="año.pdf", media_type="application/pdf", content=b"%PDF\r\n.\r\n")
    document = Document(
        subject="Acme\r\nBcc: all@acme.example",
        text=".\nFrom here\n" + "ñ" * 2_000,
        page='<img src="cid:a@continuity">',
        thread="month",
        key="month-2026-10",
        language="es",
        attachments=(picture, file),
    )
    envelope = Envelope(to="luis@acme.example", readers=("ana@acme.example",), copies=("x",))
    mail = mail_from_document(document, envelope, OPTIONS, "Acme", NOW + HOUR)
    again = mail_from_document(document, envelope, OPTIONS, "Acme", NOW + timedelta(days=1))

    assert again["Message-ID"] == mail["Message-ID"]
    assert (str(mail["To"]), mail["Cc"], mail["Bcc"]) == ("ana@acme.example", None, None)
    assert [
        (part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()
    ] == [("año.pdf", b"%PDF\r\n.\r\n")]
    inside = next(part for part in mail.walk() if part["Content-ID"])
    assert isinstance(inside, EmailMessage)
    assert (inside["Content-ID"], inside.get_content()) == ("<a@continuity>", b"\x89PNG")


def test_nobody_is_asked_to_sign_a_mail() -> None:
    blocks = (Paragraph("Read it."), Heading("Read and decided", 2, "signed"), Signature(("Name",)))
    page = Page(language="en", title="t", subject="s", blocks=blocks, footer=())
    told = read(mail_from_page(page, {}, more)).text

    assert "Read it." in told
    assert "Read and decided" not in told


def test_a_picture_for_telephones_is_narrower_than_that_on_paper() -> None:
    report = reported(a_good_month(), END)
    charts = [
        one for one in front_to_mail(report, speaker_of("es")).blocks if isinstance(one, Chart)
    ]
    drawn = [png_from_chart(one) for one in charts]

    assert len(charts) >= 3
    for content in drawn:
        assert content is not None
        assert content.startswith(b"\x89PNG")
        assert 500 < int.from_bytes(content[16:20], "big") < 900


def test_a_firm_of_one_system_is_not_told_of_as_of_several() -> None:
    page = front_to_mail(reported(a_good_month(), END), speaker_of("en"))
    written = mail_from_page(page, {}, more)

    assert "of 1 system<" in written
    assert "the only system would lose everything" in written
    assert [words for words in ("of 1 systems", "1 timed restores") if words in written] == []
