"""Billing is down: two people bring it back by a runbook, through a crash and a failed check."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.billing import RUN, BadDay, bad_day

PASS, USAGE = 0, 2


@pytest.fixture
def day(tmp_path: Path) -> Iterator[BadDay]:
    with bad_day(tmp_path) as day:
        yield day


@pytest.mark.timeout(300)
def test_billing_comes_back_by_two_people_through_a_crash_a_silence_and_a_failed_check(
    day: BadDay,
) -> None:
    opened = day.ticket()
    begun = day.run("runbook", "start", "billing-down", "--incident", "1", "--by", "ana")
    day.acts("luis", "done", "scope", "--note", "no login at two desks, the disk is empty")
    _both_at_once(day)
    time.sleep(1)  # nobody decides within it
    day.acts("luis", "carry-on")
    decided = day.standing()
    day.acts("ana", "approve", "permit", "--note", "there is nothing left to lose")
    _killed_while_restoring(day)
    day.acts("luis", "carry-on")
    crashed = day.step("restore")
    day.acts("luis", "answer", "restore", "repeat", "--note", "looked: only a stage is there")
    alone = day.acts("ana", "confirm", "restore", "--system", "billing")
    day.acts("luis", "confirm", "restore", "--system", "billing")
    failed = day.standing()
    switched_off = not (day.firm.root / "www/health").exists()
    (day.firm.root / "licence").write_text("licence valid\n")
    day.acts("luis", "retry", "check")
    ended = day.standing()

    assert ("CONT-0001" in opened.title, begun.code) == (True, PASS)
    assert [(one["option"], one["by"]) for one in decided["taken"]] == [("over", "")]
    assert (crashed["state"], crashed["why"]) == ("unknown", "crash")
    assert alone.code == USAGE
    assert (failed["state"], failed["why"], switched_off) == ("paused", "undone", True)
    _measured(ended)
    _closed_by_proof(day)


def _both_at_once(day: BadDay) -> None:
    """Two people finish two steps of one group in the same moment, each in a process of theirs."""
    ends = [day.beginning("ana", "done", "call"), day.beginning("luis", "done", "unplug")]

    assert [one.wait(60) for one in ends] == [PASS, PASS]
    assert [day.step(name)["state"] for name in ("call", "unplug")] == ["done", "done"]


def _killed_while_restoring(day: BadDay) -> None:
    process = day.beginning("luis", "confirm", "restore", "--system", "billing")
    until = time.monotonic() + 60
    while not day.restoring.exists() and time.monotonic() < until:
        time.sleep(0.05)
    meanwhile = day.standing()
    process.kill()
    process.wait()

    assert next(one for one in meanwhile["steps"] if one["step"] == "restore")["intent_at"]
    assert not day.firm.source().exists()


def _measured(ended: dict[str, object]) -> None:
    assert ended["state"] == "completed", ended
    rto = ended["rto"]
    assert isinstance(rto, dict)
    assert rto["total"] == pytest.approx(
        sum(rto[part] for part in ("before", "people", "restore", "verify", "programs", "timers")),
        abs=3,
    )
    assert rto["restore"] + rto["verify"] > 0
    assert isinstance(ended["rpo"], int)
    assert ended["rpo"] > 0


def _closed_by_proof(day: BadDay) -> None:
    """Only a backup of the kind that failed ends the incident, and with it the ticket."""
    restored = (day.firm.source() / "ledger").read_text()
    day.run("incidents", "retest", "1")
    (told,) = day.run("incidents", "show", "1", "--json").objects()
    review = day.run("incidents", "review", "1").out

    assert restored == "total 1234\n"
    assert told["state"] == "resolved", json.dumps(told)
    assert day.ticket().state == "closed completed"
    assert RUN in review
    assert day.run("audit", "verify").code == PASS
