"""What a run of a runbook tells people: by the same lanes as incidents, in letters of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.letter import Letter
from continuity.domain.outbox import SAID, Notice
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.text import (
    N_,
    Message,
    message_from_plain,
    plain_from_message,
    say,
)
from continuity.domain.ticket import Severity
from continuity.speech.speaker import Speaker

TO = "to"
"""In the payload of a notice: whom it is for."""

_DRILL = N_("DRILL")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """What is to be told. ``key`` is the same for every try to tell it, and for no other word.

    ``text`` is what people wrote; a message is said to each in their language.
    """

    key: str
    run: str
    title: str
    text: str | Message
    drill: bool
    incident: int
    number: str
    severity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Where a word goes: an outlet, and for a personal one the person there."""

    outlet: str
    person: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How a word goes out, and who of those meant is reached by no way."""

    ways: tuple[Way, ...]
    missed: tuple[str, ...]


def notices_of(word: Word, ways: tuple[Way, ...], at: datetime) -> Iterator[Notice]:
    """Make the notices of a word, one for each way."""
    text = word.text if isinstance(word.text, str) else plain_from_message(word.text)
    for way in ways:
        lane = f"channel:{way.outlet}" + (f":{way.person}" if way.person else "")
        yield Notice(
            key=f"{word.key}-{lane}",
            lane=lane,
            incident=word.incident,
            event=SAID,
            due_at=at,
            payload={
                TO: way.person,
                "run": word.run,
                "title": word.title,
                "text": text,
                "drill": word.drill,
                "number": word.number,
                "severity": word.severity,
            },
        )


def letter_of_word(notice: Notice, speaker: Speaker, footer: str) -> Letter:
    """Write the letter of a notice; a drill says so before anything else."""
    said = notice.payload
    drill = said.get("drill") is True
    number = text_in(said, "number") or text_in(said, "run")
    subject = speaker.sentence(
        say(N_("[{number}] {title}"), number=number, title=text_in(said, "title"))
    )
    mark = f"[{speaker.text(_DRILL)}] " if drill else ""
    return Letter(
        number=number,
        severity=Severity(text_in(said, "severity")),
        subject=f"{mark}{subject}",
        happened=f"{mark}{_text(said, speaker)}",
        means="",
        doing="",
        expected="",
        url="",
        facts=(),
        footer=footer,
        thread=f"runbook-{text_in(said, 'run')}",
        key=notice.key,
        language=speaker.language,
        drill=drill,
    )


def _text(said: Mapping[str, object], speaker: Speaker) -> str:
    if isinstance(said.get("text"), str):
        return text_in(said, "text")
    return speaker.sentence(message_from_plain(mapping_in(said, "text")))
