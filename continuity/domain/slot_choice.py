"""Which of the slots that are due start now, and why the others wait. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.calendar import is_open
from continuity.domain.run import interrupted
from continuity.domain.slot import (
    Expectation,
    Key,
    Lane,
    Slot,
    SlotKind,
    SlotState,
    lane_of,
)
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict

MOST_ATTEMPTS = 3
"""A run whose process dies is begun again so often in all; then something is wrong with it."""

_AGAIN = timedelta(minutes=5)
_NEVER_MIND = timedelta(minutes=10)
_OUTSIDE = N_("It starts only within the hours set for it.")
_LANE_TAKEN = N_("Another run of this repository is under way: the {kind} of {job}.")
_FULL = N_("As many runs as may be at once are under way.")
_FULL_FIRST = N_("The full restore test comes first, and covers it.")
_MADE_WAY = N_("It was stopped for a backup, or for the end of the service.")
_GONE = N_("The process that ran it is gone and left no end.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Under:
    """A run under way, whoever started it."""

    job: str
    kind: SlotKind
    repository: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What to start now, why others wait, and which runs are to make way."""

    start: tuple[Slot, ...]
    held: Mapping[tuple[Key, datetime], Message]
    yielding: tuple[Under, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a run of a slot ended; without a ``run_id`` it never began, for that reason."""

    verdict: Verdict
    run_id: str = ""
    reason: Message | None = None


def choose(
    due: Iterable[Slot],
    expected: Mapping[Key, Expectation],
    under_way: Iterable[Under],
    at_once: int,
    now: datetime,
) -> Choice:
    """Choose by kind, then by what the business needs most, then by age.

    Restore tests never delay backups: they take a place only when one is free, a backup does not
    count them, and checking a repository, which would lock it, makes way.
    """
    busy = list(under_way)
    start: list[Slot] = []
    held: dict[tuple[Key, datetime], Message] = {}
    yielding: list[Under] = []
    known = [slot for slot in due if slot.key in expected]
    for slot in sorted(known, key=lambda one: _order(one, expected[one.key])):
        wanted = expected[slot.key]
        if slot.wait_until is not None and slot.wait_until > now:
            continue
        why = _obstacle(slot, wanted, busy, at_once, now) or _covered(slot, known)
        blocking = _checks_in_the_way(slot, wanted, busy)
        if why is not None:
            held[slot.key, slot.planned] = why
        elif blocking:
            yielding += blocking
            held[slot.key, slot.planned] = _taken(blocking[0])
        else:
            busy.append(Under(job=slot.job, kind=slot.kind, repository=wanted.repository))
            start.append(slot)
    return Choice(start=tuple(start), held=held, yielding=tuple(dict.fromkeys(yielding)))


def _order(slot: Slot, wanted: Expectation) -> tuple[bool, int, datetime, str, int]:
    kinds = tuple(SlotKind)
    return (
        lane_of(slot.kind) is not Lane.WRITE,
        wanted.rank,
        slot.planned,
        slot.job,
        kinds.index(slot.kind),
    )


def _obstacle(
    slot: Slot, wanted: Expectation, busy: list[Under], at_once: int, now: datetime
) -> Message | None:
    if wanted.hours is not None and not is_open(wanted.hours, now):
        return say(_OUTSIDE)
    lane = lane_of(slot.kind)
    inside = [one for one in busy if one.repository == wanted.repository]
    same = [one for one in inside if lane_of(one.kind) is lane]
    if slot.kind is SlotKind.READ_BACK:
        same = inside
    if same:
        return _taken(same[0])
    counted = busy if lane is Lane.READ else [one for one in busy if lane_of(one.kind) is lane]
    return say(_FULL) if len(counted) >= at_once else None


def _covered(slot: Slot, due: list[Slot]) -> Message | None:
    if slot.kind is not SlotKind.DRILL:
        return None
    full = any(one.kind is SlotKind.FULL_DRILL and one.job == slot.job for one in due)
    return say(_FULL_FIRST) if full else None


def _checks_in_the_way(slot: Slot, wanted: Expectation, busy: list[Under]) -> list[Under]:
    if slot.kind is not SlotKind.BACKUP:
        return []
    inside = (one for one in busy if one.repository == wanted.repository)
    return [one for one in inside if one.kind is SlotKind.READ_BACK]


def _taken(other: Under) -> Message:
    return say(_LANE_TAKEN, kind=other.kind.value, job=other.job)


def settled(slot: Slot, outcome: Outcome, now: datetime) -> Slot:
    """Write how a run of a slot ended; one that never began is tried again a little later."""
    if outcome.run_id:
        return replace(
            slot,
            state=SlotState.RAN,
            ended=now,
            run_id=outcome.run_id,
            verdict=outcome.verdict,
            reason=outcome.reason,
        )
    return replace(
        slot,
        state=SlotState.DUE,
        started=None,
        wait_until=now + _AGAIN * min(slot.attempts, MOST_ATTEMPTS),
        reason=outcome.reason or say(_GONE),
    )


def made_way(slot: Slot, now: datetime) -> Slot:
    """Put a slot back that was stopped in favour of a backup, or of the end of the service."""
    return replace(
        slot,
        state=SlotState.DUE,
        attempts=max(slot.attempts - 1, 0),
        wait_until=now + _NEVER_MIND,
        reason=say(_MADE_WAY),
    )


def bereaved(slot: Slot, now: datetime) -> Slot:
    """Deal with a slot whose process is gone without an end: begin again, but not for ever."""
    if slot.attempts < MOST_ATTEMPTS:
        return replace(slot, state=SlotState.DUE, wait_until=now, reason=say(_GONE))
    conclusion = interrupted()
    return replace(
        slot,
        state=SlotState.RAN,
        ended=now,
        verdict=conclusion.verdict,
        reason=say(_GONE),
    )
