"""Bandwidth and hours: kept by backups and tests, lifted for what is needed now."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from continuity.app import opened
from continuity.config.expecting import expectations_of
from continuity.config.opening import opening_of
from continuity.domain.calendar import is_open
from continuity.domain.slot import SlotKind
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work

LIMITS: dict[str, dict[str, object]] = {
    "rsync": {"limit": 256},
    "restic": {"limit_upload": 256, "limit_download": 256},
}
_KIB = 1024


def a_limited_firm(root: Path, engine: str) -> Firm:
    firm = a_firm(root, Wishes(engines={"erp": engine}, job={"options": LIMITS[engine]}))
    (firm.source() / "large").write_bytes(os.urandom(512 * _KIB))
    return firm


def seconds(do: Callable[[], Any]) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began


@pytest.mark.parametrize("engine", ["rsync", "restic"])
def test_a_backup_and_a_restore_test_take_as_long_as_the_limit_says(
    tmp_path: Path, engine: str
) -> None:
    with at_work(a_limited_firm(tmp_path, engine)) as office:
        took = seconds(office.back_up), seconds(lambda: office.drill(full=True))

    # Half a MiB by a quarter a second; what was saved up at the start is part of the first second.
    assert min(took) > 1.0


@pytest.mark.parametrize("engine", ["rsync", "restic"])
def test_what_is_restored_in_earnest_knows_no_limit(tmp_path: Path, engine: str) -> None:
    with opened(a_limited_firm(tmp_path, engine).workspace) as app:
        job = app.workspace.jobs["erp"]
        usual = opening_of(app.means, job, use_cache=True).options
        earnest = replace(app.means, in_earnest=True)
        free = opening_of(earnest, job, use_cache=True).options

    assert {name: getattr(usual, name) for name in LIMITS[engine]} == LIMITS[engine]
    assert {getattr(free, name) for name in LIMITS[engine]} == {None}


def write_hours(firm: Firm, **hours: str) -> None:
    path = firm.workspace / "jobs/erp.yaml"
    due = {"backup": "every 1h", "drill": "daily at 03:00", "read_back": "daily at 04:00"}
    written = {**json.loads(path.read_text()), "schedule": {**due, **hours}}
    path.write_text(json.dumps(written))


def open_kinds(office: Office, *moments: datetime) -> list[set[str]]:
    expected = expectations_of(office.app.workspace, moments[0])
    return [
        {
            kind.value
            for (job, kind), one in expected.items()
            if job == "erp" and (one.hours is None or is_open(one.hours, moment))
        }
        for moment in moments
    ]


TESTS = {SlotKind.DRILL.value, SlotKind.READ_BACK.value}


def test_restore_tests_keep_to_their_own_hours_and_backups_do_not(tmp_path: Path) -> None:
    firm = a_firm(tmp_path)
    write_hours(firm, test_hours="daily 22:00-06:00")
    noon, night = datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 1, 21, tzinfo=UTC)
    with at_work(firm) as office:
        assert open_kinds(office, noon, night) == [{"backup"}, {"backup", *TESTS}]
    write_hours(firm, hours="daily 20:00-06:00", test_hours="daily 01:00-06:00")
    with at_work(firm) as office:
        assert open_kinds(office, noon, night) == [set(), {"backup"}]
    write_hours(firm, hours="daily 20:00-06:00")
    with at_work(firm) as office:
        assert open_kinds(office, noon, night) == [set(), {"backup", *TESTS}]


def test_hours_are_those_on_the_wall_whatever_the_clock_does(tmp_path: Path) -> None:
    firm = a_firm(tmp_path)
    write_hours(firm, test_hours="daily 22:00-06:00", zone="Europe/Madrid")
    # 05:59 and 06:00 in Madrid: in winter, in summer, and in the nights of both changes.
    ends = [
        datetime(2027, 1, 15, 5, tzinfo=UTC),
        datetime(2027, 7, 15, 4, tzinfo=UTC),
        datetime(2027, 3, 28, 4, tzinfo=UTC),
        datetime(2027, 10, 31, 5, tzinfo=UTC),
    ]
    with at_work(firm) as office:
        for end in ends:
            before = end.replace(hour=end.hour - 1, minute=59)

            assert open_kinds(office, before, end) == [{"backup", *TESTS}, {"backup"}], end
