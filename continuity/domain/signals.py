"""What no run says by itself: overdue, at risk, too slow, not proven, unprotected, unreadable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from continuity.domain.assessment import Assessment, SystemAssessment
from continuity.domain.facts import JobFacts
from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, Fault, FaultKind
from continuity.domain.job_judgement import (
    JobAssessment,
    Moment,
    facts_of_own,
    missed_backups,
    missed_drills,
)
from continuity.domain.observation import Observation
from continuity.domain.packs_judgement import late_reading
from continuity.domain.portfolio import Portfolio
from continuity.domain.reason import Reason
from continuity.domain.storage_judgement import is_current
from continuity.domain.storage_verdict import judge_storage
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

_FIRST_POINT = timedelta(days=1)
"""How long a new job may take for its first restore point before that is a fault."""

_CORRECT = N_("Correct what “continuity check” names with file and line.")

Question = tuple[CheckKind, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """What signals are read from; ``broken`` are files that cannot be used, each with a reason.

    ``doubt`` says what is wrong with the record; then nothing else is concluded from it.
    """

    organisation: str
    portfolio: Portfolio
    assessment: Assessment
    broken: Mapping[str, Message] = field(default_factory=dict)
    doubt: Message | None = None


def signals(situation: Situation, asked: Collection[Question]) -> Iterator[Observation]:
    """Answer by what is known now; ``asked`` are the questions of open incidents.

    What cannot be known is no answer. An answer keeps its key as long as what it was derived from
    stays the same, so that looking again counts nothing twice.
    """
    yield from _files(situation, asked)
    yield _record(situation)
    if situation.doubt is not None:
        return
    for system in situation.assessment.systems:
        for job in system.jobs:
            yield from _of_job(situation, system, job)
        yield from _of_system(situation, system)
    yield from _protections(situation)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """A question with all that its answer needs, whichever it is."""

    situation: Situation
    check: CheckKind
    target: str
    system: str = ""
    repository: str = ""

    def good(self, basis: str) -> Observation:
        """Answer that it is as it should be."""
        return Observation(
            check=self.check,
            target=self.target,
            at=self.situation.assessment.at,
            key=f"good:{basis}",
            repository=self.repository,
        )

    def bad(
        self, kind: FaultKind, failure: FailureClass, basis: str, reason: Message | None
    ) -> Observation:
        """Answer that it is not."""
        fault = Fault(
            organisation=self.situation.organisation,
            system=self.system,
            check=self.check,
            kind=kind,
            target=self.target,
            failure=failure,
            repository=self.repository,
        )
        return Observation(
            check=self.check,
            target=self.target,
            at=self.situation.assessment.at,
            key=f"{kind}:{basis}",
            fault=fault,
            reason=reason,
            repository=self.repository,
        )


def _files(situation: Situation, asked: Collection[Question]) -> Iterator[Observation]:
    for check, target in asked:
        if check is CheckKind.CONFIGURATION and target.partition(":")[2] not in situation.broken:
            yield _Question(situation=situation, check=check, target=target).good("usable")
    for file, reason in situation.broken.items():
        question = _Question(
            situation=situation, check=CheckKind.CONFIGURATION, target=f"file:{file}"
        )
        failure = FailureClass.CONFIGURATION
        answer = question.bad(FaultKind.CONFIGURATION_BROKEN, failure, file, reason)
        yield replace(answer, remedy=say(_CORRECT))


def _record(situation: Situation) -> Observation:
    question = _Question(situation=situation, check=CheckKind.RECORD, target="record:evidence")
    doubt = situation.doubt
    if doubt is None:
        return question.good("intact")
    kind, failure = FaultKind.RECORD_DAMAGED, FailureClass.RECORD_DAMAGED
    return question.bad(kind, failure, str(doubt), doubt)


def _of_job(
    situation: Situation, system: SystemAssessment, job: JobAssessment
) -> Iterator[Observation]:
    facts = situation.portfolio.facts.of(job.plan.name)
    if facts.began is None:
        return
    yield from _schedules(situation, job, facts)
    yield from _point(_about(situation, CheckKind.RECOVERY_POINT, job), job, facts)
    own = facts_of_own(job.plan, facts)
    yield from _proof(_about(situation, CheckKind.PROOF, job), system, job, own)


def _about(situation: Situation, check: CheckKind, job: JobAssessment) -> _Question:
    return _Question(
        situation=situation,
        check=check,
        target=f"job:{job.plan.name}",
        system=job.plan.system,
        repository=job.plan.repository,
    )


def _schedules(situation: Situation, job: JobAssessment, facts: JobFacts) -> Iterator[Observation]:
    assessment = situation.assessment
    moment = Moment(now=assessment.at, window=assessment.window, zone=assessment.zone)
    if job.plan.backup is not None:
        question = _about(situation, CheckKind.BACKUP_SCHEDULE, job)
        late = next(missed_backups(job.plan, facts, moment), None)
        yield _punctual(question, FaultKind.BACKUP_OVERDUE, late)
    skipped = job.proof.verdict is Verdict.SKIPPED
    if (job.plan.drill is not None or job.plan.full_drill is not None) and not skipped:
        question = _about(situation, CheckKind.DRILL_SCHEDULE, job)
        late = next(missed_drills(job.plan, facts, moment), None)
        yield _punctual(question, FaultKind.DRILL_OVERDUE, late)
    if job.plan.read_within is not None:
        question = _about(situation, CheckKind.READ_BACK_SCHEDULE, job)
        own = facts_of_own(job.plan, facts)
        late = next(late_reading(own, job.plan.read_within, moment.now, moment.zone), None)
        yield _punctual(question, FaultKind.READ_BACK_OVERDUE, late)


def _punctual(question: _Question, kind: FaultKind, late: Reason | None) -> Observation:
    if late is None:
        return question.good("on time")
    return question.bad(kind, FailureClass.OVERDUE, str(late.message), late.message)


def _point(question: _Question, job: JobAssessment, facts: JobFacts) -> Iterator[Observation]:
    if job.rpo.newest is not None:
        yield question.good(job.rpo.newest.isoformat())
    elif facts.began is not None and question.situation.assessment.at - facts.began > _FIRST_POINT:
        reason = say(N_("No restore point counts."))
        kind, failure = FaultKind.NO_RESTORE_POINT, FailureClass.NO_PROOF
        yield question.bad(kind, failure, _latest(facts.backups), reason)


def _proof(
    question: _Question, system: SystemAssessment, job: JobAssessment, facts: JobFacts
) -> Iterator[Observation]:
    if job.proof.fresh:
        yield question.good(_latest(facts.drills))
        return
    new = facts.began is None or (
        question.situation.assessment.at - facts.began <= system.plan.proof_validity
    )
    if job.proof.verdict is Verdict.SKIPPED or new:
        return
    reason = next((one.message for one in job.proof.reasons), None)
    kind, failure = FaultKind.PROOF_MISSING, FailureClass.NO_PROOF
    yield question.bad(kind, failure, _latest(facts.drills), reason)


def _latest(runs: tuple[object, ...]) -> str:
    return str(getattr(runs[-1], "run_id", "")) if runs else "none"


def _of_system(situation: Situation, system: SystemAssessment) -> Iterator[Observation]:
    rpo, rto, name = system.rpo, system.rto, system.plan.name
    newest = "none" if rpo.newest is None else rpo.newest.isoformat()
    point = _with_target(situation, CheckKind.RECOVERY_POINT, system, rpo.reason)
    if rpo.verdict is Verdict.PASS:
        yield point.good(newest)
    elif rpo.verdict is Verdict.FAIL and rpo.now is not None:
        # Without any point the job says so, and that is worse.
        reason = None if rpo.reason is None else rpo.reason.message
        yield point.bad(FaultKind.RPO_MISSED, FailureClass.TARGET_MISSED, newest, reason)
    took = str(rto.total.high)
    time = _Question(
        situation=situation, check=CheckKind.RECOVERY_TIME, target=f"system:{name}", system=name
    )
    if rto.verdict is Verdict.PASS:
        yield time.good(took)
    elif rto.verdict is Verdict.FAIL:
        reason = None if rto.reason is None else rto.reason.message
        yield time.bad(FaultKind.RTO_MISSED, FailureClass.TARGET_MISSED, took, reason)


def _with_target(
    situation: Situation, check: CheckKind, system: SystemAssessment, reason: Reason | None
) -> _Question:
    """Ask about a system; a repository explains it that all of it is in, or the blamed job."""
    blamed = "" if reason is None else reason.job
    chosen = [job for job in system.jobs if job.plan.name == blamed] or system.jobs
    repositories = {job.plan.repository for job in chosen}
    repository = repositories.pop() if len(repositories) == 1 else ""
    return _Question(
        situation=situation,
        check=check,
        target=f"system:{system.plan.name}",
        system=system.plan.name,
        repository=repository,
    )


def _protections(situation: Situation) -> Iterator[Observation]:
    """Storage that nobody looked at lately answers nothing."""
    wrong = judge_storage(situation.portfolio)
    for storage in situation.portfolio.facts.storage.values():
        question = _Question(
            situation=situation,
            check=CheckKind.STORAGE,
            target=f"repository:{storage.repository}",
            repository=storage.repository,
        )
        failure = FailureClass.STORAGE_UNPROTECTED
        reasons = (one for one in wrong.get(storage.repository, ()) if one.failure is failure)
        reason = next(reasons, None)
        if reason is not None:
            basis = str(storage.protected_at)
            yield question.bad(FaultKind.STORAGE_UNPROTECTED, failure, basis, reason.message)
        elif is_current(storage.at, situation.assessment.at):
            yield question.good(storage.at.isoformat())
