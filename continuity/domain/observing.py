"""From records of finished runs to what was seen: which question was asked, and how it came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.observation import Observation
from continuity.domain.plain import mapping_in, text_in
from continuity.domain.portfolio import CRITICALITIES
from continuity.domain.reading import compared_outcome_in, outcome_in, reason_in
from continuity.domain.text import Message, message_from_plain
from continuity.domain.verdict import Verdict

_ASKED = {
    RecordKind.BACKUP_FINISHED: CheckKind.BACKUP,
    RecordKind.DRILL_FINISHED: CheckKind.DRILL,
    # A restore in earnest met it, and a restore test tells whether it is over.
    RecordKind.DAMAGE_FOUND: CheckKind.DRILL,
    RecordKind.CHECK_FINISHED: CheckKind.READ_BACK,
    RecordKind.RETENTION_FINISHED: CheckKind.RETENTION,
}
_CLOSED = {
    "backup": CheckKind.BACKUP,
    "drill": CheckKind.DRILL,
    "check": CheckKind.READ_BACK,
    "retention": CheckKind.RETENTION,
}
_FAULTS = {
    CheckKind.BACKUP: FaultKind.BACKUP_FAILED,
    CheckKind.DRILL: FaultKind.DRILL_FAILED,
    CheckKind.READ_BACK: FaultKind.READ_BACK_FAILED,
    CheckKind.RETENTION: FaultKind.RETENTION_FAILED,
}
# A run that a person stopped, or that another one kept from starting, answered nothing. One that
# was killed is told by the record that closes it.
_NO_ANSWER = frozenset({FailureClass.INTERRUPTED, FailureClass.CONFLICT})

ANSWERING = (*_ASKED, RecordKind.RUN_CLOSED, RecordKind.BASELINE_ACCEPTED)
"""The kinds of records that answer a question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """Whose faults are seen: the system and the repository of each job, and how critical each is.

    What is not written in the workspace any more has no system.
    """

    organisation: str
    system_of: Mapping[str, str] = field(default_factory=dict)
    repository_of: Mapping[str, str] = field(default_factory=dict)
    criticality_of: Mapping[str, str] = field(default_factory=dict)

    def criticality(self, fault: Fault) -> str:
        """Tell how critical what is hit is: the system, or the first of all in the repository.

        Empty for an unknown one, which counts as the highest.
        """
        if fault.system or not fault.repository:
            return self.criticality_of.get(fault.system, "")
        jobs = (job for job, place in self.repository_of.items() if place == fault.repository)
        hit = {self.criticality_of.get(self.system_of.get(job, ""), "") for job in jobs}
        return next((one for one in ("", *CRITICALITIES) if one in hit), "")


def job_in(target: str) -> str:
    """Give the job that a target is about; empty for one that is about no single job."""
    kind, _, name = target.partition(":")
    return name.partition("@")[0] if kind in {"job", "copy"} else ""


def copy_in(target: str) -> str:
    """Give the copy of a repository that a target is about; empty for any other target."""
    kind, _, name = target.partition(":")
    return name.partition("@")[2] if kind == "copy" else ""


def observations_from_record(record: Record, roster: Roster) -> Iterator[Observation]:
    """Tell what a record answers; nothing when it is no answer."""
    if record.job is None:
        return
    if record.kind is RecordKind.BASELINE_ACCEPTED:
        yield from _accepted(record)
        return
    check = _check_of(record)
    if check is None:
        return
    verdict, failure = _outcome(record, check)
    if failure is FailureClass.TARGET_MISSED or _is_late(check, failure):
        # What took too long came back, what was read late was right; the time is asked apart.
        verdict, failure = Verdict.PASS, None
    answered = record.kind is RecordKind.RUN_CLOSED or failure not in _NO_ANSWER
    if verdict is Verdict.SKIPPED or not answered:
        return
    seen = _seen(record, check, roster)
    if verdict is Verdict.PASS:
        yield seen
        return
    yield _failing(seen, failure or FailureClass.TOOL_ERROR, record, roster)


def latest_answers(observations: Iterable[Observation], of_each: int) -> list[Observation]:
    """Keep the last answers to each question, for a record that nobody has looked at before."""
    kept: dict[tuple[CheckKind, str], list[Observation]] = {}
    for one in observations:
        answers = kept.setdefault(one.question, [])
        answers.append(one)
        del answers[:-of_each]
    return sorted((one for answers in kept.values() for one in answers), key=_place)


def _place(observation: Observation) -> tuple[int, CheckKind]:
    return observation.evidence, observation.check


def _check_of(record: Record) -> CheckKind | None:
    if record.kind is RecordKind.RUN_CLOSED:
        return _CLOSED.get(text_in(record.body, "kind"))
    return _ASKED.get(record.kind)


def _outcome(record: Record, check: CheckKind) -> tuple[Verdict, FailureClass | None]:
    if record.kind is RecordKind.RUN_CLOSED:
        return Verdict.INCONCLUSIVE, FailureClass.INTERRUPTED
    if check is CheckKind.DRILL:
        return compared_outcome_in(record.body)
    verdict, failure = outcome_in(record.body)
    unpointed = check is CheckKind.BACKUP and not text_in(mapping_in(record.body, "point"), "id")
    if verdict is Verdict.PASS and unpointed:
        return Verdict.INCONCLUSIVE, FailureClass.TOOL_ERROR
    return verdict, failure


def _is_late(check: CheckKind, failure: FailureClass | None) -> bool:
    return check is CheckKind.READ_BACK and failure is FailureClass.OVERDUE


def _seen(record: Record, check: CheckKind, roster: Roster) -> Observation:
    body, job = record.body, record.job or ""
    repository = text_in(body, "repository")
    own = text_in(body, "copy_of") or roster.repository_of.get(job, repository)
    is_copy = check is CheckKind.DRILL and bool(repository) and repository != own
    return Observation(
        check=check,
        # A copy is asked apart: what is right in one place is not yet right in the other.
        target=f"copy:{job}@{repository}" if is_copy else f"job:{job}",
        at=record.recorded_at,
        key=text_in(body, "closes") or record.run_id or f"record:{record.sequence}",
        evidence=record.sequence,
        repository=repository,
    )


def _failing(
    seen: Observation, failure: FailureClass, record: Record, roster: Roster
) -> Observation:
    job = record.job or ""
    check, kind, target = _hit(seen, failure, record)
    repository = seen.repository or roster.repository_of.get(job, "")
    fault = Fault(
        organisation=roster.organisation,
        system=roster.system_of.get(job, ""),
        check=check,
        kind=kind,
        target=target,
        failure=failure,
        repository=repository,
    )
    return Observation(
        check=check,
        target=fault.target,
        at=seen.at,
        key=seen.key,
        fault=fault,
        reason=reason_in(record.body, Verdict.FAIL),
        remedy=_remedy(record.body),
        evidence=seen.evidence,
        repository=repository,
    )


def _hit(
    seen: Observation, failure: FailureClass, record: Record
) -> tuple[CheckKind, FaultKind, str]:
    """Tell which question fails: a test that found nothing to restore answers another one.

    A copy that holds nothing is one that nothing proves: the job has its points elsewhere.
    """
    job = f"job:{record.job}"
    if failure is FailureClass.POSSIBLE_ENCRYPTION:
        return CheckKind.TAMPERING, FaultKind.POSSIBLE_ENCRYPTION, job
    pointless = not text_in(mapping_in(record.body, "point"), "id") and not copy_in(seen.target)
    if seen.check is CheckKind.DRILL and pointless and _says(record, FailureClass.NO_PROOF):
        return CheckKind.RECOVERY_POINT, FaultKind.NO_RESTORE_POINT, job
    return seen.check, _FAULTS[seen.check], seen.target


def _says(record: Record, failure: FailureClass) -> bool:
    return text_in(record.body, "failure") == failure.value


def _accepted(record: Record) -> Iterator[Observation]:
    """A person looked at a suspicious backup and said that it is right."""
    for check in (CheckKind.TAMPERING, CheckKind.BACKUP):
        yield Observation(
            check=check,
            target=f"job:{record.job}",
            at=record.recorded_at,
            key=f"record:{record.sequence}",
            evidence=record.sequence,
        )


def _remedy(body: Mapping[str, object]) -> Message | None:
    try:
        return message_from_plain(mapping_in(body, "remedy"))
    except (KeyError, TypeError):
        return None
