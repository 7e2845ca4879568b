"""The one value behind every form of a report: the same numbers whoever reads it, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.advice import Advice, Answered
from continuity.domain.light import Light, Lights
from continuity.domain.period import Period
from continuity.domain.recovery_time import TimeKind
from continuity.domain.report_conducted import ConductedLine
from continuity.domain.report_incidents import IncidentLine
from continuity.domain.report_ready import ReadyLine
from continuity.domain.report_runs import RunLine
from continuity.domain.run import RunKind
from continuity.domain.scorecard import Scorecard
from continuity.domain.surviving import Survival
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict


class Trend(StrEnum):
    """How something compares with the end of the preceding period."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What a system was like at the end of the preceding period."""

    light: Light
    back: timedelta | None
    loss: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemLine:
    """One system on the first page.

    ``sentence`` answers: if we lost it today, when is it back, and what is lost? ``back`` is the
    safe time with all it depends on, ``loss`` the work that would be gone, None for unknown and for
    everything: ``survival`` tells which. ``claimed`` is the age of the newest copy, tested or not.
    ``tested_at`` is the oldest measurement behind a measured time.
    """

    name: str
    title: str
    criticality: str
    owner: str
    light: Light
    verdict: Verdict
    sentence: Message
    back: timedelta | None
    likely: timedelta | None
    kind: TimeKind
    tested_at: datetime | None
    loss: timedelta | None
    survival: Survival
    claimed: timedelta | None
    worst: timedelta | None
    worst_at: datetime | None
    back_target: timedelta | None
    loss_target: timedelta | None
    level: str
    proof_age: timedelta | None
    before: Before | None
    trend: Trend


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something that is not covered, not known, overdue or wrong."""

    system: str
    title: str
    job: str
    verdict: Verdict
    text: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many runs of a kind ended how, in a period."""

    kind: RunKind
    passed: int = 0
    failed: int = 0
    inconclusive: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.passed + self.failed + self.inconclusive + self.other


@dataclass(frozen=True, kw_only=True, slots=True)
class JobLine:
    """Which system a job belongs to."""

    job: str
    title: str
    system: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsLine:
    """The restore points of a job that can be had back, and how many of them were proven.

    ``quarantined`` are those that nobody has accepted yet.
    """

    job: str
    system: str
    kept: int
    proven: int
    quarantined: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Untested:
    """A job of which nothing was restored in the period, and why."""

    job: str
    title: str
    system: str
    why: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeLine:
    """What changed in a job since its last restore test."""

    job: str
    system: str
    text: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordEnd:
    """The end of the record that a report rests on.

    ``checkpoint`` is the latest signed one in its short form, empty when none was ever signed.
    ``doubt`` is what is wrong with the record.
    """

    sequence: int
    hash: str
    checkpoint: str
    doubt: Message | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Annex:
    """What stands behind the first page, for technicians and auditors.

    ``all_back`` is how long all systems take to come back after everything was lost, one at a
    time; None when that is unknown.
    """

    jobs: tuple[JobLine, ...]
    points: tuple[PointsLine, ...]
    runs: tuple[RunLine, ...]
    incidents: tuple[IncidentLine, ...]
    conducted: tuple[ConductedLine, ...]
    readiness: tuple[ReadyLine, ...]
    cards: tuple[Scorecard, ...]
    changes: tuple[ChangeLine, ...]
    untested: tuple[Untested, ...]
    all_back: timedelta | None
    record: RecordEnd


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What there is to say about a period.

    ``as_of`` is the moment that everything is judged for: the end of the period, or the present
    while it lasts. ``gaps`` come before what passed, the gravest first.
    """

    organisation: str
    zone: str
    period: Period
    preceding: Period
    made_at: datetime
    as_of: datetime
    verdict: Verdict
    light: Light
    lights: Lights
    lights_before: Lights | None
    gaps: tuple[Gap, ...]
    systems: tuple[SystemLine, ...]
    tallies: tuple[Tally, ...]
    tallies_before: tuple[Tally, ...]
    risks: tuple[Message, ...]
    advice: tuple[Advice, ...]
    answered: tuple[Answered, ...]
    decisions: tuple[Message, ...]
    annex: Annex
