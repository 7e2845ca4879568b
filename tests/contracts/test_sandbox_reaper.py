"""Deleting what killed processes left behind, and nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from continuity.sandbox.marker import MARKER
from continuity.sandbox.sandbox import Sandbox
from continuity.sandbox.teardown import reap
from tests.support.sandboxes import DAY, NOW, a_sandbox, dead, unknown

HOLD_A_SANDBOX = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.sandbox import Room, open_sandbox
sandbox = open_sandbox(
    Path(sys.argv[1]), run_id="killed", interlocks=Interlocks(),
    room=Room(expected_bytes=0, reserve_bytes=0), now=datetime(2026, 3, 1, tzinfo=UTC),
)
(sandbox.tree / "customer.csv").write_text("personal")
print(sandbox.path, flush=True)
time.sleep(60)
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return a_sandbox(tmp_path / "place")


def test_residue_is_deleted_by_the_next_reaper(sandbox: Sandbox) -> None:
    (sandbox.tree / "file").write_text("x")
    (reaped,) = reap(sandbox.path.parent, now=NOW, ttl=DAY, state_of=dead)

    assert (reaped.run_id, reaped.created, reaped.teardown.left) == ("run-1", NOW, 0)
    assert list(sandbox.path.parent.iterdir()) == []


def test_what_a_killed_process_left_is_reaped_and_what_a_living_one_holds_is_not(
    tmp_path: Path,
) -> None:
    place = tmp_path / "place"
    holder = subprocess.Popen(
        (sys.executable, "-c", HOLD_A_SANDBOX, place), stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        path = Path(holder.stdout.readline().strip())
        while_alive = reap(place, now=NOW + 99 * DAY, ttl=DAY)
        still_there = (path / "tree" / "customer.csv").exists()
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        holder.stdout.close()
    after = reap(place, now=NOW, ttl=DAY)

    assert (while_alive, still_there) == ((), True)
    assert [(reaped.path, reaped.run_id) for reaped in after] == [(path, "killed")]
    assert list(place.iterdir()) == []


def test_a_sandbox_of_an_unknown_process_waits_for_its_time_to_live(sandbox: Sandbox) -> None:
    place = sandbox.path.parent

    assert reap(place, now=NOW + DAY, ttl=DAY, state_of=unknown) == ()
    assert reap(place, now=NOW - 30 * DAY, ttl=DAY, state_of=unknown) == ()
    assert len(reap(place, now=NOW + 2 * DAY, ttl=DAY, state_of=unknown)) == 1


def test_somebody_else_s_directory_in_the_place_is_never_deleted(sandbox: Sandbox) -> None:
    place = sandbox.path.parent
    (place / "photos").mkdir()
    (place / "photos" / MARKER).write_text((sandbox.path / MARKER).read_text())
    (place / ("sandbox-" + "0" * 32)).mkdir()
    (place / "notes.txt").write_text("mine")
    (place / "link").symlink_to(place / "photos")

    reap(place, now=NOW + 99 * DAY, ttl=DAY, state_of=dead)

    assert sorted(path.name for path in place.iterdir()) == [
        "link",
        "notes.txt",
        "photos",
        "sandbox-" + "0" * 32,
    ]


def test_reaping_where_nothing_ever_was_finds_nothing(tmp_path: Path) -> None:
    assert reap(tmp_path / "nowhere", now=NOW, ttl=DAY) == ()
