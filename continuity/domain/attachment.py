"""A file that goes with a ticket or a mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file; ``shown_as`` is the name by which a page shows it inside, empty when it does not."""

    name: str
    media_type: str
    content: bytes
    shown_as: str = ""
