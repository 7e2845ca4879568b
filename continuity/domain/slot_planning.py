"""Which slots a timetable has had, and which of them still counts: after sleep, one run. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from continuity.domain.schedule import Timetable, timetable_from_text
from continuity.domain.slot import Course, Expectation, Key, Slot, SlotState
from continuity.domain.text import N_, Message, say

_SUPERSEDED = N_("It could not start before the next one was due.")
_COALESCED = N_("Nothing ran it in time; one run makes up for several.")
_TOO_LATE = N_("It could not start within the time set for it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """What the passing of time did to the slots of one timetable.

    ``slots`` are new or changed. ``reopen_after`` is set when the clock went back: what was missed
    after that time by the wrong clock is not missed yet. ``is_over`` when nothing more is expected.
    """

    course: Course
    slots: tuple[Slot, ...] = ()
    reopen_after: datetime | None = None
    is_over: bool = False


def advance(
    expected: Expectation, course: Course | None, waiting: Slot | None, now: datetime
) -> Advance:
    """Account for every slot up to now: at most one is due afterwards, the newest.

    ``waiting`` is the slot that is due already. A timetable without a course begins now.
    """
    if course is None:
        return Advance(course=_course(expected, now, now))
    if course.until > now:
        # The clock went back. What it skipped ahead to has yet to come.
        kept = waiting if waiting is not None and waiting.planned <= now else None
        back = replace(course, since=min(course.since, now), until=now)
        return replace(advance(expected, back, kept, now), reopen_after=now)
    timetable = _timetable(course)
    changed = (course.text, course.zone) != (expected.timetable.text, expected.timetable.zone)
    passed = tuple(_between(timetable, course.until, now))
    until = passed[-1] if passed and not changed else course.until
    moved = _course(expected, now, now) if changed else replace(course, until=until)
    return Advance(course=moved, slots=tuple(_settled(expected, passed, waiting, now)))


def ended_course(course: Course, now: datetime, why: Message) -> Advance:
    """Account for every slot up to now of something that cannot be run any more."""
    passed = tuple(_between(_timetable(course), course.until, now))
    fresh = (Slot(job=course.job, kind=course.kind, planned=planned) for planned in passed)
    return Advance(
        course=replace(course, until=passed[-1] if passed else course.until),
        slots=tuple(missed(slot, now, why) for slot in fresh),
    )


def missed(slot: Slot, now: datetime, why: Message) -> Slot:
    """End a slot that was never run."""
    return replace(slot, state=SlotState.MISSED, ended=now, reason=why)


def spread_of(key: Key, most: timedelta) -> timedelta:
    """Give the delay of a job after its slots: always the same one, below ``most``."""
    digest = hashlib.sha256("\n".join(key).encode()).digest()
    seconds = int(most.total_seconds())
    return timedelta(seconds=int.from_bytes(digest[:8], "big") % seconds if seconds else 0)


def _settled(
    expected: Expectation, passed: tuple[datetime, ...], waiting: Slot | None, now: datetime
) -> Iterator[Slot]:
    fresh = [
        Slot(
            job=expected.job,
            kind=expected.kind,
            planned=planned,
            wait_until=planned + expected.spread,
        )
        for planned in passed
    ]
    if fresh and waiting is not None:
        yield missed(waiting, now, waiting.reason or say(_SUPERSEDED))
    for slot in fresh[:-1]:
        yield missed(slot, now, expected.skipped or say(_COALESCED))
    newest = fresh[-1] if fresh else waiting
    if newest is None:
        return
    why = _given_up(expected, newest, now)
    if why is not None:
        yield missed(newest, now, why)
    elif fresh:
        yield newest


def _given_up(expected: Expectation, slot: Slot, now: datetime) -> Message | None:
    if expected.skipped is not None:
        return expected.skipped
    if expected.start_within is not None and now > slot.planned + expected.start_within:
        return slot.reason or say(_TOO_LATE)
    return None


def _course(expected: Expectation, since: datetime, until: datetime) -> Course:
    return Course(
        job=expected.job,
        kind=expected.kind,
        text=expected.timetable.text,
        zone=expected.timetable.zone,
        since=since,
        until=until,
    )


def _timetable(course: Course) -> Timetable:
    return timetable_from_text(course.text, course.zone)


def _between(timetable: Timetable, after: datetime, until: datetime) -> Iterator[datetime]:
    if timetable.latest_due(until) <= after:
        return
    planned = timetable.next_after(after)
    while planned <= until:
        yield planned
        planned = timetable.next_after(planned)
