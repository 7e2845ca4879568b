"""A year of a service with sleeps, kills, double starts and wrong clocks: each slot has its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from continuity.domain.slot import Key, Slot, SlotKind, SlotState
from continuity.store.store import open_store
from tests.support.year import MADRID, NEW_YEAR, Year, lived_through, planned_in

STEP = timedelta(minutes=197)


@pytest.fixture(scope="module", params=[7, 11])
def year(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Year, list[Slot]]:
    """One year, through two clock changes, and all that was planned in it."""
    place = tmp_path_factory.mktemp("year") / "record.db"
    with open_store(f"sqlite:///{place}", lambda: NEW_YEAR) as store:
        lived = lived_through(store, seed=request.param, step=STEP, days=365)
        return lived, list(lived.rows())


def last_turn(year: Year) -> datetime:
    return year.true - STEP


def of(rows: list[Slot], key: Key) -> list[Slot]:
    return [slot for slot in rows if slot.key == key]


def test_every_slot_of_the_year_has_exactly_one_row_and_there_are_no_others(
    year: tuple[Year, list[Slot]],
) -> None:
    lived, rows = year
    for key, wanted in lived.expected.items():
        planned = [slot.planned for slot in of(rows, key) if slot.planned <= last_turn(lived)]

        assert planned == planned_in(wanted, NEW_YEAR, last_turn(lived))


def test_every_slot_was_run_or_missed_with_a_reason(year: tuple[Year, list[Slot]]) -> None:
    lived, rows = year
    # What began in the last turn may still run.
    over = [slot for slot in rows if slot.planned <= last_turn(lived) - timedelta(hours=8)]
    missed = [slot for slot in over if slot.state is SlotState.MISSED]

    assert {slot.state for slot in over} == {SlotState.RAN, SlotState.MISSED}
    assert missed
    assert [slot for slot in missed if slot.reason is None] == []


def test_no_slot_ended_twice_and_only_what_died_was_begun_again(
    year: tuple[Year, list[Slot]],
) -> None:
    lived, rows = year
    attempts = {(slot.key, slot.planned): slot.attempts for slot in rows}
    again = {what: count for what, count in lived.begun.items() if count > 1}

    assert max(lived.ended.values()) == 1
    assert again
    assert again == {what: attempts[what] for what in again}


def test_after_a_sleep_one_late_run_makes_up_for_all_that_was_slept_through(
    year: tuple[Year, list[Slot]],
) -> None:
    lived, rows = year
    backups = of(rows, ("erp", SlotKind.BACKUP))
    for before, after in pairwise(backups):
        if before.state is SlotState.MISSED and after.state is SlotState.RAN:
            assert after.started is not None
            assert after.started >= after.planned
    assert lived.slept > timedelta(days=5)
    assert any(slot.late for slot in backups)


def test_the_night_of_a_clock_change_has_one_backup_as_any_other(
    year: tuple[Year, list[Slot]],
) -> None:
    _, rows = year
    zone = ZoneInfo(MADRID)
    for day in ("2026-03-29", "2026-10-25"):
        nights = [
            slot
            for slot in of(rows, ("mail", SlotKind.BACKUP))
            if slot.planned.astimezone(zone).date().isoformat() == day
        ]

        assert len(nights) == 1


def test_the_full_test_comes_on_the_last_day_of_every_month(
    year: tuple[Year, list[Slot]],
) -> None:
    _, rows = year
    days = [
        slot.planned.astimezone(ZoneInfo(MADRID)).strftime("%m-%d")
        for slot in of(rows, ("erp", SlotKind.FULL_DRILL))
        if slot.planned.year == NEW_YEAR.year
    ]

    assert days == [
        *("01-31", "02-28", "03-31", "04-30", "05-31", "06-30"),
        *("07-31", "08-31", "09-30", "10-31", "11-30", "12-31"),
    ]
