"""Letters as adaptive cards in Microsoft Teams, through a webhook of Workflows.

Workflows answers that a card was queued, never that it was shown: a person has to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from continuity.domain.cleaned import one_line
from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.examined import Examined
from continuity.domain.letter import Letter
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity
from continuity.domain.written import Written
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import json_bytes
from continuity.hosts.web_writes import write
from continuity.notify.address import examine_address, is_page, refused_address
from continuity.notify.channel import Channel, ChannelKind, ChannelOpening
from continuity.notify.paragraphs import (
    banner_of,
    facts_of,
    link_of,
    link_text,
    parts_of,
    subject_of,
)

_NAME = "Teams"
# 28 KB is what a message may have; it is counted in units of two bytes, to be sure.
_LARGEST = 27_000
_LIMITS = (4_000, 2_000, 1_000, 500, 200)
_FEWER_FACTS = 6
_STYLES = {
    Severity.S1: "attention",
    Severity.S2: "attention",
    Severity.S3: "warning",
    Severity.S4: "accent",
    Severity.S5: "default",
}


class TeamsOptions(Written):
    """Nothing: the address of the flow, which is a secret, says where everything goes."""

    kind: Literal["teams"] = Field(
        default="teams", description="cards in Microsoft Teams, through a webhook of Workflows"
    )


@dataclass(frozen=True)
class _Teams:
    address: Secret
    now: Now

    def probe(self) -> tuple[Examined, ...]:
        what = say(
            N_("Reached. It only ever says that a card is queued: let a person confirm a test.")
        )
        return (examine_address(_NAME, self.address, self.now, what),)

    def send(self, letter: Letter, to: str) -> Outcome:
        refused = refused_address(_NAME, self.address)
        if refused is not None:
            return refused
        web = Web(Site(name=_NAME, address=self.address, now=self.now))
        body = Body(content=message_from_letter(letter), media_type="application/json")
        return write(web, Ask(method="POST", path="", body=body), _queued)


def _queued(answer: Answer) -> Outcome | None:
    if is_page(answer):
        return None
    return Confirmed(key=f"{answer.status} queued")


def message_from_letter(letter: Letter) -> bytes:
    """Write the message; what is too long for Teams is cut, never the number and the link."""
    whole = b""
    for limit in _LIMITS:
        whole = json_bytes(_message(letter, limit))
        if len(whole.decode().encode("utf-16-le")) <= _LARGEST:
            return whole
    return whole


def _message(letter: Letter, limit: int) -> dict[str, object]:
    # Without this list the flow fails where nobody sees it, and still answers that all is well.
    card = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": _card(letter, limit),
    }
    return {"type": "message", "attachments": [card]}


def _card(letter: Letter, limit: int) -> dict[str, object]:
    style = "good" if letter.recovered else _STYLES[letter.severity]
    # Runs of text: nothing in them is read as formatting, whoever wrote it.
    banner = {"type": "Container", "style": style, "bleed": True, "items": [_bold(letter)]}
    body: list[object] = [banner, _text(subject_of(letter), size="large", weight="bolder")]
    for part in parts_of(letter, limit):
        body += [_text(part.head, weight="bolder", isSubtle=True), _text(part.text)]
    count = None if limit == _LIMITS[0] else _FEWER_FACTS
    body += [_fact(label, value) for label, value in facts_of(letter)[:count]]
    body.append(_text(one_line(letter.footer, 300), size="small", isSubtle=True))
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": letter.language,
        "fallbackText": subject_of(letter),
        "speak": subject_of(letter),
        "msteams": {"width": "full"},
        "body": body,
    }
    if link_of(letter):
        action = {"type": "Action.OpenUrl", "title": link_text(letter), "url": link_of(letter)}
        card["actions"] = [action]
    return card


def _bold(letter: Letter) -> dict[str, object]:
    return _text(banner_of(letter), weight="bolder")


def _text(text: str, **look: object) -> dict[str, object]:
    run = {"type": "TextRun", "text": text, **look}
    return {"type": "RichTextBlock", "inlines": [run]}


def _fact(label: str, value: str) -> dict[str, object]:
    runs = [
        {"type": "TextRun", "text": f"{label}: ", "isSubtle": True},
        {"type": "TextRun", "text": value},
    ]
    return {"type": "RichTextBlock", "spacing": "none", "inlines": runs}


def _open(opening: ChannelOpening) -> Channel:
    return _Teams(opening.secrets["address"], opening.now)


CHANNEL = ChannelKind(
    name="teams", options=TeamsOptions, secrets=("address",), personal=False, open=_open
)
