"""What an examination of an installation says, point by point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from continuity.domain.failure import ContinuityError
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """One thing that was looked at; anything but PASS says what to do about it."""

    subject: Message
    verdict: Verdict
    what: Message
    remedy: Message | None = None


def sound(subject: Message, what: Message) -> Examined:
    """Say that nothing is wrong."""
    return Examined(subject=subject, verdict=Verdict.PASS, what=what)


def doubtful(subject: Message, what: Message, remedy: Message) -> Examined:
    """Say that something is missing or may go wrong."""
    return Examined(subject=subject, verdict=Verdict.INCONCLUSIVE, what=what, remedy=remedy)


def examined_from_error(subject: Message, error: ContinuityError) -> Examined:
    """Take the words of an error."""
    return Examined(subject=subject, verdict=error.verdict, what=error.what, remedy=error.remedy)


def guarded(subject: Message, look: Callable[[], Examined]) -> Examined:
    """Look, and let an error be what was found, so that the looking goes on elsewhere."""
    try:
        return look()
    except ContinuityError as error:
        return examined_from_error(subject, error)
