"""Durations and times as people read them, the same in every language, and sizes."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def shown_duration(duration: timedelta) -> str:
    """Write a duration in its two largest units, such as ``2 d 4 h`` or ``45 s``."""
    left = max(0, -(-duration // timedelta(seconds=1)))
    parts: list[str] = []
    for seconds, unit in _UNITS:
        count, rest = divmod(left, seconds)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
        left = rest
        if len(parts) == 2:  # noqa: PLR2004 - two units say enough
            break
    return " ".join(parts) or "0 s"


def shown_size(count: int) -> str:
    """Write bytes in the largest unit that keeps the number at one or more.

    With a point; who says the message writes it with the decimal sign of the language.
    """
    value = float(count)
    for unit in _SIZES:
        if value < 1024 or unit == _SIZES[-1]:  # noqa: PLR2004 - bytes in a kibibyte
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError("the last unit takes everything")


def seconds_from(duration: timedelta | None) -> int | None:
    """Round a duration up to whole seconds: a loss is never shown smaller than it is."""
    return None if duration is None else -(-duration // timedelta(seconds=1))


def shown_moment(moment: datetime, zone: str) -> str:
    """Write a time in its zone, such as ``2026-10-25 02:00 CET``."""
    return moment.astimezone(_zone(zone)).strftime("%Y-%m-%d %H:%M %Z")


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
