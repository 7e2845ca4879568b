"""The program with one thing wrong: its clock, or a death at a chosen moment.

Several are parted by a space.

FAULT=clock:SECONDS     every reading of the wall clock is off by this
FAULT=kill:PHASE:begin  SIGKILL when a phase of a run begins, or with `end` at its end
FAULT=kill:record       SIGKILL while the end of a run is written, before it is committed
FAULT=plant:N           SIGKILL when the planting of the Nth canary begins
FAULT=send:begin        SIGKILL before something is sent, or with `end` before that is written down
FAULT=halt:PHASE:begin  writes the file REACHED and waits for one beside it named go-on
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import continuity.app
from continuity.cli.entry import main
from continuity.domain.canary import Seedling
from continuity.domain.outbox import Attempt, OutboxRow, OutboxState
from continuity.domain.verdict import Verdict
from continuity.hosts.planting import plant as plant_whole
from continuity.store.outbox import Outbox
from continuity.store.store import Transaction
from continuity.workflows import canaries
from continuity.workflows.running import Running

_WHOLE_PHASE = Running.phase
_WHOLE_TAKE = Outbox.take


def misset(seconds: int) -> None:
    """Put the clock forward, or back with a negative number."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=seconds)

    continuity.app.now = now


def stop_at(moment: str, way: str) -> None:
    """Die or halt when this moment of a run has come."""

    def come(reached: str) -> None:
        if reached != moment:
            return
        if way == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        sign = Path(os.environ["REACHED"])
        sign.touch()
        while not sign.with_name("go-on").exists():
            time.sleep(0.02)

    @contextmanager
    def phase(self: Running, name: str) -> Iterator[None]:
        come(f"{name}:begin")
        with _WHOLE_PHASE(self, name):
            yield
            come(f"{name}:end")

    def finish_run(self: Transaction, run_id: str, verdict: Verdict) -> bool:
        del self, run_id, verdict
        come("record")
        raise AssertionError("only for a death while the record is written")

    setattr(Running, "phase", phase)  # noqa: B010 - mypy knows that methods are not assigned
    if moment == "record":
        setattr(Transaction, "finish_run", finish_run)  # noqa: B010 - as above


def stop_sending(moment: str) -> None:
    """Die before something is sent, or before it is written down what became of it."""

    def take(self: Outbox, lane: str, now: datetime, lease: timedelta) -> OutboxRow | None:
        if moment == "begin":
            os.kill(os.getpid(), signal.SIGKILL)
        return _WHOLE_TAKE(self, lane, now, lease)

    def settle(self: Outbox, attempt: Attempt, state: OutboxState, due_at: datetime) -> None:
        del self, attempt, state, due_at
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Outbox, "take", take)  # noqa: B010 - as above
    setattr(Outbox, "settle", settle)  # noqa: B010 - as above


def stop_planting(number: int) -> None:
    """Die when the planting of this canary begins."""
    begun = count(1)

    def plant(seedling: Seedling) -> None:
        if next(begun) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        plant_whole(seedling)

    setattr(canaries, "plant", plant)  # noqa: B010 - mypy knows that functions are not assigned


if __name__ == "__main__":
    for wrong in os.environ["FAULT"].split():
        kind, _, rest = wrong.partition(":")
        if kind == "clock":
            misset(int(rest))
        elif kind == "send":
            stop_sending(rest)
        elif kind == "plant":
            stop_planting(int(rest))
        else:
            stop_at(rest, kind)
    sys.exit(main())
