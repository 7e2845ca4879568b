"""What people wrote in Markdown is shown as they meant it, and never as anything that runs."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from continuity.reports.booklet import Booklet, Chapter, Code, Points, Prose
from continuity.reports.booklet_html import html_from_booklet
from continuity.reports.page import Heading
from continuity.reports.prose import inline, leaves_from_markdown

OWN = {"a", "b", "code", "footer", "h1", "h2", "h3", "i", "li", "main", "nav", "ol", "p", "pre"}
OWN |= {"section", "ul"}
OURS = re.compile(r"</?(?:code|b|i)>")


def test_paragraphs_lists_titles_and_code_are_told_apart() -> None:
    text = (
        "One\nline.\n\n1. first\n   goes on\n2. second\n- other\n\n### Title\n~~~sh\na  b\n~~~\nend"
    )

    assert list(leaves_from_markdown(text)) == [
        Prose("One line."),
        Points(("first goes on", "second", "other"), 1),
        Heading("Title", 3, ""),
        Code(("a  b",)),
        Prose("end"),
    ]


def test_a_fence_that_is_never_closed_hides_nothing() -> None:
    assert list(leaves_from_markdown("```\nrestic restore")) == [Code(("restic restore",))]


def test_a_link_is_read_because_paper_cannot_be_clicked() -> None:
    assert inline("[page](https://a.example/x)") == "page (https://a.example/x)"


@given(st.text(max_size=200))
def test_nothing_written_becomes_a_tag_of_its_own(text: str) -> None:
    left = OURS.sub("", inline(text))

    assert "<" not in left
    assert ">" not in left
    assert '"' not in left


@given(st.text(alphabet="<>&\"'`*[]()#~-1. \nab", max_size=120))
def test_no_chapter_can_open_or_close_an_element(text: str) -> None:
    leaves = tuple(leaves_from_markdown(text))
    booklet = Booklet(
        language="en",
        title=text,
        lead=(text,),
        contents="Contents",
        chapters=(Chapter(anchor="a", title=text, leaves=(*leaves, Code((text,)))),),
        footer=(text,),
    )
    page = html_from_booklet(booklet)
    tags = set(re.findall(r"<([a-z0-9]+)", page.partition("<body>")[2]))

    assert tags <= OWN
    assert page.count("<section") == page.count("</section>") == 1
