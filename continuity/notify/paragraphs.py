"""A letter in parts, each with a heading in the reader's language, and whole as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from continuity.domain.cleaned import clean, one_line
from continuity.domain.letter import SEVERITIES, Letter
from continuity.domain.text import N_
from continuity.speech.speaker import Speaker, speaker_of

LONGEST = 4_000
"""Of one part: a letter is read on a telephone at night."""

_LINE, _MOST_FACTS = 300, 40
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\[\]:_-]+(/[!-~]*)?")
_DRILL = N_("DRILL")
_OVER = N_("over")
_OPENED = N_("Look at it")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what is said below it."""

    head: str
    text: str


def parts_of(letter: Letter, limit: int = LONGEST) -> tuple[Part, ...]:
    """Give what is said, in the order in which it is read; what is empty is left out."""
    speaker = speaker_of(letter.language)
    return tuple(
        Part(speaker.text(head), clean(text.strip(), limit))
        for head, text in _headed(letter)
        if text.strip()
    )


def _headed(letter: Letter) -> Iterator[tuple[str, str]]:
    yield N_("What happened"), letter.happened
    yield N_("What it means"), letter.means
    yield N_("What is being done"), letter.doing
    yield N_("What is expected of you"), letter.expected


def facts_of(letter: Letter) -> tuple[tuple[str, str], ...]:
    """Give labels and values, each in one line."""
    return tuple(
        (one_line(label, _LINE), one_line(value, _LINE))
        for label, value in letter.facts[:_MOST_FACTS]
    )


def subject_of(letter: Letter, limit: int = 200) -> str:
    """Give the subject as one line."""
    return one_line(letter.subject, limit)


def banner_of(letter: Letter) -> str:
    """Say in words what a colour says: how bad it is, or that it is over."""
    speaker = speaker_of(letter.language)
    bad = f"{speaker.text(SEVERITIES[letter.severity])} ({letter.severity.value})"
    words = [_capital(speaker, _OVER), bad] if letter.recovered else [bad]
    words = [speaker.text(_DRILL), *words] if letter.drill else words
    first, *rest = [*words, one_line(letter.number, _LINE)]
    return " · ".join([first[:1].upper() + first[1:], *rest])


def _capital(speaker: Speaker, word: str) -> str:
    said = speaker.text(word)
    return said[:1].upper() + said[1:]


def link_of(letter: Letter) -> str:
    """Give where the link leads; empty for anything but the address of a web page."""
    return letter.url if _WEB_ADDRESS.fullmatch(letter.url) else ""


def link_text(letter: Letter) -> str:
    """Say what the link is for."""
    said = speaker_of(letter.language).text(_OPENED)
    return f"{said}: {one_line(letter.number, _LINE)}"


def plain_text(letter: Letter, limit: int = 100_000) -> str:
    """Write all of it as text that any reader shows, also one that reads aloud."""
    parts = [f"{part.head.upper()}\n{part.text}" for part in parts_of(letter)]
    facts = "\n".join(f"{label}: {value}" for label, value in facts_of(letter))
    whole = [banner_of(letter), *parts, link_of(letter), facts, one_line(letter.footer, _LINE)]
    return clean("\n\n".join(one for one in whole if one), limit)
