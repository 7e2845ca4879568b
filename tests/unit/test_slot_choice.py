"""Which due slots start: backups first, no collisions, and no test that delays a backup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import Calendar, Shift
from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Expectation, Key, Slot, SlotKind, SlotState
from continuity.domain.slot_choice import (
    MOST_ATTEMPTS,
    Outcome,
    Under,
    bereaved,
    choose,
    made_way,
    settled,
)
from continuity.domain.text import say
from continuity.domain.verdict import Verdict

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def expectation(
    kind: SlotKind = SlotKind.BACKUP, job: str = "erp", repository: str = "near", rank: int = 0
) -> Expectation:
    return Expectation(
        job=job,
        kind=kind,
        timetable=timetable_from_text("daily at 02:30", "Europe/Madrid"),
        repository=repository,
        rank=rank,
    )


def test_a_delayed_slot_waits_for_its_delay() -> None:
    wanted = replace(expectation(), spread=timedelta(minutes=9))
    slot = replace(slot_of(wanted), wait_until=START + wanted.spread)
    early = choose([slot], by_key(wanted), (), 2, slot.planned + timedelta(minutes=8))
    late = choose([slot], by_key(wanted), (), 2, slot.planned + timedelta(minutes=9))

    assert (early.start, late.start) == ((), (slot,))


def by_key(*wanted: Expectation) -> dict[Key, Expectation]:
    return {one.key: one for one in wanted}


def slot_of(wanted: Expectation) -> Slot:
    return Slot(job=wanted.job, kind=wanted.kind, planned=START)


def chosen(*wanted: Expectation, busy: tuple[Under, ...] = (), at_once: int = 9) -> list[str]:
    slots = [slot_of(one) for one in wanted]
    choice = choose(slots, by_key(*wanted), busy, at_once, START)
    return [f"{slot.kind} {slot.job}" for slot in choice.start]


def test_backups_come_first_and_among_them_what_the_business_needs_most() -> None:
    found = chosen(
        expectation(kind=SlotKind.DRILL, job="a", repository="r1"),
        expectation(job="b", repository="r2", rank=2),
        expectation(job="c", repository="r3", rank=0),
    )

    assert found == ["backup c", "backup b", "drill a"]


def test_one_backup_at_a_time_goes_into_a_repository() -> None:
    assert chosen(expectation(job="a"), expectation(job="b", rank=1)) == ["backup a"]


@pytest.mark.parametrize("kind", [SlotKind.DRILL, SlotKind.FULL_DRILL])
def test_a_restore_test_delays_no_backup_of_its_repository_nor_takes_its_place(
    kind: SlotKind,
) -> None:
    busy = (Under(job="erp", kind=kind, repository="near"),)

    assert chosen(expectation(), busy=busy, at_once=1) == ["backup erp"]


def test_a_restore_test_waits_while_all_places_are_taken() -> None:
    busy = (Under(job="web", kind=SlotKind.BACKUP, repository="far"),)

    assert chosen(expectation(kind=SlotKind.DRILL), busy=busy, at_once=1) == []


def test_a_check_that_would_lock_the_repository_makes_way_for_a_backup() -> None:
    wanted = expectation()
    check = Under(job="erp", kind=SlotKind.READ_BACK, repository="near")
    choice = choose([slot_of(wanted)], by_key(wanted), [check], 2, START)

    assert (choice.start, choice.yielding) == ((), (check,))
    assert choice.held


def test_a_check_does_not_begin_beside_a_backup() -> None:
    wanted = expectation(kind=SlotKind.READ_BACK)
    busy = (Under(job="erp", kind=SlotKind.BACKUP, repository="near"),)

    assert chosen(wanted, busy=busy) == []


def test_of_two_restore_tests_of_a_job_the_full_one_is_made() -> None:
    found = chosen(expectation(kind=SlotKind.DRILL), expectation(kind=SlotKind.FULL_DRILL))

    assert found == ["full-drill erp"]


def test_outside_its_hours_nothing_starts_and_the_reason_is_said() -> None:
    night = Calendar(name="", zone="Europe/Madrid", shifts=(Shift(start=time(22), end=time(6)),))
    wanted = replace(expectation(), hours=night)
    by_day = choose([slot_of(wanted)], by_key(wanted), (), 2, START)
    by_night = choose([slot_of(wanted)], by_key(wanted), (), 2, START + 12 * HOUR)

    assert (by_day.start, len(by_day.held)) == ((), 1)
    assert len(by_night.start) == 1


@given(
    st.lists(
        st.builds(
            expectation,
            kind=st.sampled_from(SlotKind),
            job=st.sampled_from("abcde"),
            repository=st.sampled_from(("r1", "r2")),
            rank=st.integers(0, 3),
        ),
        max_size=12,
    ),
    st.integers(1, 4),
)
def test_whatever_is_due_no_two_runs_collide_and_no_backup_waits_for_a_test(
    wanted: list[Expectation], at_once: int
) -> None:
    expected = by_key(*wanted)
    slots = [slot_of(one) for one in expected.values()]
    choice = choose(slots, expected, (), at_once, START)
    backups = [one for one in choice.start if one.kind is SlotKind.BACKUP]
    writing = [expected[slot.key].repository for slot in backups]
    waiting = {expected[one.key].repository for one in slots if one.kind is SlotKind.BACKUP}

    assert len(writing) == len(set(writing)) == min(at_once, len(waiting))
    assert not choice.yielding
    assert len(choice.start) + len(choice.held) == len(slots)
    assert len(choice.start) <= max(at_once, len(backups))


def test_a_run_that_never_began_is_tried_again_later_and_later() -> None:
    slot = replace(slot_of(expectation()), state=SlotState.RUNNING, attempts=2, started=START)
    again = settled(slot, Outcome(verdict=Verdict.INCONCLUSIVE, reason=say("Busy.")), START)

    assert again.state is SlotState.DUE
    assert again.wait_until == START + timedelta(minutes=10)
    assert str(again.reason) == "Busy."


def test_a_run_that_was_killed_without_a_word_says_why_it_is_due_again() -> None:
    slot = replace(slot_of(expectation()), state=SlotState.RUNNING, attempts=1, started=START)

    again = settled(slot, Outcome(verdict=Verdict.INCONCLUSIVE), START)

    assert str(again.reason) == "The process that ran it is gone and left no end."


def test_who_made_way_has_lost_no_attempt_and_says_why_it_waits() -> None:
    slot = replace(slot_of(expectation()), state=SlotState.RUNNING, attempts=1)

    waiting = made_way(slot, START)

    assert waiting.attempts == 0
    assert "It was stopped for a backup" in str(waiting.reason)


def test_what_dies_again_and_again_is_not_begun_for_ever() -> None:
    slot = replace(slot_of(expectation()), state=SlotState.RUNNING)
    states = [
        bereaved(replace(slot, attempts=count), START).state
        for count in range(1, MOST_ATTEMPTS + 1)
    ]

    assert states == [SlotState.DUE] * (MOST_ATTEMPTS - 1) + [SlotState.RAN]
    assert bereaved(replace(slot, attempts=9), START).verdict is Verdict.INCONCLUSIVE


def test_a_start_long_after_its_slot_is_called_late() -> None:
    slot = slot_of(expectation())

    assert replace(slot, started=START + timedelta(minutes=10)).late is None
    assert replace(slot, started=START + 3 * HOUR).late == 3 * HOUR
