"""One run of a runbook: what happened so far, step by step, as the sum of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Mode(StrEnum):
    """In earnest, talked through, practised in part, or practised whole."""

    REAL = "real"
    TABLE_TOP = "table-top"
    FUNCTIONAL = "functional"
    FULL = "full"


class RunState(StrEnum):
    """Where a run is; the last five are its ends. INTERRUPTED: something real ended a drill."""

    PREPARED = "prepared"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    WITH_EXCEPTIONS = "completed-with-exceptions"
    ABORTED = "aborted"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"


OVER = frozenset(
    {
        *(RunState.COMPLETED, RunState.WITH_EXCEPTIONS),
        *(RunState.ABORTED, RunState.TIMED_OUT, RunState.INTERRUPTED),
    }
)
"""Nothing more is done in it."""


class StepState(StrEnum):
    """Where a step is. UNKNOWN: it began, and nobody recorded how it ended."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    SKIPPED = "skipped"
    SIMULATED = "simulated"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ON = frozenset({StepState.RUNNING, StepState.WAITING, StepState.UNKNOWN})
"""Begun, and not ended."""

BROKEN = frozenset({StepState.FAILED, StepState.TIMED_OUT})


class Waits(StrEnum):
    """What a step waits for before it can go on or end."""

    NOTHING = ""
    WORK = "work"
    DECISION = "decision"
    APPROVAL = "approval"
    CONFIRMATION = "confirmation"
    DRILL = "drill"
    POINT = "point"
    TIMER = "timer"
    STEPS = "steps"
    RUN = "run"


class Why(StrEnum):
    """Why a step was left out, nobody knows about it, or a run stands still."""

    NOTHING = ""
    CONDITION = "condition"
    JUMP = "jump"
    DRILL = "drill"
    DEFERRED = "deferred"
    PERSON = "person"
    FAILED = "failed"
    UNDONE = "undone"
    CRASH = "crash"
    INTERRUPTED = "interrupted"


class Event(StrEnum):
    """What can happen in a run; names are hashed with the record, so they never change."""

    STARTED = "started"
    CLAIMED = "claimed"
    BEGUN = "begun"
    INTENT = "intent"
    RESULT = "result"
    HELD = "held"
    SKIPPED = "skipped"
    SIMULATED = "simulated"
    DECIDED = "decided"
    WIDENED = "widened"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    HANDED_OVER = "handed-over"
    DEVIATED = "deviated"
    PAUSED = "paused"
    RESUMED = "resumed"
    ASKED = "asked"
    GONE_ON = "gone-on"
    UNKNOWN = "unknown"
    RETRIED = "retried"
    PASSED = "passed"
    JUMPED = "jumped"
    UNDO_BEGUN = "undo-begun"
    UNDONE = "undone"
    NOTED = "noted"
    ABORTED = "aborted"
    TIMED_OUT = "timed-out"
    FINISHED = "finished"


Plain = str | int | bool | None
Detail = Plain | tuple[str, ...] | Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that happened. ``by`` and ``whom`` are people, ``reason`` what was written.

    ``objections`` are what others said against a choice, in their words.
    ``details`` go into the record as they are: no person's name, no free text, no secret.
    """

    event: Event
    at: datetime
    step: str = ""
    by: str = ""
    whom: str = ""
    reason: str = ""
    objections: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRun:
    """One step as it is now.

    ``deadline``, ``due_at`` and ``timebox_at`` are moments, so that no restart moves them: after
    which it has not worked, at which it goes on by itself, and at which people are asked.
    ``not_before`` is when it is tried again. ``cleared`` names what it no longer waits for.
    ``intent_at`` stands while something is being done whose end is not recorded. ``ended`` is the
    version at which it ended. ``passed``: broken, and the run goes on without it. ``choice`` is
    what a person chose for it, ``repository`` where they want it from, ``child`` the run that it
    is, ``forced`` that a person wanted it in spite of its condition.
    """

    step: str
    state: StepState = StepState.PENDING
    why: Why = Why.NOTHING
    waits: Waits = Waits.NOTHING
    holder: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    begun_at: datetime | None = None
    deadline: datetime | None = None
    timebox_at: datetime | None = None
    asked: bool = False
    due_at: datetime | None = None
    not_before: datetime | None = None
    intent_at: datetime | None = None
    process: str = ""
    ended_at: datetime | None = None
    ended: int = 0
    passed: bool = False
    forced: bool = False
    cleared: tuple[str, ...] = ()
    widened: bool = False
    choice: str = ""
    repository: str = ""
    approvers: tuple[str, ...] = ()
    undone: bool = False
    given: tuple[str, ...] = ()
    child: str = ""

    @property
    def settled(self) -> bool:
        """Whether the run has nothing more to do about it."""
        ended = (StepState.DONE, StepState.SKIPPED, StepState.SIMULATED, StepState.CANCELLED)
        return self.state in ended or (self.state in BROKEN and self.passed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A value that conditions and arguments may use; ``text`` is JSON."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Inserted:
    """A step that is not in the document: what somebody did besides, and why it was needed."""

    step: str
    author: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A decision as it was taken; ``by`` is empty for the default of its time limit."""

    decision: str
    option: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conduct:
    """One run as it is now; ``version`` counts its entries, so that two people cannot race.

    ``hash`` names the document it follows to its end, whatever is edited meanwhile. ``order`` are
    the steps that follow one another. ``undoing`` are the steps still to be taken back, in that
    order; ``after_undo`` says whether it ends then. ``commander`` leads it; ``offered_to`` is who
    was asked to take over. ``parent`` is the run that this one is a step of. ``systems`` are those
    that its runbook is about, ``secrets`` where its secret parameters are kept, by name. ``latest``
    is the time of the latest entry.
    """

    run: str
    runbook: str = ""
    hash: str = ""
    mode: Mode = Mode.REAL
    urgent: bool = False
    incident: int = 0
    parent: str = ""
    systems: tuple[str, ...] = ()
    state: RunState = RunState.PREPARED
    why: Why = Why.NOTHING
    version: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    deadline: datetime | None = None
    commander: str = ""
    offered_to: str = ""
    order: tuple[str, ...] = ()
    steps: tuple[StepRun, ...] = ()
    undoing: tuple[str, ...] = ()
    after_undo: str = ""
    values: tuple[Known, ...] = ()
    inserted: tuple[Inserted, ...] = ()
    taken: tuple[Taken, ...] = ()
    secrets: tuple[Known, ...] = ()
    latest: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state in OVER

    @property
    def drill(self) -> bool:
        """Whether it is only practised."""
        return self.mode is not Mode.REAL

    def of(self, step: str) -> StepRun:
        """Give a step; one that never was is pending."""
        return next((one for one in self.steps if one.step == step), StepRun(step=step))
