"""Is a backup to be believed? What the tool says is not enough."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.facts import JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.manifest import ManifestSummary
from continuity.domain.plausibility import (
    Observed,
    Plausible,
    baseline_from_facts,
    judge_plausibility,
)
from continuity.domain.reason import Reason, by_gravity
from continuity.domain.run import PASSED, Conclusion
from continuity.domain.text import N_, Message, say, shown
from continuity.domain.verdict import Verdict
from continuity.engines.engine import BackupResult
from continuity.workflows.sealing import Sealed, Surveyed
from continuity.workflows.world import Protected


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What is concluded of a backup.

    A quarantined one is kept out of the baseline, and its point does not count, until a person
    accepts it. ``warnings`` change nothing and are shown.
    """

    conclusion: Conclusion
    quarantined: bool
    warnings: tuple[Message, ...]


def conclude_backup(
    protected: Protected,
    facts: JobFacts,
    result: BackupResult,
    surveyed: Surveyed,
    sealed: Sealed,
) -> Judged:
    """Judge one finished copy: complete, sealed, plausible, and of an honest source."""
    plausible = _plausible(protected, facts, surveyed, sealed)
    odd = next(iter(by_gravity(plausible.reasons)), None)
    conclusion = (
        _encrypted(odd)
        or _tampered(surveyed)
        or _unread(result, sealed)
        or _unsealed(sealed)
        or implausible(odd)
        or PASSED
    )
    return Judged(
        conclusion=conclusion,
        quarantined=plausible.quarantined or conclusion.failure is FailureClass.SOURCE_SUSPECT,
        warnings=tuple(_warnings(sealed.summary)),
    )


def _plausible(
    protected: Protected, facts: JobFacts, surveyed: Surveyed, sealed: Sealed
) -> Plausible:
    changes, believed = surveyed.changes, surveyed.believed
    observed = Observed(
        files=sealed.summary.files,
        size=sealed.summary.bytes,
        changed_percent=None if believed is None else changes.changed_percent,
        churn_percent=_churn(facts) + changes.changed_percent,
        looks=surveyed.looks,
        looks_before=None if believed is None else believed.looks,
        looks_once=surveyed.looks_once,
        altered_canaries=changes.altered,
    )
    return judge_plausibility(observed, baseline_from_facts(facts), protected.job.plausibility)


def _churn(facts: JobFacts) -> int:
    """Add up what changed in the nights that are known."""
    return sum(run.changed_percent or 0 for run in facts.backups)


def _encrypted(odd: Reason | None) -> Conclusion | None:
    if odd is None or odd.failure is not FailureClass.POSSIBLE_ENCRYPTION:
        return None
    return Conclusion(
        verdict=odd.verdict,
        failure=odd.failure,
        reason=odd.message,
        remedy=say(
            N_(
                "Look at once whether files are being encrypted. Nothing is pruned until a person"
                " accepts this backup: continuity backup JOB --accept POINT"
            )
        ),
    )


def implausible(odd: Reason | None) -> Conclusion | None:
    """Conclude from what was found odd; nothing odd, nothing concluded."""
    if odd is None:
        return None
    return Conclusion(
        verdict=odd.verdict,
        failure=odd.failure,
        reason=odd.message,
        remedy=say(
            N_(
                "Look whether the source is complete. When it is right so, accept this backup:"
                " continuity backup JOB --accept POINT"
            )
        ),
    )


def _tampered(surveyed: Surveyed) -> Conclusion | None:
    silent = [change.path for change in surveyed.tally.silent_changes]
    suspects = silent + surveyed.changes.disguised
    if not suspects:
        return None
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.SOURCE_SUSPECT,
        reason=say(
            N_(
                "Files at the source whose bytes changed while size and time stayed: {count};"
                " the first: {path}."
            ),
            count=len(suspects),
            path=shown(suspects[0]),
        ),
        remedy=say(
            N_(
                "Compare it with an earlier restore point: this is a failing disk, a set-back time"
                " or an intruder, and later copies hold the changed bytes."
            )
        ),
    )


def _unread(result: BackupResult, sealed: Sealed) -> Conclusion | None:
    unreadable = sealed.summary.unreadable
    if result.complete and not unreadable:
        return None
    first = result.warnings[0] if result.warnings else "-"
    return Conclusion(
        verdict=Verdict.FAIL,
        failure=FailureClass.SOURCE_UNAVAILABLE,
        reason=say(
            N_(
                "The copy is not complete: {count} entries could not be read. The tool says: {said}"
            ),
            count=unreadable,
            said=first,
        ),
        remedy=say(
            N_("Give the account that runs the backup the right to read them, or exclude them.")
        ),
    )


def _unsealed(sealed: Sealed) -> Conclusion | None:
    if sealed.skipped:
        return Conclusion(
            verdict=Verdict.FAIL,
            failure=FailureClass.MISSING_FILES,
            reason=say(
                N_("Files of the source that are not in the copy: {count}; the first: {path}."),
                count=len(sealed.skipped),
                path=shown(sealed.skipped[0]),
            ),
            remedy=say(N_("Look at the job's excludes, and at what the backup program says.")),
        )
    if sealed.summary.sealed:
        return None
    return Conclusion(
        verdict=Verdict.INCONCLUSIVE,
        failure=FailureClass.NO_PROOF,
        reason=say(N_("The snapshot's listing agrees with nothing that was surveyed.")),
        remedy=say(N_("Run: continuity doctor")),
    )


def _warnings(summary: ManifestSummary) -> list[Message]:
    warnings = []
    if summary.unstable:
        warnings.append(
            say(
                N_("Changed while being read, so not proven this time: {count}."),
                count=summary.unstable,
            )
        )
    if summary.unsealed:
        warnings.append(
            say(
                N_("Changed during the backup, so not proven this time: {count}."),
                count=summary.unsealed,
            )
        )
    return warnings
