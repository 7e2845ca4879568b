"""Text from elsewhere, made harmless for a reader: no control signs, no tricks."""

from __future__ import annotations

import unicodedata

# Ways to turn the direction of a text, so that a reader sees another name than the real one.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CUT = "…"


def clean(text: str, limit: int | None = None) -> str:
    """Keep lines and letters; drop control characters, and cut what is longer than ``limit``."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in unix if _is_kept(character))
    if limit is None or len(kept) <= limit:
        return kept
    return kept[: limit - 1] + _CUT


def _is_kept(character: str) -> bool:
    if character in "\n\t":
        return True
    return unicodedata.category(character) not in {"Cc", "Cs"} and character not in _TURNING


def one_line(text: str, limit: int) -> str:
    """Make a title of it."""
    return clean(" ".join(text.split()), limit)
