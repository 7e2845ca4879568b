"""What restore tests prove about a job: how much, since when, and what took the proof away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from continuity.domain.checks import Soundness
from continuity.domain.drills import proves, shows_damage, unanswered
from continuity.domain.facts import Damage, DrillRun, Identity, JobFacts, Point
from continuity.domain.failure import FailureClass
from continuity.domain.objectives import Span
from continuity.domain.reason import Reason
from continuity.domain.shown import shown_duration
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict, worst

RESTORABLE = "L3"
"""The lowest level at which anything may be called restorable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """How far a job is proven.

    ``level`` is the highest level that holds, with its time; when all have expired it is the
    latest one, and when there is none it is None. ``fresh`` says that the latest restore test
    passed and has not expired, and that no damage stands that an earlier one found. ``required``
    and ``validity`` are what it is measured against. ``spans`` is from when until when each tested
    point was proven.
    """

    level: str | None
    at: datetime | None
    age: timedelta | None
    required: str
    validity: timedelta
    fresh: bool
    proven_points: tuple[str, ...]
    spans: tuple[Span, ...]
    verdict: Verdict
    reasons: tuple[Reason, ...]


def identity_of_today(repository: str, engine: str, path_set: str, facts: JobFacts) -> Identity:
    """Combine what is written with what the latest backup into that repository met."""
    for run in reversed(facts.backups):
        if run.point and run.identity.repository == repository:
            return run.identity._replace(engine=engine, path_set=path_set or run.identity.path_set)
    for drill in reversed(facts.drills):
        if drill.adopted and drill.identity.repository == repository:
            return drill.identity._replace(engine=engine)
    return Identity(repository=repository, engine=engine, path_set=path_set)


def major_version(version: str) -> str:
    """Give the part of a version whose change voids proof; under 0.x each minor one counts."""
    major, _, rest = version.partition(".")
    return f"0.{rest.partition('.')[0]}" if major == "0" else major


def change_since(proven: Identity, today: Identity) -> Message | None:
    """Say what changed between a restore test and today; what is unknown never changed."""
    for name, sentence in _CHANGES:
        before, after = getattr(proven, name), getattr(today, name)
        if before and after and before != after:
            return say(sentence)
    before, after = major_version(proven.version), major_version(today.version)
    if before and after and before != after:
        return say(
            N_("The backup program changed from {before} to {after} since the last restore test."),
            before=proven.version,
            after=today.version,
        )
    return None


_CHANGES = (
    ("repository", N_("The job uses another repository since the last restore test.")),
    ("repository_id", N_("The repository was replaced since the last restore test.")),
    ("engine", N_("The job uses another backup engine since the last restore test.")),
    ("path_set", N_("What the job protects changed since the last restore test.")),
)


def drills_of_today(facts: JobFacts, today: Identity) -> list[DrillRun]:
    """List the restore tests, whatever they found, of the job as it is today."""
    met = {drill.identity for drill in facts.drills}
    same = {identity for identity in met if change_since(identity, today) is None}
    return [drill for drill in facts.drills if drill.identity in same]


def void_moments(facts: JobFacts) -> list[datetime]:
    """List when the data was shown to be wrong: what was proven before no longer counts."""
    drills = (drill.at for drill in facts.drills if shows_damage(drill))
    checks = (check.at for check in facts.checks if check.verdict is Verdict.FAIL)
    return sorted((*drills, *checks, *(found.at for found in facts.damages)))


def proven_spans(
    facts: JobFacts, drills: Sequence[DrillRun], voids: Sequence[datetime], validity: timedelta
) -> list[tuple[str, Span]]:
    """Give from when until when each tested point was proven, in the order of their start."""
    if not drills:
        return []
    tested = {drill.point for drill in drills}
    points = {
        point.id: point
        for point in facts.points
        if point.id in tested and point.whole and not point.doubtful
    }
    spans = [
        (point.id, _proven_span(drill, point, voids, validity))
        for drill in drills
        if (point := points.get(drill.point)) is not None
    ]
    return sorted(spans, key=lambda named: (named[1].start, named[1].data))


def _proven_span(
    drill: DrillRun, point: Point, voids: Sequence[datetime], validity: timedelta
) -> Span:
    voided = next((moment for moment in voids if moment >= drill.at), None)
    ends = [drill.at + validity, point.removed_at, voided]
    return Span(
        data=point.data_time,
        start=max(drill.at, point.usable_time),
        end=min(end for end in ends if end is not None),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofQuestion:
    """What proof is judged from; ``skipped`` while a person's decision not to test holds.

    ``drills`` are those of the job as it is ``today``; ``since`` is how far back it is asked.
    """

    facts: JobFacts
    today: Identity
    drills: Sequence[DrillRun]
    since: datetime
    required: str
    validity: timedelta
    soundness: Soundness
    overdue: tuple[Reason, ...]
    skipped: Reason | None


def judge_proof(question: ProofQuestion, now: datetime) -> Proof:
    """Judge the job by what has been proven, never by what was promised."""
    facts, validity = question.facts, question.validity
    passed = [drill for drill in question.drills if proves(drill)]
    voids = void_moments(facts)
    standing = [drill for drill in passed if not voids or drill.at > voids[-1]]
    level, at = _level(question, standing, now)
    place = question.today.repository
    wrong = unanswered([run for run in facts.drills if run.identity.repository == place])
    reasons = _with_skip(tuple(_reasons(question, standing, wrong, now)), question.skipped)
    latest = _latest_attempt(facts)
    shown = [drill for drill in passed if drill.at + validity > question.since]
    spans = proven_spans(facts, shown, voids, validity)
    return Proof(
        level=level,
        at=at,
        age=None if at is None else now - at,
        required=question.required,
        validity=validity,
        fresh=(
            not wrong and latest is not None and latest in standing and now - latest.at < validity
        ),
        proven_points=tuple(dict.fromkeys(name for name, span in spans if _holds(span, now))),
        spans=tuple(span for _, span in spans),
        verdict=worst(reason.verdict for reason in reasons) if reasons else Verdict.PASS,
        reasons=reasons,
    )


def _holds(span: Span, now: datetime) -> bool:
    return span.start <= now and (span.end is None or span.end > now)


def _latest_attempt(facts: JobFacts) -> DrillRun | None:
    """Find the latest restore test that either proves something or did not pass."""
    attempts = (d for d in reversed(facts.drills) if proves(d) or d.verdict is not Verdict.PASS)
    return next(attempts, None)


def _level(
    question: ProofQuestion, standing: Sequence[DrillRun], now: datetime
) -> tuple[str | None, datetime | None]:
    unexpired = [drill for drill in standing if now - drill.at < question.validity]
    if unexpired:
        best = max(unexpired, key=lambda drill: (drill.level, drill.at))
        return best.level, best.at
    if standing:
        return standing[-1].level, standing[-1].at
    if question.soundness.level is not None:
        return question.soundness.level, question.soundness.at
    backups = question.facts.backups
    if backups and backups[-1].verdict is Verdict.PASS:
        return "L0", backups[-1].at
    return None, None


def _reasons(
    question: ProofQuestion, standing: Sequence[DrillRun], wrong: Sequence[DrillRun], now: datetime
) -> Iterator[Reason]:
    facts = question.facts
    if facts.damages and not any(proves(d) and d.at > facts.damages[-1].at for d in facts.drills):
        yield _outcome(facts.damages[-1])
    conclusive = (d for d in reversed(facts.drills) if proves(d) or d.verdict is Verdict.FAIL)
    concluded = next(conclusive, None)
    if concluded is not None and concluded.verdict is Verdict.FAIL:
        yield _outcome(concluded)
    elif wrong:
        yield _outcome(wrong[0])
    latest = _latest_attempt(facts)
    if latest is not None and latest.verdict not in {Verdict.PASS, Verdict.FAIL}:
        yield _outcome(latest)
    enough = [drill for drill in standing if drill.level >= question.required]
    if not enough:
        yield _nothing_stands(question)
    elif now - enough[-1].at >= question.validity:
        message = say(
            N_("The last restore test at {level} passed {age} ago; it counts for {validity}."),
            level=question.required,
            age=shown_duration(now - enough[-1].at),
            validity=shown_duration(question.validity),
        )
        yield Reason(Verdict.OVERDUE, FailureClass.OVERDUE, message)
    yield from question.overdue


def _outcome(found: DrillRun | Damage) -> Reason:
    said = found.reason or say(N_("The latest restore test did not pass."))
    return Reason(found.verdict, found.failure, said)


def _nothing_stands(question: ProofQuestion) -> Reason:
    message = say(
        N_("No restore test has proven this yet at {level} or above."), level=question.required
    )
    for drill in reversed(question.facts.drills):
        if proves(drill) and drill.level >= question.required:
            message = change_since(drill.identity, question.today) or say(
                N_("Damage was found after the last restore test that passed.")
            )
            break
    return Reason(Verdict.INCONCLUSIVE, FailureClass.NO_PROOF, message)


def _with_skip(reasons: tuple[Reason, ...], skipped: Reason | None) -> tuple[Reason, ...]:
    """Let a decision not to test stand for all but a failure, which it cannot undo."""
    if skipped is None or not reasons:
        return reasons
    failed = tuple(reason for reason in reasons if reason.verdict is Verdict.FAIL)
    return (*failed, skipped)
