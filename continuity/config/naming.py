"""Names of our own made from what people call things."""

from __future__ import annotations

import re
import unicodedata


def name_from_text(text: str) -> str:
    """Make a name out of lower-case letters, digits and hyphens; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-")
