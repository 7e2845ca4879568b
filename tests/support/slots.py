"""Slots of a firm: what was planned while nobody looked, and what became of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from continuity.domain.slot import Course, Slot, SlotKind
from continuity.store.store import open_store
from tests.support.firm import Firm, Wishes, a_firm
from tests.support.terminal import argv, environ_of, filled

EVERY_DAY: Mapping[str, object] = {"schedule": {"backup": "daily at 00:00"}}


def now() -> datetime:
    """The present; the program's own processes have no other."""
    return datetime.now(UTC)


def unattended(
    firm: Firm, ago: timedelta, kind: SlotKind = SlotKind.BACKUP, text: str = "daily at 00:00"
) -> None:
    """Let nobody have looked at a timetable of `erp` for a while."""
    then = now() - ago
    course = Course(job="erp", kind=kind, text=text, zone="Europe/Madrid", since=then, until=then)
    firm.state.mkdir(mode=0o700, exist_ok=True)
    with open_store(f"sqlite:///{firm.state}/record.db", now) as store:
        store.open_record("Test")
        with store.transaction() as transaction:
            transaction.slots.keep_courses([course])


def slots_of(firm: Firm) -> Sequence[Slot]:
    """Everything planned in the last year."""
    with (
        open_store(f"sqlite:///{firm.state}/record.db", now) as store,
        store.reading() as reading,
    ):
        return reading.slots.history(now() - timedelta(days=366))


def kinds_of(firm: Firm) -> list[str]:
    """The kinds of all records, in order."""
    with open_store(f"sqlite:///{firm.state}/record.db", now) as store:
        return [record.kind.value for record in store.records()]


def a_planned_firm(root: Path, schedule: Mapping[str, object] = EVERY_DAY) -> Firm:
    """A firm with one job and a timetable."""
    return filled(a_firm(root, Wishes(job=schedule)))


@contextmanager
def begun(firm: Firm, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Begin a command and do not wait for it; at the end of the block it is gone."""
    with subprocess.Popen(
        argv(firm, *arguments),
        env=environ_of(firm, **environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def until(true: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.1)
