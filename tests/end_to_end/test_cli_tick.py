"""`tick` runs what is due, once, whatever happened since the last one."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from continuity.domain.slot import SlotKind, SlotState
from tests.support.firm import Firm
from tests.support.slots import (
    a_planned_firm,
    begun,
    kinds_of,
    now,
    slots_of,
    unattended,
    until,
)
from tests.support.terminal import run


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_planned_firm(tmp_path)


def test_the_first_tick_runs_nothing_says_nothing_and_the_next_slot_is_known(
    firm: Firm,
) -> None:
    said = run(firm, "tick")
    shown = run(firm, "schedule", "--json").objects()[0]

    assert (said.code, said.out, said.err) == (0, "", "")
    assert shown["slots"] == []
    assert [one["kind"] for one in shown["next"]] == ["backup", "sabotage"]
    assert "checkpoint.signed" in kinds_of(firm)


def test_after_days_without_anybody_one_late_run_makes_up_and_each_missed_slot_says_why(
    firm: Firm,
) -> None:
    unattended(firm, timedelta(days=3))
    said = run(firm, "tick", "--json")
    again = run(firm, "tick", "--json").objects()[0]
    shown = run(firm, "schedule", "erp", "--json").objects()[0]["slots"]

    assert said.code == 0
    assert (again["ran"], again["missed"]) == ([], [])
    (ran,) = said.objects()[0]["ran"]
    assert (ran["verdict"], ran["state"]) == ("PASS", "ran")
    assert [slot["state"] for slot in shown] == ["missed", "missed", "ran"]
    assert all(slot["reason"] for slot in shown[:2])
    assert kinds_of(firm).count("slots.missed") == 1
    assert kinds_of(firm).count("backup.finished") == 1


def test_two_ticks_at_once_run_nothing_twice(firm: Firm) -> None:
    unattended(firm, timedelta(days=2))
    with begun(firm, "tick", "--json") as one, begun(firm, "tick", "--json") as other:
        said = [json.loads(tick.communicate(timeout=90)[0]) for tick in (one, other)]

    assert sorted(len(one["ran"]) for one in said) == [0, 1]
    assert kinds_of(firm).count("backup.started") == 1


def test_a_drill_a_full_drill_and_a_check_are_run_by_their_timetables(tmp_path: Path) -> None:
    texts = {"drill": "daily at 00:00", "full_drill": "every 2d", "read_back": "every 1d"}
    firm = a_planned_firm(tmp_path, {"schedule": {**texts, "backup": "every 1w"}})
    run(firm, "backup")
    unattended(firm, timedelta(days=2), SlotKind.DRILL)
    unattended(firm, timedelta(days=4), SlotKind.FULL_DRILL, "every 2d")
    unattended(firm, timedelta(days=2), SlotKind.READ_BACK, "every 1d")
    said = run(firm, "tick", "--json")

    assert said.code == 0
    last = {slot.kind: slot for slot in slots_of(firm)}
    assert {kind: slot.state for kind, slot in last.items()} == dict.fromkeys(
        (SlotKind.DRILL, SlotKind.FULL_DRILL, SlotKind.READ_BACK), SlotState.RAN
    )
    # The full test is the smaller one, too.
    assert last[SlotKind.DRILL].run_id == last[SlotKind.FULL_DRILL].run_id
    assert kinds_of(firm).count("drill.started") == 1


def test_a_job_that_cannot_be_used_misses_its_slots_for_that(firm: Firm) -> None:
    run(firm, "tick")
    unattended(firm, timedelta(days=2))
    (firm.workspace / "jobs/erp.yaml").write_text("name: [\n")
    said = run(firm, "tick")
    slots = slots_of(firm)

    assert said.code == 3
    assert said.err.startswith("Jobs that cannot be used, so nothing of them is run: erp.\n")
    assert {slot.state for slot in slots} == {SlotState.MISSED}
    assert {str(slot.reason) for slot in slots} == {"Something written for the job cannot be used."}


def test_a_report_that_reaches_nobody_is_named_each_time(firm: Firm) -> None:
    place = firm.workspace / "config" / "reports.yaml"
    place.write_text("subscriptions:\n  boss: {to: nobody-here, cadence: daily}\n")
    run(firm, "tick")
    said = run(firm, "tick")

    assert said.code == 3
    assert said.err.startswith("Reports that cannot be used, so nobody gets them: boss.\n")
    assert "What to do: Run: continuity check" in said.err


def test_a_tick_that_is_stopped_stops_what_it_began_and_the_slot_is_due_again(
    firm: Firm,
) -> None:
    _make_it_long(firm)
    unattended(firm, timedelta(days=2))
    with begun(firm, "tick") as tick:
        until(lambda: "backup.started" in kinds_of(firm))
        tick.send_signal(signal.SIGTERM)
        code = tick.wait(60)

    assert code == 130
    assert slots_of(firm)[-1].state is SlotState.DUE
    assert kinds_of(firm)[-1] == "backup.finished"


def test_what_outlives_a_killed_tick_counts_and_is_not_run_again(firm: Firm) -> None:
    _make_it_long(firm)
    unattended(firm, timedelta(days=2))
    with begun(firm, "tick") as tick:
        until(lambda: "backup.started" in kinds_of(firm))
        tick.kill()
    until(lambda: "backup.finished" in kinds_of(firm), 90)
    run(firm, "tick")
    last = slots_of(firm)[-1]

    assert (last.state, str(last.verdict)) == (SlotState.RAN, "PASS")
    assert kinds_of(firm).count("backup.started") == 1


def _make_it_long(firm: Firm) -> None:
    for number in range(6_000):
        (firm.source() / f"{number}.txt").write_bytes(b"%d" % number)


@pytest.mark.parametrize("kind", [("backup",), ("drill",), ("drill", "--read-back")])
def test_a_run_whose_slot_was_given_up_before_it_began_never_begins(
    firm: Firm, kind: tuple[str, ...]
) -> None:
    run(firm, "backup", "erp")
    before = kinds_of(firm)

    late = run(firm, *kind, "--json", "--", "erp", CONTINUITY_SLOT_FENCE="7")

    assert late.code != 0
    assert "given up before it began" in late.out + late.err
    assert kinds_of(firm) == before


def test_outside_its_hours_a_job_waits_and_says_so(tmp_path: Path) -> None:
    hour = (now().astimezone(ZoneInfo("Europe/Madrid")) + timedelta(hours=2)).hour
    hours = f"daily {hour:02d}:00-{hour:02d}:30"
    firm = a_planned_firm(tmp_path, {"schedule": {"backup": "daily at 00:00", "hours": hours}})
    unattended(firm, timedelta(days=1))
    run(firm, "tick")
    last = slots_of(firm)[-1]

    assert last.state is SlotState.DUE
    assert str(last.reason) == "It starts only within the hours set for it."
