"""What is believed about a process that wrote its name down earlier."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from continuity.hosts.process import Life, Process, identify, identify_self, life_of, life_of_holder

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def identity(pid: int) -> Process:
    found = identify(pid)
    assert found is not None
    return found


def host_name() -> str:
    return os.uname().nodename


def test_the_running_process_is_alive() -> None:
    assert life_of(identify_self()) is Life.ALIVE


def test_a_process_that_ended_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    process = identity(sleeper.pid)
    sleeper.kill()
    sleeper.wait()

    assert life_of(process) is Life.DEAD
    assert identify(sleeper.pid) is None


def test_a_zombie_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    process = identity(sleeper.pid)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    assert life_of(process) is Life.DEAD


def test_another_process_with_the_same_number_is_not_taken_for_it() -> None:
    now = identify_self()

    assert life_of(replace(now, started=now.started - 1)) is Life.DEAD


def test_nothing_survives_a_restart_of_the_machine() -> None:
    assert life_of(replace(identify_self(), boot="another")) is Life.DEAD


@pytest.mark.parametrize("elsewhere", [{"host": "other"}, {"namespace": "pid:[1]"}], ids=str)
def test_what_runs_elsewhere_is_unknown(elsewhere: dict[str, str]) -> None:
    process = identify_self()
    moved = Process(
        host=elsewhere.get("host", process.host),
        boot=process.boot,
        namespace=elsewhere.get("namespace", process.namespace),
        pid=process.pid,
        started=process.started,
    )

    assert life_of(moved) is Life.UNKNOWN


@pytest.mark.parametrize(
    ("since", "program", "life"),
    [
        (FAR_AHEAD, "restic", Life.ALIVE),
        (LONG_AGO, "restic", Life.DEAD),
        (LONG_AGO, "sleep", Life.ALIVE),
        (LONG_AGO + timedelta(days=365_000), "sleep", Life.ALIVE),
    ],
    ids=["older than its note", "younger than its note", "same program", "both"],
)
def test_the_holder_of_a_lock_is_dead_only_when_its_number_went_to_another_program(
    sleeper: subprocess.Popen[bytes], since: datetime, program: str, life: Life
) -> None:
    assert life_of_holder(host_name(), sleeper.pid, since, program) is life


def test_the_holder_of_a_lock_on_another_machine_is_unknown() -> None:
    assert life_of_holder("elsewhere", 1, LONG_AGO, "restic") is Life.UNKNOWN


def test_the_holder_of_a_lock_that_is_gone_is_dead(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()

    assert life_of_holder(host_name(), sleeper.pid, LONG_AGO, "restic") is Life.DEAD
