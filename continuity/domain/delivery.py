"""What became of something that was sent outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from continuity.domain.text import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """The other side said that it has it.

    ``id`` and ``key`` are its own names for it, ``url`` where a person looks at it; empty where the
    system gives none.
    """

    id: str = ""
    key: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """The other side will never take it like this: somebody has to change a setting."""

    reason: Message
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Retryable:
    """It surely did not arrive, and may later; ``after`` is what the other side asked for."""

    reason: Message
    after: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncertain:
    """It may have arrived. Look for its marker before it is sent again."""

    reason: Message


Outcome = Confirmed | Rejected | Retryable | Uncertain
