"""Numbers, sizes, durations and moments in the language of this process."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from continuity.cli.language import speaker
from continuity.speech import wording


def number(value: float, decimals: int = 0) -> str:
    """Write a number with the language's own separators."""
    return wording.number(speaker(), value, decimals)


def size(count: int) -> str:
    """Write bytes in the largest unit that keeps the number at one or more."""
    return wording.size(speaker(), count)


def duration(seconds: float | None) -> str:
    """Write a span with its two largest units; None is unknown."""
    return wording.duration(speaker(), seconds)


def moment(when: datetime, zone: tzinfo) -> str:
    """Write a moment in local time with its offset."""
    return wording.moment(speaker(), when, zone)


def brief(span: timedelta | None) -> str:
    """Write a span in a table's few columns; None is everything."""
    return wording.brief(speaker(), span)
