"""Runs that are killed, interrupted, or started twice; the next start explains and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from _pytest.mark import ParameterSet

from tests.support.faults import Row
from tests.support.ran import Ran, await_no_process, ended, is_alive
from tests.support.worlds import PASSWORD, World

pytestmark = [pytest.mark.tool("restic"), pytest.mark.tool("rsync")]


def moments(*names: str) -> list[ParameterSet]:
    """Every moment of a run; those in which data moves, and its end, before every change."""
    soon = ("copy:begin", "restore:begin", "record")
    return [pytest.param(one, marks=() if one in soon else pytest.mark.slow) for one in names]


_OF_BACKUP = moments(
    *("source:begin", "survey:begin", "survey:end", "copy:begin", "copy:end"),
    *("seal:begin", "seal:end", "record"),
)
_OF_DRILL = moments(
    *("resolve:begin", "sandbox:begin", "sandbox:end", "restore:begin", "restore:end"),
    *("compare:begin", "compare:end", "teardown:begin", "teardown:end", "record"),
)


def explained(world: World, row: Row, work: str, job: str, killed: Ran) -> None:
    """Demand that a killed run is never green, that the next start closes it, and then passes."""
    assert killed.code == -signal.SIGKILL
    assert killed.stdout == ""
    before = world.standing(job)

    ran = world.run(work, "--json", job)

    assert before != "PASS"
    row.says(ran.told)
    assert (ran.code, ran.result["verdict"]) == (0, "PASS")
    row.recorded_in(world)
    assert_nothing_left(world)


def assert_nothing_left(world: World) -> None:
    """Demand that no sandbox, spool, lock or half a generation stays behind."""
    assert list(world.sandbox.iterdir()) == []
    assert [path.name for path in world.state.glob("scratch/20*")] == []
    assert list((world.vault / "locks").iterdir()) == []
    assert list(world.disk.glob("generations/.partial-*")) == []
    assert (world.disk / "lock").read_text() == ""


@pytest.mark.parametrize("moment", _OF_BACKUP)
@pytest.mark.fault("killed-in-a-backup")
def test_a_backup_killed_at_any_moment_is_closed_by_the_next_start(
    world: World, row: Row, moment: str
) -> None:
    killed = world.backup("files", fault=f"kill:{moment}")

    explained(world, row, "backup", "files", killed)


@pytest.mark.parametrize("moment", _OF_DRILL)
@pytest.mark.fault("killed-in-a-drill")
def test_a_drill_killed_at_any_moment_is_closed_by_the_next_start(
    world: World, row: Row, moment: str
) -> None:
    killed = world.drill("files", fault=f"kill:{moment}")

    explained(world, row, "drill", "files", killed)


@pytest.mark.parametrize(
    ("work", "job", "tool", "word"),
    [
        ("backup", "erp", "restic", "backup"),
        ("drill", "erp", "restic", "restore"),
        ("backup", "files", "rsync", "--relative"),
        ("drill", "files", "rsync", "--files-from=-"),
    ],
)
@pytest.mark.fault("killed-with-its-tool")
def test_a_run_killed_together_with_its_tool_is_closed_by_the_next_start(
    world: World, row: Row, work: str, job: str, tool: str, word: str
) -> None:
    # Reaped by who started it: restic takes a zombie for a living holder of its lock, and not
    # every machine's first process reaps orphans at once.
    world.install(
        tool, _killing(word, "sleep 0.15; kill -9 $PPID; kill -9 $child; wait $child; exit 1")
    )
    killed = world.run(work, "--json", job)
    (world.bin / tool).unlink()
    await_no_process(int((world.root / "pid").read_text()))

    explained(world, row, work, job, killed)


def _killing(word: str, then: str) -> str:
    """Start the real program on the call with this word, then do something to whom it serves."""
    return (
        f'case " $* " in *" {word} "*) ;; *) exec "$real" "$@";; esac\n'
        f'"$real" "$@" & child=$!; echo $child >"$root/pid"\n{then}'
    )


@pytest.mark.fault("tool-outlives-the-killed")
def test_a_tool_that_outlives_the_killed_program_harms_nobody(world: World, row: Row) -> None:
    world.install("restic", _killing("backup", "kill -9 $PPID; wait $child"))
    killed = world.backup("erp")
    assert killed.code == -signal.SIGKILL
    (world.bin / "restic").unlink()

    ran = world.backup("erp")

    row.says(ran.told)
    row.recorded_in(world)
    assert (ran.code, world.drill("erp").code) == (0, 0)


@pytest.mark.fault("restic-lock-of-the-killed")
def test_the_lock_that_a_killed_backup_left_is_removed_by_the_next_start(
    world: World, row: Row
) -> None:
    killed = world.backup("erp", fault="kill:copy:begin")
    holder = subprocess.Popen(
        ["restic", "--repo", world.vault, "--no-cache", "check", "--read-data"],
        env={**os.environ, "RESTIC_PASSWORD": PASSWORD},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    world.await_lock()
    holder.kill()
    holder.wait()
    assert len(list((world.vault / "locks").iterdir())) == 1

    explained(world, row, "backup", "erp", killed)


@pytest.mark.parametrize(
    ("work", "job", "tool", "word"),
    [
        ("backup", "erp", "restic", "backup"),
        ("drill", "erp", "restic", "restore"),
        ("backup", "files", "rsync", "--relative"),
        ("drill", "files", "rsync", "--files-from=-"),
    ],
)
@pytest.mark.fault("interrupted-by-a-person")
def test_a_run_stopped_by_a_person_is_recorded_and_leaves_nothing(
    world: World, row: Row, work: str, job: str, tool: str, word: str
) -> None:
    stop = 'kill -STOP $child; echo $child >"$root/pid"; kill -INT $PPID; sleep 0.3\n'
    world.install(tool, _killing(word, stop + "kill -CONT $child; wait $child"))
    ran = ended(world.start(work, "--json", job), timeout=30)

    row.red_in(world, job, ran)
    row.recorded_in(world)
    assert not is_alive(int((world.root / "pid").read_text()))
    (world.bin / tool).unlink()
    assert world.run(work, "--json", job).result["verdict"] == "PASS"
    assert_nothing_left(world)


@pytest.mark.parametrize("work", ["backup", "drill"])
@pytest.mark.fault("started-twice")
def test_a_second_process_does_not_run_the_same_job(world: World, row: Row, work: str) -> None:
    reached = world.root / "reached"
    phase = {"backup": "survey", "drill": "restore"}[work]
    first = world.start(
        work, "--json", "files", fault=f"halt:{phase}:begin", env={"REACHED": str(reached)}
    )
    until = time.monotonic() + 30
    while not reached.exists() and time.monotonic() < until:
        time.sleep(0.02)

    second = world.run(work, "--json", "files")

    (world.root / "go-on").touch()
    unharmed = ended(first)
    row.told_by(second)
    assert second.code != 0
    assert unharmed.result["verdict"] == "PASS"
    assert_nothing_left(world)
