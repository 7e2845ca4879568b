"""Each slot is begun by one process, and only who still holds it may say how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from continuity.domain.failure import ConflictError
from continuity.domain.slot import Course, Slot, SlotKind, SlotState
from continuity.domain.slot_choice import Outcome, made_way, settled
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store.slots import LEASE
from continuity.store.store import Store
from continuity.workflows.forgetting import forget_old_slots
from tests.support.databases import START, Database, opened
from tests.support.writers import together, writer

HERE = Process(host="vault", boot="b00t", namespace="n", pid=42, started=777)
PASSED = Outcome(verdict=Verdict.PASS, run_id="run-1")

BEGIN = """
import sys
from datetime import UTC, datetime
from continuity.domain.schedule import timetable_from_text
from continuity.domain.slot import Expectation, SlotKind
from continuity.hosts.process import identify_self
from continuity.store.store import open_store
from continuity.workflows.slots import account, begin
address, _ = sys.argv[1:]
now = datetime(2026, 3, 2, 3, tzinfo=UTC)
one = Expectation(
    job="mail", kind=SlotKind.BACKUP, repository="near",
    timetable=timetable_from_text("daily at 02:00", "UTC"),
)
with open_store(address, lambda: now) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    account(store, {one.key: one}, now)
    taken = begin(store, {one.key: one}, 2, identify_self(), now)
    print("won" if taken.slots else "lost")
"""


def a_slot(job: str = "mail", kind: SlotKind = SlotKind.BACKUP) -> Slot:
    return Slot(job=job, kind=kind, planned=START)


def added(store: Store, *slots: Slot) -> int:
    with store.transaction() as transaction:
        return len(transaction.slots.add(slots))


def claimed(store: Store, slot: Slot, repository: str = "near") -> Slot:
    with store.transaction() as transaction:
        return transaction.slots.claim(slot, repository, HERE, START)


def ended(store: Store, slot: Slot) -> bool:
    with store.transaction() as transaction:
        return transaction.slots.settle(slot)


def stored(store: Store) -> list[Slot]:
    with store.reading() as reading:
        return list(reading.slots.history(START - timedelta(days=1)))


def test_a_slot_comes_back_as_it_was_written(store: Store) -> None:
    slot = replace(
        a_slot(),
        state=SlotState.MISSED,
        wait_until=START + timedelta(minutes=7),
        attempts=2,
        ended=START,
        verdict=Verdict.INCONCLUSIVE,
        reason=say("The {kind} waits.", kind="backup"),
    )

    assert added(store, slot) == 1
    assert stored(store) == [slot]


def test_one_planned_time_has_one_row_whatever_is_planned_again(store: Store) -> None:
    added(store, a_slot())
    after = settled(claimed(store, a_slot()), PASSED, START)
    ended(store, after)

    assert added(store, a_slot()) == 0
    assert stored(store) == [after]


def test_a_slot_is_begun_once(store: Store) -> None:
    added(store, a_slot())
    claimed(store, a_slot())

    with pytest.raises(ConflictError):
        claimed(store, a_slot())


def test_two_runs_of_one_lane_never_share_a_repository(store: Store) -> None:
    added(store, a_slot("mail"), a_slot("erp"), a_slot("web"))
    claimed(store, a_slot("mail"), "near")

    with pytest.raises(ConflictError):
        claimed(store, a_slot("erp"), "near")
    assert claimed(store, a_slot("web"), "far").state is SlotState.RUNNING


def test_who_was_given_up_cannot_write_an_end_any_more(store: Store) -> None:
    added(store, a_slot())
    first = claimed(store, a_slot())
    ended(store, made_way(first, START))
    second = claimed(store, a_slot())

    assert second.fence > first.fence
    assert not ended(store, settled(first, PASSED, START))
    assert ended(store, settled(second, PASSED, START))


def test_a_lease_is_renewed_by_who_holds_it(store: Store) -> None:
    added(store, a_slot())
    slot = claimed(store, a_slot())
    later = START + timedelta(minutes=9)
    with store.transaction() as transaction:
        renewed = transaction.slots.renew([slot.fence, 99], later)
    with store.reading() as reading:
        (held,) = reading.slots.held()

    assert renewed == 1
    assert (held.slot, held.repository, held.holder) == (slot, "near", HERE)
    assert held.lease_until == later + LEASE


def test_what_a_wrong_clock_missed_ahead_of_time_is_forgotten_and_what_ran_is_not(
    store: Store,
) -> None:
    day = timedelta(days=1)
    ran = replace(a_slot(), planned=START + day)
    lost = replace(a_slot(), planned=START + 2 * day, state=SlotState.MISSED)
    added(store, a_slot(), ran, lost)
    ended(store, settled(claimed(store, ran), PASSED, START))
    with store.transaction() as transaction:
        forgotten = transaction.slots.reopen(a_slot().key, START)

    assert forgotten == 1
    assert [slot.planned for slot in stored(store)] == [START, START + day]


def test_a_course_is_kept_and_dropped(store: Store) -> None:
    course = Course(
        job="mail",
        kind=SlotKind.DRILL,
        text="every 6h",
        zone="Europe/Madrid",
        since=START,
        until=START + timedelta(hours=6),
    )
    with store.transaction() as transaction:
        transaction.slots.keep_courses([replace(course, until=START)])
        transaction.slots.keep_courses([course])
        kept = transaction.slots.courses()
        transaction.slots.drop_courses([course.key])
        dropped = transaction.slots.courses()

    assert kept == {course.key: course}
    assert dropped == {}


def test_what_ended_long_ago_is_dropped(store: Store) -> None:
    old = replace(a_slot("erp"), state=SlotState.MISSED, ended=START - timedelta(days=400))
    added(store, old, a_slot())
    with store.transaction() as transaction:
        dropped = transaction.slots.forget(START - timedelta(days=399))

    assert dropped == 1
    assert stored(store) == [a_slot()]


def test_what_waits_or_runs_is_never_dropped_however_old_it_is(store: Store) -> None:
    added(store, a_slot(), a_slot("erp"))
    begun = claimed(store, a_slot("erp"))
    with store.transaction() as transaction:
        dropped = transaction.slots.forget(START + timedelta(days=4_000))

    assert dropped == 0
    assert stored(store) == [begun, a_slot()]


def test_slots_are_forgotten_once_a_day_after_more_than_a_year(store: Store) -> None:
    ages = {job: START - timedelta(days=days) for job, days in [("a", 401), ("b", 399)]}
    added(store, *(_over(job, at) for job, at in ages.items()))
    first = forget_old_slots(store, START)
    again = forget_old_slots(store, START + timedelta(hours=23))
    next_time = forget_old_slots(store, START + timedelta(days=2))

    assert (first, again, next_time) == (1, 0, 1)


def test_a_clock_that_is_far_ahead_for_a_moment_takes_no_slots(store: Store) -> None:
    added(store, _over("a", START - timedelta(days=1)))
    forget_old_slots(store, START)
    dropped = forget_old_slots(store, START + timedelta(days=4_000))

    assert dropped == 0


def _over(job: str, at: datetime) -> Slot:
    return replace(a_slot(job), planned=at, state=SlotState.MISSED, ended=at)


def test_of_two_processes_that_wake_at_once_one_begins_the_slot(database: Database) -> None:
    with opened(database) as store, store.transaction() as transaction:
        day = timedelta(days=1)
        course = Course(
            job="mail",
            kind=SlotKind.BACKUP,
            text="daily at 02:00",
            zone="UTC",
            since=START - day,
            until=START - day,
        )
        transaction.slots.keep_courses([course])
    writers = [writer(BEGIN, database.address, str(number)) for number in range(2)]

    assert sorted(together(writers)) == ["lost\n", "won\n"]
