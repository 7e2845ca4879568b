"""Whether a runbook could be followed tonight: what was checked, and when it was last practised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.evidence import Draft, Record, RecordKind
from continuity.domain.plain import list_in, mapping_in, moment_in, number_in, text_in
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, Message, say


class Ready(StrEnum):
    """How ready a runbook is. NOT_READY: a check failed; the other: nobody tried it as it is."""

    READY = "READY"
    NEEDS_VERIFICATION = "NEEDS VERIFICATION"
    NOT_READY = "NOT READY"


class Check(StrEnum):
    """What is looked at without changing anything; names are recorded, so they never change."""

    IN_USE = "in-use"
    PEOPLE = "people"
    DEPUTIES = "deputies"
    PHONES = "phones"
    REFERENCES = "references"
    POINTS = "points"
    CREDENTIALS = "credentials"
    PROGRAMS = "programs"
    CHANNELS = "channels"
    OFFLINE = "offline"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check found; ``good`` is None when it could not be known."""

    check: Check
    good: bool | None
    what: Message
    remedy: Message | None = None


Basis = Mapping[str, str]
"""What a practice holds for, by part: a digest of the runbook, its systems, people, the policy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exercise:
    """A run that was completed, in earnest or as practice, and what it was based on."""

    run: str
    mode: str
    at: datetime
    basis: Basis = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """How ready a runbook is, with all that was found.

    ``reasons`` say why it needs to be verified; ``exercised_at`` is when it was last practised.
    """

    runbook: str
    state: Ready
    findings: tuple[Finding, ...]
    reasons: tuple[Message, ...]
    basis: Basis
    exercised_at: datetime | None = None

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(one.check for one in self.findings if one.good is False)

    @property
    def unknown(self) -> tuple[Check, ...]:
        """The checks whose answer nobody knows."""
        return tuple(one.check for one in self.findings if one.good is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What readiness is judged from: ``every`` is how often it must be practised, None for once."""

    runbook: str
    findings: tuple[Finding, ...]
    basis: Basis
    exercises: Sequence[Exercise]
    every: timedelta | None = None


def judge_readiness(question: Question, now: datetime) -> Readiness:
    """Judge a runbook. What failed counts most, and what is not known is never ready."""
    last = max(question.exercises, key=lambda one: one.at, default=None)
    reasons = tuple(_reasons(question, last, now))
    state = Ready.NEEDS_VERIFICATION if reasons else Ready.READY
    answers = {one.good for one in question.findings}
    if None in answers or not answers:
        state = Ready.NEEDS_VERIFICATION
    if False in answers:
        state = Ready.NOT_READY
    return Readiness(
        runbook=question.runbook,
        state=state,
        findings=question.findings,
        reasons=reasons,
        basis=question.basis,
        exercised_at=None if last is None else last.at,
    )


_CHANGED = {
    "runbook": N_("The runbook was changed since it was last practised."),
    "systems": N_("A system, a job or a host of it was changed since it was last practised."),
    "people": N_("Who has which part was changed since it was last practised."),
    "policy": N_("How incidents are responded to was changed since it was last practised."),
}


def _reasons(question: Question, last: Exercise | None, now: datetime) -> Iterator[Message]:
    if last is None:
        yield say(N_("Nobody has practised it to the end yet."))
        return
    for part, sentence in _CHANGED.items():
        if question.basis.get(part) != last.basis.get(part):
            yield say(sentence)
    age = max(timedelta(), now - last.at)
    if question.every is not None and age > question.every:
        yield say(
            N_("It was last practised {age} ago; agreed is every {every}."),
            age=shown_duration(age),
            every=shown_duration(question.every),
        )


def exercises_from(
    records: Iterable[Record], runbook: str, kinds: Iterable[str]
) -> tuple[Exercise, ...]:
    """Read the completed runs of a runbook; practice counts if it is of a kind that is agreed."""
    counted = {"real", *kinds}
    bodies = [(record, record.body) for record in records]
    return tuple(
        Exercise(
            run=text_in(body, "run"),
            mode=text_in(body, "mode"),
            at=moment_in(body, "ended_at") or record.recorded_at,
            basis={name: str(part) for name, part in mapping_in(body, "basis").items()},
        )
        for record, body in bodies
        if record.kind is RecordKind.RUNBOOK_MEASURED
        and text_in(body, "runbook") == runbook
        and text_in(body, "outcome") == "completed"
        and text_in(body, "mode") in counted
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """How ready a runbook was when it was checked last; ``hash`` is that of its text then."""

    runbook: str
    hash: str
    state: str
    at: datetime
    failed: tuple[str, ...] = ()
    total: int = 0


def draft_checked(readiness: Readiness, digest: str) -> Draft:
    """Draft the record of a check: what failed by its name, and no word of who it is about."""
    return Draft(
        kind=RecordKind.READINESS_CHECKED,
        body={
            "runbook": readiness.runbook,
            "hash": digest,
            "state": readiness.state.value,
            "checks": len(readiness.findings),
            "failed": [one.value for one in readiness.failed],
            "unknown": [one.value for one in readiness.unknown],
            "practised": readiness.exercised_at is not None,
            "to_verify": len(readiness.reasons),
            "basis": dict(readiness.basis),
        },
    )


def checked_from_records(records: Iterable[Record]) -> dict[str, Checked]:
    """Give the latest check of each runbook."""
    return {
        text_in(record.body, "runbook"): Checked(
            runbook=text_in(record.body, "runbook"),
            hash=text_in(record.body, "hash"),
            state=text_in(record.body, "state"),
            at=record.recorded_at,
            failed=tuple(map(str, list_in(record.body, "failed"))),
            total=number_in(record.body, "checks"),
        )
        for record in records
        if record.kind is RecordKind.READINESS_CHECKED
    }


def why_unready(checked: Checked | None, digest: str) -> Message | None:
    """Say why a runbook could not be followed, as it was checked last; None for a ready one.

    Nothing is said of one that was never checked, or that was edited since.
    """
    if checked is None or checked.hash != digest or checked.state == Ready.READY:
        return None
    if checked.state == Ready.NOT_READY:
        return say(
            N_("Its runbook {name} is not ready: {count} of {total} checks failed."),
            name=checked.runbook,
            count=len(checked.failed),
            total=checked.total,
        )
    return say(
        N_("Its runbook {name} needs verification: nobody has practised it as it is now."),
        name=checked.runbook,
    )
