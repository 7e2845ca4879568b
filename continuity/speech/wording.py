"""Numbers, sizes, durations and moments as people of each language write them."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from continuity.domain.text import N_
from continuity.speech.speaker import Speaker

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400
_FEW_DAYS = 10


def number(speaker: Speaker, value: float, decimals: int = 0) -> str:
    """Write a number with the language's own separators."""
    text = f"{value:,.{decimals}f}"
    if speaker.language == "es":
        return text.translate(str.maketrans(",.", ".,"))
    return text


def size(speaker: Speaker, count: int) -> str:
    """Write bytes in the largest unit that keeps the number at one or more."""
    value = float(count)
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:  # noqa: PLR2004 - bytes in a kibibyte
            return f"{number(speaker, value, 0 if unit == 'B' else 1)} {unit}"
        value /= 1024
    raise AssertionError("the last unit takes everything")


def duration(speaker: Speaker, seconds: float | None) -> str:
    """Write a span with its two largest units; None is unknown."""
    if seconds is None:
        return speaker.text(N_("unknown"))
    if seconds < _MINUTE:
        return f"{number(speaker, seconds, 1 if seconds < 10 else 0)} s"  # noqa: PLR2004 - one digit
    minutes = int(seconds // _MINUTE)
    if seconds < _HOUR:
        return f"{minutes} min {int(seconds % _MINUTE):02d} s"
    if seconds < _DAY:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{int(seconds // _DAY)} d {int(seconds % _DAY // _HOUR)} h"


def moment(speaker: Speaker, when: datetime, zone: tzinfo) -> str:
    """Write a moment in local time with its offset."""
    local = when.astimezone(zone)
    pattern = "%d/%m/%Y %H:%M %z" if speaker.language == "es" else "%Y-%m-%d %H:%M %z"
    return local.strftime(pattern)


def brief(speaker: Speaker, span: timedelta | None) -> str:
    """Write a span in a table's few columns, rounded up: ``45s``, ``12min``, ``3h20``, ``2d4h``.

    None is everything: no point to go back to means no bound to what is lost.
    """
    if span is None:
        return speaker.text(N_("all"))
    seconds = -(-span // timedelta(seconds=1))
    if seconds < _MINUTE:
        return f"{max(0, seconds)}s"
    minutes = -(-seconds // _MINUTE)
    if minutes < _MINUTE:
        return f"{minutes}min"
    if minutes < 2 * _DAY // _MINUTE:
        hours, rest = divmod(minutes, 60)
        return f"{hours}h{rest:02d}" if rest else f"{hours}h"
    days, hours = divmod(-(-minutes // 60), 24)
    if days >= _FEW_DAYS:
        return f"{days + (hours > 0)}d"
    return f"{days}d{hours}h" if hours else f"{days}d"
