"""An incident: a fault that people deal with, as the sum of everything that happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from continuity.domain.fault import CheckKind, FaultKind
from continuity.domain.segment import Segments
from continuity.domain.text import Message
from continuity.domain.ticket import Severity


class State(StrEnum):
    """Where an incident is. PENDING is not announced yet; the last two are its ends."""

    PENDING = "pending"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


ACTIVE = frozenset(
    {State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS, State.ON_HOLD, State.MITIGATED}
)
"""Announced, and not over."""

ENDED = frozenset({State.CLOSED, State.CANCELLED})
"""The fingerprint is free again."""


class Event(StrEnum):
    """What can happen to an incident; names are hashed with the record, so they never change."""

    SEEN = "seen"
    PASSED = "passed"
    OPENED = "opened"
    INHIBITED = "inhibited"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    STARTED = "started"
    HELD = "held"
    RESUMED = "resumed"
    MITIGATED = "mitigated"
    RETEST_QUEUED = "retest-queued"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RAISED = "raised"
    LOWERED = "lowered"
    DECLARED_MAJOR = "declared-major"
    FLAPPING = "flapping"
    STEADY = "steady"
    ASSIGNED = "assigned"
    NOTED = "noted"
    ESCALATED = "escalated"
    NOBODY_NOTIFIED = "nobody-notified"
    REVIEWED = "reviewed"
    TOLD = "told"
    IMPACT_STATED = "impact-stated"
    DUTY_BEGUN = "duty-begun"
    DUTY_MET = "duty-met"
    LADDERS_TAKEN = "ladders-taken"


COUNTED = frozenset({Event.SEEN, Event.PASSED})
"""Counted and not recorded: the run that they tell of has a record of its own."""

Value = str | int | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that happened. ``by`` is a person's name or empty for the program itself.

    ``reason`` is what that person wrote. ``details`` go into the record as they are: no person's
    name, no free text.
    """

    event: Event
    at: datetime
    by: str = ""
    reason: str = ""
    details: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Why and until when nobody works on it; ``pausing`` stops the clock of its resolution."""

    reason: str
    until: datetime
    pausing: bool
    back_to: State


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """One incident as it is now; ``version`` counts its changes, so that two people cannot race.

    ``results`` are the last answers to its question, oldest first; ``streak`` how many of them
    failed in a row, or passed when negative. ``cycle`` counts from 1 and grows when it comes back.
    ``reason`` and ``remedy`` are what the last failing answer said, ``evidence`` the sequence
    number of its record, 0 for what was derived.
    ``parent`` is the number of the incident that speaks for this one. ``holder`` is who has the
    ball, empty for nobody. ``proof`` is the sequence number of the record that showed it to be
    over, ``waiver_until`` the end of a person's decision to do without.

    ``impact_at`` is since when the service is down, once somebody said so; ``clocks`` the times of
    everything agreed. ``recovered_at`` is when its service was verified by people who followed a
    runbook, who needed ``recovery_milliseconds`` from the impact; ``lost_milliseconds`` is how much
    older the restored data was. ``ladders`` is the version of the ladders of its opening, ``rungs``
    are the keys of those that were climbed.
    """

    number: int
    fingerprint: str
    kind: FaultKind
    check: CheckKind
    system: str
    target: str
    repository: str
    failure: str
    criticality: str
    state: State
    severity: Severity
    first_seen: datetime
    last_seen: datetime
    version: int = 0
    count: int = 0
    streak: int = 0
    results: tuple[bool, ...] = ()
    last_key: str = ""
    evidence: int = 0
    reason: Message | None = None
    remedy: Message | None = None
    opened_at: datetime | None = None
    acknowledged_at: datetime | None = None
    active_at: datetime | None = None
    holder: str = ""
    hold: Hold | None = None
    mitigated_at: datetime | None = None
    retest_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    proof: int = 0
    waiver_until: datetime | None = None
    closed_at: datetime | None = None
    cycle: int = 1
    parent: int | None = None
    recurrence_of: int | None = None
    raised_at: datetime | None = None
    major: bool = False
    drill: bool = False
    flapping: bool = False
    reviewed: bool = False
    impact_at: datetime | None = None
    recovered_at: datetime | None = None
    recovery_milliseconds: int = 0
    lost_milliseconds: int | None = None
    clocks: Segments = ()
    ladders: str = ""
    rungs: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether it is announced and not over."""
        return self.state in ACTIVE

    @property
    def speaks(self) -> bool:
        """Whether people hear of it, and not of another in its place."""
        return self.active and self.parent is None

    @property
    def review_required(self) -> bool:
        """Whether it must not be closed before somebody has looked back at it."""
        return self.severity in {Severity.S1, Severity.S2} or self.major
