"""Put a job's checks to what was restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from continuity.domain.canary import ROW_NAME
from continuity.domain.failure import ContinuityError, FailureClass
from continuity.domain.job import Check
from continuity.domain.run import Conclusion
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.domain.verdict import Verdict
from continuity.sandbox.checks.check import Answer, Asking, Needs
from continuity.sandbox.checks.registry import check_kinds

LOOK_AT_ONCE = say(
    N_(
        "Look at once whether files are being encrypted, and keep the older restore points."
        " Once it is known to be harmless: continuity canary retire JOB, and plant anew."
    )
)
"""What to do when a canary is not as it was planted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer, and the class of what kept the check from being asked; None when it was."""

    answer: Answer
    hindrance: FailureClass | None = None
    remedy: Message | None = None


def needs_of(check: Check) -> Needs:
    """Tell what of the source a check needs."""
    return check_kinds()[check.kind].needs(check)


def ask_all(checks: Iterable[Check], asking: Callable[[Check], Asking]) -> tuple[Answered, ...]:
    """Ask one check after the other; what cannot be asked is no answer and no reason to stop."""
    return tuple(_ask(asking(check)) for check in checks)


def _ask(asking: Asking) -> Answered:
    check = asking.check
    try:
        return Answered(answer=check_kinds()[check.kind].ask(asking))
    except ContinuityError as error:
        unknown = Answer(
            name=check.name,
            kind=check.kind,
            passed=None,
            expected=say(N_("an answer")),
            found=error.what,
        )
        return Answered(answer=unknown, hindrance=error.failure, remedy=error.remedy)


def plain_from_answers(answered: Iterable[Answered]) -> list[dict[str, object]]:
    """Reduce answers to what the record keeps."""
    return [
        {
            "name": one.answer.name,
            "kind": one.answer.kind,
            "passed": one.answer.passed,
            "expected": plain_from_message(one.answer.expected),
            "found": plain_from_message(one.answer.found),
        }
        for one in answered
    ]


def conclude_answers(
    answered: Iterable[Answered], *, lacks_canaries: bool = False
) -> Conclusion | None:
    """Judge: a wrong answer fails, a missing one leaves it open; None when all are right.

    A planted row that reads otherwise is tampering, and so is one whose table is gone.
    """
    answers = tuple(answered)
    for one in answers:
        if one.answer.name == ROW_NAME and (one.answer.passed is False or lacks_canaries):
            return _tampered(one.answer)
    wrong = next((one.answer for one in answers if one.answer.passed is False), None)
    if wrong is not None:
        return Conclusion(
            verdict=Verdict.FAIL,
            failure=FailureClass.APPLICATION_CHECK,
            reason=say(
                N_("The check “{name}” failed: expected {expected}, found {found}."),
                name=wrong.name,
                expected=str(wrong.expected),
                found=str(wrong.found),
            ),
            remedy=say(
                N_(
                    "What was restored equals what was backed up: look at the source itself, and"
                    " drill an older restore point."
                )
            ),
        )
    unknown = next((one for one in answers if one.answer.passed is None), None)
    return None if unknown is None else _unanswered(unknown)


def _tampered(answer: Answer) -> Conclusion:
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.POSSIBLE_ENCRYPTION,
        reason=say(
            N_("A row is not as it was planted: expected {expected}, found {found}."),
            expected=str(answer.expected),
            found=str(answer.found),
        ),
        remedy=LOOK_AT_ONCE,
    )


def _unanswered(unknown: Answered) -> Conclusion:
    remedy = say(N_("Run: continuity doctor"))
    if unknown.hindrance is None:
        remedy = say(N_("Ask for what only this data holds, such as how many rows a table has."))
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=unknown.hindrance or FailureClass.NO_PROOF,
        reason=say(
            N_("The check “{name}” could not be answered: {found}"),
            name=unknown.answer.name,
            found=str(unknown.answer.found),
        ),
        remedy=unknown.remedy or remedy,
    )
