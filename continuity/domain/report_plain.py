"""A report as plain values for JSON: whole seconds, times in UTC, null where unknown."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import NamedTuple, cast  # cast: a cache wants Hashable for a type

from continuity.domain.clock import text_from_time
from continuity.domain.report import Report
from continuity.domain.shown import seconds_from
from continuity.domain.text import Message

FORMAT = "continuity-report/1"
"""What the plain form calls itself; the number grows when a reader would have to change."""

Speak = Callable[[Message], str]
"""Puts a message into the reader's language."""


def plain_from_report(report: Report, speak: Speak = str) -> dict[str, object]:
    """Reduce a report to what JSON can hold; its sentences are in the reader's language."""
    return {"format": FORMAT, **_fields(report, speak)}


def key_of(name: str, *, is_span: bool) -> str:
    """Name a field in JSON: spans of time are counted in seconds, and say so."""
    return f"{name}_seconds" if is_span else name


def _fields(value: object, speak: Speak) -> dict[str, object]:
    kind = cast("Hashable", type(value))
    return {key: _plain(getattr(value, name), speak) for name, key in _named(kind)}


@cache
def _named(kind: Hashable) -> tuple[tuple[str, str], ...]:
    """Give each field with its key."""
    if is_dataclass(kind):
        found = [(one.name, str(one.type)) for one in fields(kind)]
    else:
        kinds = cast("type[NamedTuple]", kind).__annotations__
        found = [(name, str(one)) for name, one in kinds.items()]
    return tuple((name, key_of(name, is_span="timedelta" in one)) for name, one in found)


def _plain(value: object, speak: Speak) -> object:
    match value:
        case Message():
            return speak(value)
        case datetime():
            return text_from_time(value)
        case date():
            return value.isoformat()
        case timedelta():
            return seconds_from(value)
        case Enum():
            return value.value
        case _ if is_dataclass(value) or hasattr(value, "_fields"):
            return _fields(value, speak)
        case tuple():
            return [_plain(one, speak) for one in value]
        case _:
            return value
