"""The five verdicts, how they combine, and the exit codes they become."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never


class Verdict(StrEnum):
    """What a check says; never coerced into another."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"
    SKIPPED = "SKIPPED"
    OVERDUE = "OVERDUE"


# From the worst to the best. A recorded decision to skip is no proof, so it ranks below PASS.
_RANK = (
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.OVERDUE,
    Verdict.SKIPPED,
    Verdict.PASS,
)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts: the worst one counts, and none at all is INCONCLUSIVE."""
    return min(verdicts, key=_RANK.index, default=Verdict.INCONCLUSIVE)


def exit_code(verdict: Verdict) -> int:
    """Give the process exit code of a verdict; SKIPPED is not green, so it shares 3."""
    match verdict:
        case Verdict.PASS:
            return 0
        case Verdict.FAIL:
            return 1
        case Verdict.INCONCLUSIVE | Verdict.SKIPPED:
            return 3
        case Verdict.OVERDUE:
            return 4
        case _:
            assert_never(verdict)
