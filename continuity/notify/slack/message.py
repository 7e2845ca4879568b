"""Writes a letter in Slack's blocks; nothing that comes from elsewhere is read as formatting."""

from __future__ import annotations

import re

from continuity.domain.cleaned import one_line
from continuity.domain.letter import Letter
from continuity.notify.paragraphs import (
    banner_of,
    facts_of,
    link_of,
    link_text,
    parts_of,
    subject_of,
)

_SECTION, _HEADER, _FACTS = 2_900, 150, 10
_PART = 2_000
_MARKS = re.compile("([*_~`])")


def message_from_letter(letter: Letter) -> dict[str, object]:
    """Give blocks, and the text that a telephone shows."""
    blocks: list[object] = [
        {"type": "header", "text": _plain(subject_of(letter, _HEADER))},
        {"type": "context", "elements": [_plain(banner_of(letter))]},
    ]
    for part in parts_of(letter, _PART):
        blocks.append(_section(f"*{escaped(part.head)}*\n{escaped(part.text)}"))
    link = link_of(letter)
    if link:
        # Of a web address these are the only signs that mean something here.
        safe = link.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
        blocks.append(_section(f"<{safe.replace('&', '&amp;')}|{escaped(link_text(letter))}>"))
    facts = "\n".join(f"{label}: {value}" for label, value in facts_of(letter)[:_FACTS])
    if facts:
        blocks.append({"type": "section", "text": _plain(facts[:_SECTION])})
    footer = one_line(letter.footer, 300)
    if footer:
        blocks.append({"type": "context", "elements": [_plain(footer)]})
    return {"text": escaped(subject_of(letter)), "blocks": blocks, "unfurl_links": False}


def escaped(text: str) -> str:
    """Take the meaning from every sign that calls people, links or formats."""
    quiet = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Beside a sign of no width none of these begins or ends anything.
    return _MARKS.sub("\u200b\\1\u200b", quiet)


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text or "-", "emoji": False}


def _section(text: str) -> dict[str, object]:
    cut = text if len(text) <= _SECTION else f"{text[: _SECTION - 10].rpartition(' ')[0]} …"
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut, "verbatim": True}}
