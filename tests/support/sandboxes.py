"""Sandboxes to tear down, and what may be known of those who held them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from continuity.hosts.process import Life, Process
from continuity.sandbox.interlocks import Interlocks
from continuity.sandbox.sandbox import Room, Sandbox, open_sandbox

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def a_sandbox(place: Path) -> Sandbox:
    return open_sandbox(
        place,
        run_id="run-1",
        interlocks=Interlocks(),
        room=Room(expected_bytes=0, reserve_bytes=0),
        now=NOW,
    )


def unknown(_process: Process) -> Life:
    return Life.UNKNOWN


def dead(_process: Process) -> Life:
    return Life.DEAD
