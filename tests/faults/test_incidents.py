"""Incidents while trackers fail, clocks change, people race, and the program is killed."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.faults import Row
from tests.support.nights import HOUR, MINUTE, Night, a_night
from tests.support.ran import Ran
from tests.support.terminal import Said

pytestmark = [pytest.mark.tool("rsync")]

_MADRID = ZoneInfo("Europe/Madrid")


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with a_night(tmp_path) as one:
        one.write("channels", {"mail": one.mail, "tickets": one.tickets})
        yield one


def red(row: Row, drilled: Said, told: Said) -> None:
    """Demand that trouble outside changes nothing of what was found, and that it is said."""
    (result,) = drilled.objects()
    assert (result["verdict"], result["failure"], str(drilled.code)) == (
        row.verdict,
        row.failure,
        row.exit,
    )
    row.says(" ".join((told.out + told.err).split()))


def ran(said: Said) -> Ran:
    return Ran(code=said.code, stdout=said.out, stderr=said.err)


def all_is_told_once(night: Night) -> None:
    """Demand an open incident, one ticket of each that was told, and nothing left to be sent."""
    (told,) = night.run("incidents", "--json").objects()
    speaking = [one["local_number"] for one in told["incidents"] if one["speaks"]]
    made = [one.title[1:10] for one in night.desk.held()]
    assert len(made) == len(set(made))
    assert {"CONT-0001", *speaking} <= set(made)
    assert set(states(night)) <= {"confirmed", "rejected"}


def states(night: Night, lane: str = "%") -> list[str]:
    with closing(sqlite3.connect(night.firm.state / "record.db", timeout=5)) as database:
        found = database.execute("SELECT state FROM outbox WHERE lane LIKE ?", (lane,))
        return [state for (state,) in found.fetchall()]


@pytest.mark.fault("tracker-down-for-a-day")
def test_a_tracker_that_fails_for_a_day_gets_one_ticket_and_holds_up_no_mail(
    night: Night, row: Row
) -> None:
    night.desk.nasty.storm = 10**9
    drilled = night.break_copy()
    heard = night.heard()
    told = [night.later(12 * HOUR), night.later(12 * HOUR)]
    night.desk.nasty.storm = 0
    for _ in range(2):
        night.later(2 * HOUR)

    red(row, drilled, told[-1])
    assert heard == ["ana"]
    all_is_told_once(night)


@pytest.mark.fault("tracker-answer-lost")
def test_a_ticket_whose_answer_was_lost_is_found_again(night: Night, row: Row) -> None:
    night.desk.nasty.drops = 1
    drilled = night.break_copy()
    made = len(night.desk.held())
    told = night.later(2 * MINUTE)
    night.later(30 * MINUTE)

    red(row, drilled, told)
    assert made == 1
    all_is_told_once(night)


@pytest.mark.fault("clock-change-in-an-incident")
def test_an_agreed_time_is_as_long_as_agreed_when_the_clocks_change(night: Night, row: Row) -> None:
    levels = {"S2": {"calendar": "always", "response": "1h", "resolution": "4h"}}
    night.write("incidents", {"service_levels": levels})
    night.begin_at(_next_spring_change(night.now()) - 2 * HOUR)
    drilled = night.break_copy()
    told = night.run("incidents", "show", "1")
    fresh = night.shown()
    night.ahead += 4 * HOUR - 2 * MINUTE
    before = _resolution(night.shown())
    night.ahead += 3 * MINUTE
    after = _resolution(night.shown())

    red(row, drilled, told)
    due = datetime.fromisoformat(str(_resolution(fresh)["due"]))
    assert due - datetime.fromisoformat(fresh["opened_at"]) == 4 * HOUR
    assert (before["breached"], after["breached"]) == (False, True)


def _next_spring_change(after: datetime) -> datetime:
    """Give the instant at which Madrid next puts its clocks forward."""
    hour = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while _offset(hour + HOUR) <= _offset(hour):
        hour += HOUR
    return hour + HOUR


def _offset(moment: datetime) -> timedelta:
    return moment.astimezone(_MADRID).utcoffset() or timedelta()


def _resolution(told: dict[str, object]) -> dict[str, object]:
    clocks = told["clocks"]
    assert isinstance(clocks, list)
    (one,) = [clock for clock in clocks if clock["clock"] == "resolution"]
    found: dict[str, object] = one
    return found


@pytest.mark.fault("two-consoles")
def test_of_two_people_who_act_at_once_one_is_told_to_look_again(night: Night, row: Row) -> None:
    night.break_copy()
    version = str(night.shown()["version"])
    words = ("incidents", "ack", "1", "--version", version, "--by")
    both = [night.start(*words, name) for name in ("ana", "luis")]
    said = []
    for process in both:
        with process:
            out, err = process.communicate(timeout=90)
        said.append(Said(process.returncode, out.decode(), err.decode()))

    first, second = sorted(said)
    assert first.code == 0
    row.told_by(ran(second))
    assert night.events().count("acknowledged") == 1
    assert night.shown()["holder"] == ("ana", "luis")[said.index(first)]


@pytest.mark.fault("record-locked-while-telling")
def test_what_was_sent_and_could_not_be_written_down_is_sent_again_as_the_same(
    night: Night, row: Row
) -> None:
    night.write("channels", {})
    night.break_copy()
    night.write("channels", {"mail": night.mail, "tickets": night.tickets})
    night.room.nasty.slow_seconds = 3
    with night.start("incidents", "update") as process:
        _wait_for_a_letter_on_its_way(night)
        with closing(
            sqlite3.connect(night.firm.state / "record.db", isolation_level=None)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            out, err = process.communicate(timeout=90)
    night.room.nasty.slow_seconds = 0
    night.later(11 * MINUTE)
    night.later(11 * MINUTE)

    row.told_by(Ran(code=process.returncode, stdout=out.decode(), stderr=err.decode()))
    assert len({str(one.mail["message-id"]) for one in night.room.arrived}) == 1
    assert set(night.heard()) == {"ana"}
    all_is_told_once(night)


def _wait_for_a_letter_on_its_way(night: Night) -> None:
    until = time.monotonic() + 60
    while "sending" not in states(night, "channel:mail:ana"):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.fault("killed-before-telling")
def test_what_was_found_by_a_killed_drill_is_told_by_the_next_look(night: Night, row: Row) -> None:
    killed = night.break_copy("send:begin").code
    nothing = (night.heard(), night.desk.held())
    told = night.later(MINUTE)

    assert killed == -signal.SIGKILL
    assert nothing == ([], [])
    _found_all_the_same(night, row, told)
    assert night.heard() == ["ana"]


@pytest.mark.fault("killed-while-telling")
def test_a_ticket_that_nobody_wrote_down_is_taken_up_again(night: Night, row: Row) -> None:
    night.write("channels", {"tickets": night.tickets})
    killed = night.break_copy("send:end").code
    made = len(night.desk.held())
    told = night.later(11 * MINUTE)

    assert killed == -signal.SIGKILL
    assert made == 1
    _found_all_the_same(night, row, told)


def _found_all_the_same(night: Night, row: Row, told: Said) -> None:
    row.says(told.out)
    shown = night.shown()
    assert shown["failure"] == row.failure
    all_is_told_once(night)
