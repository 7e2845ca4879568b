"""From what a drill found to what is concluded. Pure, and the strictest place of all."""

from __future__ import annotations

from datetime import timedelta

from continuity.domain.compare import Comparison, Outcome
from continuity.domain.failure import FailureClass
from continuity.domain.run import PASSED, Conclusion
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.verdict import Verdict
from continuity.workflows.asking import LOOK_AT_ONCE
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import Restored

# In this order: the worst that was found names the failure.
_WRONG = (
    (
        Outcome.CORRUPT,
        FailureClass.CHECKSUM_MISMATCH,
        N_("Came back with other content: {count} of {compared} compared; the first: {path}."),
    ),
    (
        Outcome.MISSING,
        FailureClass.MISSING_FILES,
        N_("Did not come back: {count} of {compared} compared; the first: {path}."),
    ),
    (
        Outcome.EXTRA,
        FailureClass.UNEXPECTED_FILES,
        N_("Came back unasked: {count}, beside {compared} compared; the first: {path}."),
    ),
    (
        Outcome.METADATA,
        FailureClass.METADATA_MISMATCH,
        N_(
            "Came back with another time, mode, owner or link: {count} of {compared} compared;"
            " the first: {path}."
        ),
    ),
)


def conclude_drill(plan: DrillPlan, restored: Restored, target: timedelta | None) -> Conclusion:
    """Judge a drill; the tolerance is zero, and nothing compared is nothing proven.

    ``target`` is the recovery time that a full drill has to meet; None when there is none.
    """
    comparison = restored.comparison
    return (
        _disagreeing(restored)
        or _wrong(comparison)
        or _unread(restored, Verdict.FAIL)
        or _tampered(plan)
        or _left_behind(restored)
        or _questioned(restored, Verdict.FAIL)
        or _unread(restored, Verdict.INCONCLUSIVE)
        or _unproven(plan, restored)
        or _questioned(restored, Verdict.INCONCLUSIVE)
        or _too_slow(plan, restored, target)
        or PASSED
    )


def _wrong(comparison: Comparison) -> Conclusion | None:
    for outcome, failure, template in _WRONG:
        count = comparison.counts[outcome]
        if count:
            # Only the first findings are kept, and none of them need be of this kind.
            found = (item.path for item in comparison.findings if item.outcome is outcome)
            first = next(found, None)
            return Conclusion(
                verdict=Verdict.FAIL,
                failure=failure,
                reason=say(
                    template,
                    count=count,
                    compared=comparison.verifiable,
                    path="…" if first is None else shown(first),
                ),
                remedy=say(
                    N_(
                        "Do not prune this repository. Check it, drill another restore point, and"
                        " make a new backup while the source is still there."
                    )
                ),
            )
    return None


def _disagreeing(restored: Restored) -> Conclusion | None:
    """Two programs read the same stored bytes and say different things: one of them is wrong."""
    reading = restored.second
    if reading is None or not reading.disagree:
        return None
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.DISAGREEMENT,
        reason=say(
            N_(
                "Restored and read a second way, with different results: {count} of {both} files;"
                " the first: {path}."
            ),
            count=len(reading.disagree),
            both=len(reading.shares.both),
            path=shown(reading.disagree[0]),
        ),
        remedy=say(
            N_(
                "Restore this file by hand and compare it with the source. Do not prune, and do not"
                " update either program until it is known which of the two is wrong."
            )
        ),
    )


def _unread(restored: Restored, verdict: Verdict) -> Conclusion | None:
    error = None if restored.second is None else restored.second.error
    if error is None or error.verdict is not verdict:
        return None
    return Conclusion(
        verdict=verdict, failure=error.failure, reason=error.what, remedy=error.remedy
    )


def _tampered(plan: DrillPlan) -> Conclusion | None:
    if not plan.tampered:
        return None
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.POSSIBLE_ENCRYPTION,
        reason=say(
            N_("The canary {path} was not as it was planted when this was backed up."),
            path=shown(plan.tampered[0]),
        ),
        remedy=LOOK_AT_ONCE,
    )


def _questioned(restored: Restored, verdict: Verdict) -> Conclusion | None:
    examined = restored.examined
    return examined if examined is not None and examined.verdict is verdict else None


def _unproven(plan: DrillPlan, restored: Restored) -> Conclusion | None:
    comparison = restored.comparison
    if not comparison.verifiable:
        return _inconclusive(
            restored,
            say(N_("Nothing could be compared, so nothing is proven.")),
        )
    if not comparison.compared_files:
        # Directories and links come back also where no file does.
        return _no_proof(
            say(N_("No file at all could be compared by its content, so nothing is proven."))
        )
    if restored.result.problems:
        return _inconclusive(
            restored,
            say(
                N_("What was restored is right, but the engine complained: {complaint}"),
                complaint=restored.result.problems[0],
            ),
        )
    if not plan.vouched and not plan.hashed:
        return Conclusion(
            verdict=Verdict.INCONCLUSIVE,
            failure=FailureClass.NO_PROOF,
            reason=say(
                N_("Every byte could be read, but nothing says whether they are the right ones.")
            ),
            remedy=say(
                N_("This copy keeps no hashes. Give the live directory with --source to compare.")
            ),
        )
    return _incomplete_must_have(plan, comparison)


def _incomplete_must_have(plan: DrillPlan, comparison: Comparison) -> Conclusion | None:
    unverifiable = comparison.counts[Outcome.UNVERIFIABLE]
    if plan.sample is None:
        if unverifiable > comparison.verifiable:
            return _no_proof(
                say(
                    N_("Not verifiable: {count} of {total} entries, more than were verified."),
                    count=unverifiable,
                    total=unverifiable + comparison.verifiable,
                )
            )
        return None
    missed = plan.sample.missed
    if missed:
        return _no_proof(
            say(
                N_("Must be in every sample and could not be: {count} files; the first: {path}."),
                count=len(missed),
                path=shown(missed[0]),
            )
        )
    doubtful = [
        item
        for item in comparison.findings
        if item.outcome is Outcome.UNVERIFIABLE and item.path in plan.sample.owners_choice
    ]
    if doubtful:
        return _no_proof(
            say(
                N_("{path} must be in every sample and could not be verified: {detail}"),
                path=shown(doubtful[0].path),
                detail=str(doubtful[0].detail),
            )
        )
    return None


def _left_behind(restored: Restored) -> Conclusion | None:
    if not restored.teardown.left:
        return None
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.RESIDUE,
        reason=say(
            N_("Restored entries that could not be deleted from the sandbox: {count}."),
            count=restored.teardown.left,
        ),
        remedy=say(N_("Delete them by hand: they are copies of protected data.")),
    )


def _too_slow(plan: DrillPlan, restored: Restored, target: timedelta | None) -> Conclusion | None:
    took = timedelta(milliseconds=restored.milliseconds)
    if not plan.full or target is None or took <= target:
        return None
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.TARGET_MISSED,
        reason=say(
            N_("Recovery took {took} s, and the target is {target} s."),
            took=round(took.total_seconds()),
            target=round(target.total_seconds()),
        ),
        remedy=say(N_("Look which phase costs most, or agree on another target.")),
    )


def _inconclusive(restored: Restored, reason: Message) -> Conclusion:
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.TOOL_ERROR if restored.result.problems else FailureClass.NO_PROOF,
        reason=reason,
        remedy=say(N_("Run: continuity doctor")),
    )


def _no_proof(reason: Message) -> Conclusion:
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.NO_PROOF,
        reason=reason,
        remedy=say(N_("Make a new backup when the source is quiet, and drill again.")),
    )
