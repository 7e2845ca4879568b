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


def gravest(reasons: Iterable[Reason]) -> Reason | None:
    """Give the first of the worst reasons."""
    listed = tuple(reasons)
    verdict = worst(reason.verdict for reason in listed)
    return next((reason for reason in listed if reason.verdict is verdict), None)
