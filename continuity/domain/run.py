"""How a run ended, before it is written into the record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.domain.verdict import Verdict


class RunKind(StrEnum):
    """What a run does; its records are named after it."""

    BACKUP = "backup"
    DRILL = "drill"
    CHECK = "check"
    RETENTION = "retention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """A verdict with its reason; anything but PASS has a failure class and a reason."""

    verdict: Verdict
    failure: FailureClass | None = None
    reason: Message | None = None
    remedy: Message | None = None

    def plain(self) -> dict[str, object]:
        """Reduce it to the keys that every finished record starts with."""
        plain: dict[str, object] = {"verdict": self.verdict.value}
        if self.failure is not None:
            plain["failure"] = self.failure.value
        if self.reason is not None:
            plain["reason"] = plain_from_message(self.reason)
        if self.remedy is not None:
            plain["remedy"] = plain_from_message(self.remedy)
        return plain


PASSED = Conclusion(verdict=Verdict.PASS)


def conclusion_from_error(error: ContinuityError) -> Conclusion:
    """Take verdict, class and words from an error."""
    return Conclusion(
        verdict=error.verdict, failure=error.failure, reason=error.what, remedy=error.remedy
    )


def interrupted() -> Conclusion:
    """Give the conclusion of a run that was stopped before its end."""
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.INTERRUPTED,
        reason=say(N_("The run was stopped before its end; nothing is known of its result.")),
        remedy=say(N_("Run it again; what was left behind is cleaned up at the next start.")),
    )


def unexplained(kind: str) -> Conclusion:
    """Give the conclusion of a run that ended by a defect of this program."""
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.TOOL_ERROR,
        reason=say(N_("The run ended by an unexpected error ({kind})."), kind=kind),
        remedy=say(N_("Run it again with --debug and report what it prints.")),
    )
