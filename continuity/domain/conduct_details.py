"""What the details of an entry say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from continuity.domain.clock import time_from_text
from continuity.domain.conduct import Entry


def text_in(entry: Entry, key: str) -> str:
    """Read a text; empty when it is not there."""
    value = entry.details.get(key)
    return value if isinstance(value, str) else ""


def texts_in(entry: Entry, key: str) -> tuple[str, ...]:
    """Read several texts."""
    value = entry.details.get(key)
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()


def flag_in(entry: Entry, key: str) -> bool:
    """Tell whether something is said to be so."""
    return entry.details.get(key) is True


def moment_in(entry: Entry, key: str) -> datetime | None:
    """Read a moment."""
    text = text_in(entry, key)
    return time_from_text(text) if text else None


def mapping_in(entry: Entry, key: str) -> Mapping[str, str]:
    """Read texts by name."""
    value = entry.details.get(key)
    return value if isinstance(value, Mapping) else {}
