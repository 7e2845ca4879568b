"""A page is for everybody: who sees no colours, who sees little, who hears it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from continuity.domain.light import Light
from continuity.reports import drawing
from continuity.reports.composing import page_from_report
from continuity.reports.html import html_from_page
from continuity.reports.style import STYLE
from continuity.speech.speaker import LANGUAGES, speaker_of
from tests.support.histories import HISTORIES
from tests.support.hypertext import Seen

READABLE, SEEN = 4.5, 3.0
"""What WCAG 2.2 asks of text, and of what is not text."""

INKS = ("ink", "soft", "green", "amber", "red", "unknown")


def colours(style: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", style))


LIGHT = colours(STYLE.split("@media")[0])
DARK = colours(STYLE[STYLE.index("prefers-color-scheme: dark") :])


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    shares = [int(whole[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(part * one for part, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["by day", "in the dark"])
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_can_be_read_on_paper_and_on_headings(theme: dict[str, str], ink: str) -> None:
    assert contrast(theme[ink], theme["paper"]) >= READABLE
    assert contrast(theme[ink], theme["head"]) >= READABLE


@pytest.mark.parametrize("colour", [*drawing.PALETTE, *drawing.COLOURS.values()])
def test_every_colour_of_a_chart_is_seen_on_its_white(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= SEEN


def test_a_chart_is_understood_without_its_colours() -> None:
    assert len(set(drawing.HATCHES)) == len(drawing.PALETTE)
    assert len(set(drawing.STYLES)) >= 4
    assert set(drawing.MARKERS) == set(Light) - {Light.GREEN}
    assert len(set(drawing.MARKERS.values())) == len(drawing.MARKERS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("history", [name for name in HISTORIES if name != "many-systems"])
def test_a_page_is_in_order_for_who_hears_it(history: str, language: str) -> None:
    seen = Seen(html_from_page(page_from_report(HISTORIES[history](), speaker_of(language))))
    levels = [int(tag[1]) for tag in seen.tags if re.fullmatch("h[1-6]", tag)]
    names = [value for key, value in seen.attributes if key == "id"]

    assert ("lang", language) in seen.attributes
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(names) == len(set(names))
    assert seen.tags.count("table") == seen.tags.count("caption") == seen.tags.count("thead")
    assert seen.tags.count("th") == seen.attributes.count(("scope", "col"))
    assert seen.tags.count("img") == sum(
        key == "alt" and value != "" for key, value in seen.attributes
    )
    assert {"main", "footer", "title"} <= set(seen.tags)
    assert ("name", "viewport") in seen.attributes


def test_a_light_is_never_told_by_its_colour_alone() -> None:
    page = html_from_page(page_from_report(HISTORIES["bad-month"](), speaker_of("en")))
    cells = re.findall(r'<td[^>]*class="(?:red|amber|green|unknown)"[^>]*>(.*?)</td>', page)

    assert cells
    for cell in cells:
        assert re.fullmatch(r"<span[^>]*>[+!X?]</span> \S.*", cell, re.DOTALL)
