"""Ladders of escalation as they were when an incident opened, each known by its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from continuity.domain.calendar import ALWAYS
from continuity.domain.ticket import Severity

MOST_ROUNDS = 5
"""A ladder is climbed again so many times at most."""


class Track(StrEnum):
    """Those who repair, and those who decide: two ladders side by side."""

    TECHNICAL = "technical"
    MANAGEMENT = "management"


class When(StrEnum):
    """What a rung waits for.

    UNACKNOWLEDGED: nobody has it. UNRESOLVED: it is not over, waiting for others aside.
    SERVICE_LEVEL: so many per cent of an agreed time are used up. NO_UPDATE: nobody was told for
    longer than agreed.
    """

    UNACKNOWLEDGED = "unacknowledged"
    UNRESOLVED = "unresolved"
    SERVICE_LEVEL = "service-level"
    NO_UPDATE = "no-update"


class Whom(StrEnum):
    """How somebody is named on a rung."""

    ROLE = "role"
    PERSON = "person"
    OWNER = "owner"
    EVERYONE = "everyone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who is told; ``name`` of the role or person, empty for the owner or everyone."""

    whom: Whom
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """One step: when, whom and by which channels; no channel means all there are.

    ``after`` is counted by the calendar named in ``hours``, so nobody is told outside it.
    ``percent`` is of the service level, for a rung that waits for it.
    """

    when: When
    to: tuple[Recipient, ...]
    after: timedelta = timedelta()
    percent: int = 100
    via: tuple[str, ...] = ()
    hours: str = ALWAYS.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Ladder:
    """Rungs in their order, for incidents of some severities.

    ``repeat`` is how often it is climbed again, each time after ``pause``.
    """

    name: str
    track: Track
    rungs: tuple[Rung, ...]
    severities: tuple[Severity, ...] = tuple(Severity)
    repeat: int = 0
    pause: timedelta = timedelta(minutes=30)


Plain = dict[str, object]


def version_of(ladders: Iterable[Ladder]) -> str:
    """Name ladders by what they say: the same ladders are the same version for ever."""
    text = json.dumps(plain_from_ladders(ladders), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain_from_ladders(ladders: Iterable[Ladder]) -> list[Plain]:
    """Give ladders as plain values, to be kept."""
    return [
        {
            "name": one.name,
            "track": one.track.value,
            "severities": [severity.value for severity in one.severities],
            "repeat": one.repeat,
            "pause": int(one.pause.total_seconds()),
            "rungs": [_plain_from_rung(rung) for rung in one.rungs],
        }
        for one in ladders
    ]


def ladders_from_plain(values: Iterable[Mapping[str, object]]) -> tuple[Ladder, ...]:
    """Read what ``plain_from_ladders`` gave. Raises KeyError or ValueError for anything else."""
    return tuple(
        Ladder(
            name=str(value["name"]),
            track=Track(str(value["track"])),
            severities=tuple(Severity(text) for text in _texts(value["severities"])),
            repeat=int(str(value["repeat"])),
            pause=timedelta(seconds=int(str(value["pause"]))),
            rungs=tuple(_rung_from_plain(rung) for rung in _mappings(value["rungs"])),
        )
        for value in values
    )


def recipient_from_text(text: str) -> Recipient:
    """Read ``owner``, ``everyone``, ``role:NAME`` or ``person:NAME``. Raises ValueError."""
    word, _, name = text.partition(":")
    whom = Whom(word)
    named = whom in {Whom.ROLE, Whom.PERSON}
    if named is not bool(name):
        raise ValueError("owner, everyone, role:NAME or person:NAME")
    return Recipient(whom=whom, name=name)


def text_from_recipient(recipient: Recipient) -> str:
    """Write it as ``recipient_from_text`` reads it."""
    return f"{recipient.whom}:{recipient.name}" if recipient.name else recipient.whom.value


def _plain_from_rung(rung: Rung) -> Plain:
    return {
        "when": rung.when.value,
        "to": [text_from_recipient(one) for one in rung.to],
        "after": int(rung.after.total_seconds()),
        "percent": rung.percent,
        "via": list(rung.via),
        "hours": rung.hours,
    }


def _rung_from_plain(value: Mapping[str, object]) -> Rung:
    return Rung(
        when=When(str(value["when"])),
        to=tuple(recipient_from_text(text) for text in _texts(value["to"])),
        after=timedelta(seconds=int(str(value["after"]))),
        percent=int(str(value["percent"])),
        via=tuple(_texts(value["via"])),
        hours=str(value["hours"]),
    )


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("a list")
    return [str(one) for one in value]


def _mappings(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("a list of mappings")
    return value
