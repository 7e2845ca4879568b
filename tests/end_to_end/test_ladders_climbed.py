"""Who is called at night, and who next when nothing happens: ladders, windows, shared work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.firm import Wishes
from tests.support.nights import DAY, HOUR, MINUTE, PEOPLE, Night, a_night

LOW = Wishes(system={"criticality": "low", "rpo": "24h", "rto": "4h"})


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with a_night(tmp_path) as one:
        yield one


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Night]:
    """A firm whose system nobody would be woken for."""
    with a_night(tmp_path, LOW) as one:
        yield one


def test_the_owner_is_called_at_once_and_everybody_when_nobody_takes_it(night: Night) -> None:
    night.break_copy()
    first = night.heard()
    night.later(20 * MINUTE)
    between = night.heard()
    night.later(11 * MINUTE)

    assert (first, between) == (["ana"], [])
    assert sorted(night.heard()) == ["ana", "luis"]
    assert night.events().count("escalated") == 2


def test_whoever_takes_it_ends_the_calling_and_is_called_again_for_doing_nothing(
    night: Night,
) -> None:
    night.break_copy()
    night.run("incidents", "ack", "1", "--by", "ana")
    night.later(2 * HOUR)
    first = night.heard()
    reminded = night.later(70 * MINUTE)
    heard = night.heard()
    night.later(51 * MINUTE)

    assert first == ["ana"]
    assert (reminded.code, heard) == (0, ["ana"])
    assert "unacknowledged" in night.events()
    assert night.shown()["holder"] == ""
    assert "ana" in night.heard()


def test_that_nobody_can_be_called_is_in_the_record_and_whoever_comes_is_called(
    night: Night,
) -> None:
    # The owner is away, and there is nobody else.
    away = [{"first": "2026-01-01", "last": "2099-12-31"}]
    night.write("people", {"ana": {**PEOPLE["ana"], "away": away}})
    night.break_copy()
    alone, heard = night.events(), night.heard()
    night.write("people", PEOPLE)
    night.later(MINUTE)

    assert "nobody-notified" in alone
    assert heard == []
    assert "ana" in night.heard()


def test_a_person_without_an_address_is_no_news_that_arrived(night: Night) -> None:
    night.write("people", {"ana": {"name": "Ana"}})
    night.break_copy()
    said = night.later(MINUTE)

    assert night.heard() == []
    assert "Told outside: 1" not in said.out


def test_a_window_of_maintenance_keeps_quiet_and_its_end_speaks(night: Night) -> None:
    start, end = night.now() - HOUR, night.now() + HOUR
    night.write("incidents", {"maintenance": {"move": _window(start, end)}})
    night.break_copy()
    during = night.heard()
    night.later(30 * MINUTE)
    still = night.heard()
    night.later(31 * MINUTE)

    assert (during, still) == ([], [])
    assert night.heard() == ["ana"]


def _window(start: datetime, end: datetime) -> dict[str, object]:
    zone = ZoneInfo("Europe/Madrid")
    local = [f"{one.astimezone(zone):%Y-%m-%d %H:%M}" for one in (start, end)]
    who = {"owner": "ana", "reason": "the NAS moves", "everything": True}
    return {**who, "start": local[0], "end": local[1]}


@pytest.mark.parametrize(
    ("mode", "called", "acting"),
    [
        ("shared", ["ana", "norbit"], ["ana", "norbit"]),
        ("shadow", ["ana", "norbit"], ["norbit"]),
        ("outsourced", ["norbit"], ["norbit"]),
    ],
)
def test_a_provider_works_as_it_was_agreed(
    night: Night, mode: str, called: list[str], acting: list[str]
) -> None:
    provider = {"name": "Norbit", "email": "norbit@provider.example", "side": "provider"}
    night.write("people", {"ana": PEOPLE["ana"], "norbit": provider})
    ladder = {"track": "technical", "steps": [{"to": ["everyone"]}]}
    night.write("incidents", {"co_management": {"mode": mode}, "ladders": {"all": ladder}})
    night.break_copy()

    asked = [one.to[0].partition("@")[0] for one in night.room.arrived if _asks(one.raw)]
    assert sorted(night.heard()) == called
    assert sorted(asked) == acting


def _asks(raw: bytes) -> bool:
    return b"incidents ack 1" in raw


def test_what_lasts_gets_graver_and_is_told_again(quiet: Night) -> None:
    quiet.break_copy()
    first = quiet.shown()["severity"]
    quiet.heard()
    quiet.later(14 * DAY + HOUR)

    assert first > quiet.shown()["severity"]
    assert "raised" in quiet.events()
    assert "ana" in quiet.heard()


def test_an_outlet_hears_of_its_systems_and_of_what_is_grave_enough(quiet: Night) -> None:
    other = {**quiet.mail, "mildest": "S1"}
    foreign = {**quiet.tickets, "systems": ["shop"]}
    quiet.write("channels", {"mail": other, "tickets": foreign, "mine": quiet.tickets})
    systems = {"title": "T", "criticality": "low", "owner": "ana"}
    quiet.write("systems", {"billing": systems, "shop": systems})
    quiet.break_copy()

    assert quiet.heard() == []
    assert len(quiet.desk.held()) == 1
    quiet.run("incidents", "severity", "1", "S1", "--by", "ana")
    assert quiet.heard() == ["ana"]
