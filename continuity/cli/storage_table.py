"""What is known of a repository's storage, as people read it: each fact, its age and source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from continuity.cli.columns import cut, joined, plain, wrapped
from continuity.cli.language import _, sentence
from continuity.cli.wording import brief, moment, number, size
from continuity.domain.clock import time_from_text
from continuity.domain.location import Fact, FactName, StorageFacts
from continuity.speech.names import FACTS

_SIZES = frozenset({FactName.FREE_BYTES, FactName.TOTAL_BYTES, FactName.SIZE_BYTES})
_DAYS = frozenset({FactName.RETENTION_DAYS, FactName.EXPIRES_AFTER})
_INDENT = "  "
_NOTES = "      "
_LONGEST = 34
_SECOND = timedelta(seconds=1)


def fact_rows(storage: StorageFacts, now: datetime, zone: str, columns: int) -> Iterator[str]:
    """Give a line for each fact, and what must be known with it beneath."""
    heading = [_("Fact"), _("Seen"), _("Age"), _("By")]
    rows = [_row(fact, now, ZoneInfo(zone)) for fact in storage.facts]
    if not rows:
        return
    first, *lines = joined([heading, *rows], "<<><", "  ")
    yield cut(f"{_INDENT}{first}".rstrip(), columns)
    for fact, line in zip(storage.facts, lines, strict=True):
        yield cut(f"{_INDENT}{line}".rstrip(), columns)
        if fact.note is not None:
            yield from wrapped(sentence(fact.note), _NOTES, columns)


def _row(fact: Fact, now: datetime, zone: ZoneInfo) -> list[str]:
    return [
        _(FACTS[fact.name]),
        cut(plain(_value(fact, zone)), _LONGEST),
        age_text(fact.at, now),
        plain(fact.source),
    ]


def age_text(at: datetime, now: datetime) -> str:
    """Write how long ago something was seen, just now included."""
    return brief(max(timedelta(), now - at) // _SECOND * _SECOND)


def _value(fact: Fact, zone: ZoneInfo) -> str:
    value = fact.value
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _amount(fact.name, value)
    return moment(time_from_text(value), zone) if fact.name is FactName.NEWEST else value


def _amount(name: FactName, value: int) -> str:
    if name in _SIZES:
        return size(value)
    return brief(timedelta(days=value)) if name in _DAYS else number(value)
