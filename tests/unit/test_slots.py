"""Slots: each is accounted for, one run makes up for many, and what may start now does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Course, Expectation, Slot, SlotKind, SlotState
from continuity.domain.slot_planning import Advance, advance, ended_course, spread_of
from continuity.domain.text import say

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXTS = ("every 6h", "daily at 02:30", "weekly on sunday at 02:30", "*/20 1-3 * * *")


def expectation(
    text: str = "daily at 02:30",
    kind: SlotKind = SlotKind.BACKUP,
    job: str = "erp",
    repository: str = "near",
    rank: int = 0,
) -> Expectation:
    return Expectation(
        job=job,
        kind=kind,
        timetable=timetable_from_text(text, "Europe/Madrid"),
        repository=repository,
        rank=rank,
    )


def begun(wanted: Expectation) -> Course:
    return advance(wanted, None, None, START).course


def due(moved: Advance) -> list[Slot]:
    return [slot for slot in moved.slots if slot.state is SlotState.DUE]


def planned(moved: Advance) -> list[datetime]:
    return [slot.planned for slot in moved.slots]


@given(
    st.sampled_from(TEXTS),
    st.lists(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3)), max_size=20),
)
def test_whenever_it_looks_every_slot_is_accounted_for_once_and_at_most_one_is_due(
    text: str, looks: list[timedelta]
) -> None:
    wanted, now = expectation(text), START
    course, rows, waiting = begun(wanted), dict[datetime, Slot](), None
    for pause in looks:
        now += pause
        moved = advance(wanted, course, waiting, now)
        course = moved.course
        rows.update({slot.planned: slot for slot in moved.slots})
        open_ones = [slot for slot in rows.values() if slot.state is SlotState.DUE]
        waiting = open_ones[-1] if open_ones else None
        expected, moment = [], wanted.timetable.next_after(START)
        while moment <= now:
            expected.append(moment)
            moment = wanted.timetable.next_after(moment)

        assert sorted(rows) == expected
        assert [slot.planned for slot in open_ones] == expected[-1:]
        assert all(slot.reason for slot in rows.values() if slot.state is SlotState.MISSED)


@given(st.sampled_from(TEXTS), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9)))
def test_looking_twice_changes_nothing(text: str, pause: timedelta) -> None:
    wanted = expectation(text)
    first = advance(wanted, begun(wanted), None, START + pause)
    waiting = due(first)[0] if due(first) else None

    assert advance(wanted, first.course, waiting, START + pause).slots == ()


def test_a_timetable_begins_when_it_is_first_seen() -> None:
    moved = advance(expectation(), None, None, START)

    assert (moved.slots, moved.course.since) == ((), START)


def test_a_clock_that_goes_back_plans_again_what_it_had_skipped_ahead_to() -> None:
    wanted = expectation("every 6h")
    ahead = advance(wanted, begun(wanted), None, START + timedelta(days=2))
    back = advance(wanted, ahead.course, due(ahead)[0], START + HOUR)
    again = advance(wanted, back.course, None, START + 7 * HOUR)

    assert back.reopen_after == START + HOUR
    assert back.slots == ()
    assert planned(again) == [wanted.timetable.latest_due(START + 7 * HOUR)]


def test_a_changed_timetable_counts_from_now_and_forgets_nothing_before() -> None:
    old, new = expectation("every 6h"), expectation("daily at 03:00")
    moved = advance(new, begun(old), None, START + 13 * HOUR)

    assert len(moved.slots) == 2
    assert [slot.state for slot in moved.slots] == [SlotState.MISSED, SlotState.DUE]
    assert moved.course.text == "daily at 03:00"
    assert moved.course.until == START + 13 * HOUR


def test_what_cannot_start_in_its_time_is_missed_and_says_so() -> None:
    wanted = replace(expectation(), start_within=4 * HOUR)
    first = advance(wanted, begun(wanted), None, START + 14 * HOUR)
    late = advance(wanted, first.course, due(first)[0], START + 19 * HOUR)

    assert [slot.state for slot in first.slots] == [SlotState.DUE]
    assert [slot.state for slot in late.slots] == [SlotState.MISSED]
    assert late.slots[0].reason is not None


def test_a_decision_not_to_test_is_the_reason_of_every_slot_it_covers() -> None:
    reason = say("Decided.")
    wanted = replace(expectation("every 6h"), skipped=reason)
    moved = advance(wanted, begun(wanted), None, START + 25 * HOUR)

    assert [slot.reason for slot in moved.slots] == [reason] * 4
    assert {slot.state for slot in moved.slots} == {SlotState.MISSED}


def test_what_was_removed_misses_its_slots_until_then() -> None:
    wanted = expectation("every 6h")
    moved = ended_course(begun(wanted), START + 13 * HOUR, say("Gone."))

    assert [str(slot.reason) for slot in moved.slots] == ["Gone.", "Gone."]


@given(st.text(), st.sampled_from(SlotKind), st.timedeltas(timedelta(), timedelta(hours=3)))
def test_the_delay_of_a_job_is_always_the_same_and_in_bounds(
    job: str, kind: SlotKind, most: timedelta
) -> None:
    delay = spread_of((job, kind), most)

    assert timedelta() <= delay <= most
    assert delay == spread_of((job, kind), most)


def test_many_jobs_are_spread_over_the_time_given() -> None:
    minutes = {
        spread_of((f"job-{number}", SlotKind.BACKUP), HOUR) // timedelta(minutes=10)
        for number in range(60)
    }

    assert minutes == {0, 1, 2, 3, 4, 5}
