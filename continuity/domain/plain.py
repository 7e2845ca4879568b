"""Typed reads of plain values, such as a record's body, that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from continuity.domain.clock import time_from_text

_NOTHING: Mapping[str, object] = {}


def text_in(plain: Mapping[str, object], key: str) -> str:
    """Read a text; anything else is empty."""
    value = plain.get(key)
    return value if isinstance(value, str) else ""


def number_in(plain: Mapping[str, object], key: str) -> int:
    """Read a whole number that is not negative; anything else is 0."""
    value = plain.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def flag_in(plain: Mapping[str, object], key: str) -> bool:
    """Read a flag; anything but true is False."""
    return plain.get(key) is True


def moment_in(plain: Mapping[str, object], key: str) -> datetime | None:
    """Read a time with its zone; anything else is None."""
    try:
        return time_from_text(text_in(plain, key))
    except ValueError:
        return None


def mapping_in(plain: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Read a mapping; anything else is empty."""
    value = plain.get(key)
    if not isinstance(value, Mapping):
        return _NOTHING
    return {str(name): inner for name, inner in value.items()}


def list_in(plain: Mapping[str, object], key: str) -> tuple[object, ...]:
    """Read a list; anything else is empty."""
    value = plain.get(key)
    return tuple(value) if isinstance(value, list | tuple) else ()
