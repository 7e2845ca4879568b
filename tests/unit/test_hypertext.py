"""Texts arrive in HTML as text, and come back out of it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from continuity.tickets.hypertext import html_from_text, text_from_html
from continuity.tickets.writing import clean

ANYTHING = st.text(max_size=200) | st.text(alphabet="<>&\"' ab\n\t/!-[]#;", max_size=60)


@given(ANYTHING)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    kept = clean(text).expandtabs(4).replace("\u00a0", " ")

    assert text_from_html(html_from_text(kept)) == kept.strip("\n")


@given(ANYTHING)
def test_nothing_in_a_text_becomes_markup(text: str) -> None:
    tags = set(re.findall(r"<[^>]*>", html_from_text(clean(text))))

    assert {re.sub(r' href="https?://[^"<>]*"', "", tag) for tag in tags} <= {
        "<div>",
        "</div>",
        "<br>",
        "<a>",
        "</a>",
    }


@given(ANYTHING)
def test_whatever_people_send_is_read(content: str) -> None:
    assert isinstance(text_from_html(content), str)


def test_scripts_are_not_read_and_lines_are_lines() -> None:
    content = "<p>One <b>two</b></p>\n<p>three<br/>four &lt;five&gt;</p><script>alert(1)</script>"

    assert text_from_html(content) == "One two\nthree\nfour <five>"
    assert text_from_html("<![foo x") == "<![foo x"


def test_an_address_can_be_followed() -> None:
    shown = html_from_text("See https://acme.example/a?b=1&c=2 now")

    assert '<a href="https://acme.example/a?b=1&amp;c=2">' in shown
