"""A slot: one planned time of one kind of run of one job, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.calendar import Calendar
from continuity.domain.schedule import Timetable
from continuity.domain.text import Message
from continuity.domain.verdict import Verdict

PUNCTUAL = timedelta(minutes=15)
"""A run that starts within this time of its slot is not called late."""

FENCE = "CONTINUITY_SLOT_FENCE"
"""By this name in its environment a process is told the fence of the slot for which it runs."""


def fence_told(environ: Mapping[str, str]) -> int | None:
    """Read for which slot this process was started; None when it was for none."""
    text = environ.get(FENCE, "")
    return int(text) if text.isascii() and text.isdigit() else None


class SlotKind(StrEnum):
    """What a job does by its timetable; kept with the slots, so the words never change."""

    BACKUP = "backup"
    FULL_DRILL = "full-drill"
    DRILL = "drill"
    READ_BACK = "read-back"
    SABOTAGE = "sabotage"


class SlotState(StrEnum):
    """How far a slot has come; RAN and MISSED are its end."""

    DUE = "due"
    RUNNING = "running"
    RAN = "ran"
    MISSED = "missed"


class Lane(StrEnum):
    """What a run does to a repository; one run of each lane at a time."""

    WRITE = "write"
    READ = "read"


def lane_of(kind: SlotKind) -> Lane:
    """Tell what a kind of run does to its repository."""
    return Lane.WRITE if kind is SlotKind.BACKUP else Lane.READ


Key = tuple[str, SlotKind]
"""A job and one of the things that it does by a timetable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One planned time.

    ``wait_until`` is the earliest start. ``started`` is when it was last begun; ``fence`` grows
    with every start of any slot, so that who was given up cannot write an end any more. ``reason``
    says why it waits, or why it was missed.
    """

    job: str
    kind: SlotKind
    planned: datetime
    state: SlotState = SlotState.DUE
    wait_until: datetime | None = None
    attempts: int = 0
    fence: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    run_id: str = ""
    verdict: Verdict | None = None
    reason: Message | None = None

    @property
    def key(self) -> Key:
        """Whose slot it is."""
        return self.job, self.kind

    @property
    def late(self) -> timedelta | None:
        """How late it started; None when it was punctual or never started."""
        if self.started is None or self.started - self.planned <= PUNCTUAL:
            return None
        return self.started - self.planned


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How far the slots of a timetable are accounted for.

    Every slot after ``since`` and not after ``until`` has a row of its own.
    """

    job: str
    kind: SlotKind
    text: str
    zone: str
    since: datetime
    until: datetime

    @property
    def key(self) -> Key:
        """Whose course it is."""
        return self.job, self.kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What a job is to do by its timetable.

    ``rank`` is smaller the more the business needs it. ``spread`` is its own delay after each
    slot. Runs start within ``hours`` alone, and not when they are later than ``start_within``.
    ``skipped`` is a person's decision not to run it now.
    """

    job: str
    kind: SlotKind
    timetable: Timetable
    repository: str
    rank: int = 0
    spread: timedelta = timedelta()
    hours: Calendar | None = None
    start_within: timedelta | None = None
    skipped: Message | None = None

    @property
    def key(self) -> Key:
        """Of what it is expected."""
        return self.job, self.kind
