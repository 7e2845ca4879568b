"""The accounts of the soak: every lie in the books is a gap, and honest books have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any  # keys of any dataclass

import pytest

from continuity.domain.evidence import Record, RecordKind
from continuity.domain.outbox import Attempt, Notice, OutboxRow, OutboxState
from continuity.domain.run import interrupted, unexplained
from continuity.domain.slot import Slot, SlotKind, SlotState
from continuity.domain.text import say
from continuity.domain.verdict import Verdict
from tests.soak.accounts import account
from tests.soak.books import Books, Letter

START = datetime(2026, 11, 2, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = ("erp", SlotKind.DRILL)
WHY = say("because")


def a_record(sequence: int, kind: RecordKind, run_id: str | None, **body: object) -> Record:
    return Record(
        sequence=sequence,
        recorded_at=START + sequence * timedelta(seconds=1),
        kind=kind,
        job="erp",
        run_id=run_id,
        body=body,
        personal_hash=None,
        previous="",
        hash="",
    )


def a_letter(key: str, state: OutboxState, *outcomes: str, run: str = "", died: int = 0) -> Letter:
    row = OutboxRow(
        position=1,
        notice=Notice(
            key=key,
            lane="report:mail",
            incident=0,
            event="report",
            due_at=START,
            payload={"run": run},
        ),
        due_at=START,
        attempts=len(outcomes) + died,
        state=state,
    )
    tries = [
        Attempt(
            key=key,
            at=START,
            outcome=one,
            remote_id=f"<{key}>" if one == "confirmed" else "",
            reason=None if one == "confirmed" else WHY,
        )
        for one in outcomes
    ]
    return Letter(row=row, tries=tries)


def a_slot(minute: int, state: SlotState, **more: Any) -> Slot:
    return Slot(
        job="erp", kind=SlotKind.DRILL, planned=START + minute * MINUTE, state=state, **more
    )


RAN = a_slot(1, SlotState.RAN, run_id="one", verdict=Verdict.PASS, started=START + MINUTE)
MISSED = a_slot(2, SlotState.MISSED, reason=WHY)
STOPPED = interrupted().plain()
HONEST = Books(
    wanted={KEY: [START + MINUTE, START + 2 * MINUTE]},
    since=START,
    until=START + 3 * MINUTE,
    reported_until=START + 3 * MINUTE,
    slots=[RAN, MISSED],
    records=[
        a_record(1, RecordKind.DRILL_STARTED, "none"),
        a_record(2, RecordKind.DRILL_FINISHED, "none", **STOPPED),
        a_record(3, RecordKind.DRILL_STARTED, "one"),
        a_record(4, RecordKind.DRILL_FINISHED, "one", verdict="PASS"),
        a_record(5, RecordKind.BACKUP_STARTED, "two"),
        a_record(6, RecordKind.RUN_CLOSED, "two"),
    ],
    open_runs=[],
    letters=[
        a_letter("a", OutboxState.CONFIRMED, "retryable", "confirmed", run="one"),
        a_letter("b", OutboxState.CONFIRMED, "uncertain", "confirmed", run="none"),
        a_letter("c", OutboxState.CONFIRMED, "confirmed", died=1),
        a_letter("d", OutboxState.UNCERTAIN, "uncertain"),
        a_letter("e", OutboxState.REJECTED, "rejected"),
    ],
    arrived=["<a>", "<b>", "<b>", "<c>", "<c>", "<d>"],
)
"""A run that was stopped, one that ended, one that was killed; letters of every sort."""


def test_honest_books_have_no_gap_and_count_everything() -> None:
    found = account(HONEST)

    assert found.gaps == []
    assert dict(found.rows)["slots planned"] == 2
    assert dict(found.rows)["  ran within a minute"] == 1
    assert dict(found.rows)["  killed, closed by the next look"] == 1
    assert dict(found.rows)["  again, under the same name"] == 2


Lie = Callable[[], Books]
LIES: dict[str, Lie] = {
    "a slot is gone": lambda: replace(HONEST, slots=[MISSED]),
    "a slot is there twice": lambda: replace(HONEST, slots=[RAN, RAN, MISSED]),
    "a slot was never planned": lambda: replace(
        HONEST, slots=[RAN, MISSED, a_slot(3, SlotState.MISSED, reason=WHY)]
    ),
    "a slot was missed for no reason": lambda: replace(
        HONEST, slots=[RAN, replace(MISSED, reason=None)]
    ),
    "a slot runs for ever": lambda: replace(HONEST, slots=[RAN, a_slot(2, SlotState.RUNNING)]),
    "an old slot still waits": lambda: replace(
        HONEST, slots=[a_slot(1, SlotState.DUE, reason=WHY), MISSED]
    ),
    "a slot names a run without an end": lambda: replace(
        HONEST, slots=[replace(RAN, run_id="two"), MISSED]
    ),
    "one run counts for two slots": lambda: replace(
        HONEST, slots=[RAN, replace(RAN, planned=MISSED.planned)]
    ),
    "a run of its own accord": lambda: replace(
        HONEST,
        records=[
            *HONEST.records,
            a_record(7, RecordKind.BACKUP_STARTED, "three"),
            a_record(8, RecordKind.BACKUP_FINISHED, "three", verdict="PASS"),
        ],
    ),
    "a run without an end": lambda: replace(HONEST, records=HONEST.records[:-1]),
    "a run with two ends": lambda: replace(
        HONEST, records=[*HONEST.records, a_record(7, RecordKind.RUN_CLOSED, "one")]
    ),
    "a run without a beginning": lambda: replace(HONEST, records=HONEST.records[1:]),
    "a run that is still open": lambda: replace(HONEST, open_runs=["one"]),
    "a run that ended by a defect": lambda: replace(
        HONEST,
        records=[
            *HONEST.records[:3],
            a_record(4, RecordKind.DRILL_FINISHED, "one", **unexplained("OSError").plain()),
            *HONEST.records[4:],
        ],
    ),
    "a letter confirmed that never arrived": lambda: replace(HONEST, arrived=HONEST.arrived[1:]),
    "a letter that arrived twice": lambda: replace(HONEST, arrived=["<a>", *HONEST.arrived]),
    "a letter that nobody sent": lambda: replace(HONEST, arrived=["<x>", *HONEST.arrived]),
    "a letter under way for ever": lambda: replace(
        HONEST, letters=[*HONEST.letters, a_letter("f", OutboxState.SENDING)]
    ),
    "a letter refused for no reason": lambda: replace(
        HONEST, letters=[*HONEST.letters, a_letter("f", OutboxState.REJECTED)]
    ),
    "a try that nobody wrote down": lambda: replace(
        HONEST, letters=[*HONEST.letters, a_letter("f", OutboxState.QUEUED, died=1)]
    ),
    "a restore test of which nobody heard": lambda: replace(HONEST, letters=HONEST.letters[2:]),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_in_the_books_is_a_gap(name: str) -> None:
    found = account(LIES[name]())

    assert found.gaps
