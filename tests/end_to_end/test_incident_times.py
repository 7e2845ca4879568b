"""The clocks of an incident on the command line: what is agreed, what people state of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any  # JSON, or keys of any dataclass

import pytest

from tests.support.nights import HOUR, MINUTE, PEOPLE, Night, a_night

PASS, USAGE = 0, 2


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with a_night(tmp_path) as one:
        technician = {**PEOPLE["luis"], "roles": [{"role": "technician"}]}
        one.write("people", {**PEOPLE, "luis": technician})
        # By a calendar of all hours, so that it is the same at whatever hour the test runs.
        agreed = {"calendar": "always", "response": "1h", "update": "2h", "resolution": "8h"}
        one.write("incidents", {"duties": {"gdpr": "72h"}, "service_levels": {"S2": agreed}})
        one.break_copy()
        yield one


def clock(told: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in told["clocks"] if one["clock"] == name)


def test_what_was_agreed_who_is_there_and_who_is_called_next_is_shown(night: Night) -> None:
    fresh, said = night.shown(), night.run("incidents", "show", "1").out
    night.later(90 * MINUTE)
    late, told = night.shown(), night.run("incidents", "show", "1").out

    assert (fresh["owner"], fresh["on_duty"]) == ("ana", {"technician": ["luis"]})
    assert [one["acting"] for one in fresh["called_next"]] == [["ana", "luis"]]
    assert clock(fresh, "response")["agreed_seconds"] == 3600
    assert not clock(fresh, "response")["breached"]
    assert clock(late, "response")["breached"]
    assert "On duty as technician: Luis" in said
    assert "Called next" in said
    assert "BREACHED at" not in said
    assert "BREACHED at" in told


def test_the_time_of_recovery_counts_from_when_people_say_it_began(night: Night) -> None:
    future = night.run("incidents", "impact", "1", "--since", "2099-01-01")
    stated = night.run("incidents", "impact", "1", "--since", "5h", "--by", "ana")
    rto = clock(night.shown(), "rto")

    assert (future.code, stated.code) == (USAGE, PASS)
    assert rto["agreed_seconds"] == 4 * 3600
    assert 5 * 3600 <= rto["elapsed_seconds"] < 5 * 3600 + 120
    assert rto["breached"]


def test_telling_people_begins_the_time_until_the_next_message_anew(night: Night) -> None:
    night.ahead += HOUR
    before = clock(night.shown(), "update")["elapsed_seconds"]
    told = night.run("incidents", "told", "1", "--note", "called Elena")

    assert told.code == PASS
    assert before >= 3600
    assert clock(night.shown(), "update")["elapsed_seconds"] < 120


def test_a_duty_to_report_runs_from_when_it_was_known_until_it_is_met(night: Night) -> None:
    unknown = night.run("incidents", "duty", "begin", "1", "nis")
    early = night.run("incidents", "duty", "met", "1", "gdpr")
    begun = night.run("incidents", "duty", "begin", "1", "gdpr", "--since", "80h")
    running = clock(night.shown(), "regulatory")
    met = night.run("incidents", "duty", "met", "1", "gdpr", "--note", "reference 118")
    stopped = clock(night.shown(), "regulatory")

    assert [one.code for one in (unknown, early, begun, met)] == [USAGE, USAGE, PASS, PASS]
    assert "gdpr" in unknown.err
    assert (running["state"], running["duty"], running["breached"]) == ("running", "gdpr", True)
    assert stopped["state"] == "stopped"


def test_the_review_says_what_was_kept_who_was_told_when_and_what_is_open(night: Night) -> None:
    night.ahead += 90 * MINUTE
    night.run("incidents", "impact", "1", "--since", "5h")
    night.run("incidents", "waive", "1", "--until", "1d", "--note", "a test of mine")
    said = night.run("incidents", "review", "1")

    words = " ".join(said.out.split())
    assert said.code == PASS
    for expected in (
        "| until somebody has it |",
        "| until the service is back |",
        "BREACHED at",
        "work at risk",
        "(agreed 4h)",
        "channel:mail:ana: escalated, arrived",
        "a backup ended, PASS, erp",
        "Why did it take longer than agreed until somebody had it?",
        "Why was the service away for longer than its objective?",
        "It ended without proof",
    ):
        assert expected in words
    assert "Nobody stated it." not in words
