"""Why a verdict is what it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from continuity.domain.failure import FailureClass
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict, worst


class Reason(NamedTuple):
    """One cause of a verdict; a PASS with a reason is a remark that changes nothing."""

    verdict: Verdict
    failure: FailureClass | None
    message: Message
    job: str = ""


def by_gravity(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Put the gravest first, and keep the order among equals."""
    return tuple(sorted(reasons, key=lambda reason: -gravity(reason.verdict)))


def gravity(verdict: Verdict) -> int:
    """Rank a verdict as ``worst`` does: the worse, the greater; PASS is 0."""
    return _GRAVITY[verdict]


_GRAVITY = {
    verdict: sum(verdict is not other and worst((verdict, other)) is verdict for other in Verdict)
    for verdict in Verdict
}
