"""A service under broken files, stops and kills: it goes on, and accounts for every slot."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.domain.slot import SlotKind, SlotState
from tests.support.firm import Firm
from tests.support.serving import serving
from tests.support.slots import a_planned_firm, kinds_of, slots_of, unattended, until
from tests.support.terminal import run


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    return a_planned_firm(tmp_path)


def make_it_long(firm: Firm) -> None:
    for number in range(8_000):
        (firm.source() / f"{number}.txt").write_bytes(b"%d" % number)


@pytest.mark.timeout(500)  # it waits for two rounds of backups, each at its minute
def test_a_broken_edit_keeps_the_last_good_files_and_is_an_incident_until_it_is_mended(
    tmp_path: Path,
) -> None:
    firm = a_planned_firm(tmp_path, {"schedule": {"backup": "* * * * *"}})
    job = firm.workspace / "jobs/erp.yaml"
    good = job.read_text()
    with serving(firm) as one:
        until((firm.state / "kept-files/jobs/erp.yaml").exists)
        job.write_text("name: [\n")
        until(lambda: json.loads(one.ask("/healthz")[1])["workspace"] == "broken")
        before = _passed(firm)
        until(lambda: _passed(firm) > before, 150)
        until(lambda: _open_kinds(firm) == ["configuration-broken"], 90)
        job.write_text(good)
        until(lambda: json.loads(one.ask("/healthz")[1])["workspace"] == "sound")
        until(lambda: _open_kinds(firm) == [], 90)
        code = one.stop()

    assert code == 0


def test_a_service_that_starts_while_files_are_broken_goes_on_with_the_last_good_ones(
    tmp_path: Path,
) -> None:
    firm = a_planned_firm(tmp_path)
    with serving(firm) as first:
        until((firm.state / "kept-files/jobs/erp.yaml").exists)
        first.stop()
    # Only what is remembered says where the state is, when the settings cannot be read.
    run(firm, "status")
    settings = firm.workspace / "config/continuity.yaml"
    good = settings.read_text()
    settings.write_text("organisation: [\n")
    unattended(firm, timedelta(days=1))
    with serving(firm) as one:
        until(lambda: "backup.finished" in kinds_of(firm), 90)
        broken = json.loads(one.ask("/healthz")[1])["workspace"]
        settings.write_text(good)
        until(lambda: json.loads(one.ask("/healthz")[1])["workspace"] == "sound")
        code = one.stop()

    assert (broken, code) == ("broken", 0)
    problems = [line for line in one.lines if line["event"] == "workspace.problem"]
    assert [line["file"] for line in problems] == ["config/continuity.yaml"]


def _passed(firm: Firm) -> int:
    return [str(slot.verdict) for slot in slots_of(firm)].count("PASS")


def _open_kinds(firm: Firm) -> list[str]:
    found = run(firm, "incidents", "--json").objects()[0]
    return [one["kind"] for one in found["incidents"]]


def test_a_service_that_is_stopped_stops_its_runs_and_the_next_one_makes_up(firm: Firm) -> None:
    make_it_long(firm)
    unattended(firm, timedelta(days=1))
    with serving(firm) as one:
        until(lambda: "backup.started" in kinds_of(firm))
        code = one.stop()
    stopped = slots_of(firm)[-1]
    run(firm, "backup")

    assert code == 0
    assert stopped.state is SlotState.DUE
    assert "slot.put-back" in one.events()
    assert kinds_of(firm).count("run.closed") == 0


def test_two_services_and_a_tick_at_once_run_each_slot_once(firm: Firm) -> None:
    unattended(firm, timedelta(days=3))
    with serving(firm) as one, serving(firm) as other:
        run(firm, "tick")
        until(lambda: slots_of(firm)[-1].state is SlotState.RAN)
        codes = [one.stop(), other.stop()]

    assert codes == [0, 0]
    assert kinds_of(firm).count("backup.started") == 1
    assert [str(slot.state) for slot in slots_of(firm)] == ["missed", "missed", "ran"]


def test_what_a_killed_service_ran_is_taken_over_by_the_next(firm: Firm) -> None:
    make_it_long(firm)
    unattended(firm, timedelta(days=1))
    with serving(firm) as one:
        until(lambda: "backup.started" in kinds_of(firm))
        one.process.kill()
        one.process.communicate(timeout=20)
    with serving(firm):
        until(lambda: slots_of(firm)[-1].state is SlotState.RAN, 90)

    assert str(slots_of(firm)[-1].verdict) == "PASS"
    assert kinds_of(firm).count("backup.started") == 1


def test_a_service_that_waits_lets_a_run_end(firm: Firm) -> None:
    place = firm.workspace / "config/continuity.yaml"
    place.write_text(json.dumps({**json.loads(place.read_text()), "service": {"at_end": "wait"}}))
    make_it_long(firm)
    unattended(firm, timedelta(days=1))
    with serving(firm) as one:
        until(lambda: "backup.started" in kinds_of(firm))
        code = one.stop()

    assert code == 0
    assert slots_of(firm)[-1].state is SlotState.RAN


def test_a_check_of_the_repository_makes_way_for_a_backup_and_is_done_later(
    tmp_path: Path,
) -> None:
    firm = a_planned_firm(tmp_path, {"schedule": {"backup": "every 1w", "read_back": "every 1d"}})
    run(firm, "backup")
    unattended(firm, timedelta(days=1), SlotKind.READ_BACK, "every 1d")
    unattended(firm, timedelta(days=8), SlotKind.BACKUP, "every 1w")
    with serving(firm):
        until(lambda: _states(firm) == {"backup": "ran", "read-back": "ran"}, 90)

    assert kinds_of(firm).count("backup.finished") == 2


def _states(firm: Firm) -> dict[str, str]:
    return {slot.kind.value: slot.state.value for slot in slots_of(firm)}
