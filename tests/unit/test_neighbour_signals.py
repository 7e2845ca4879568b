"""Another installation is believed only while it says, again and again, that it is well."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.client_digest import ClientDigest, DigestSystem, Held
from continuity.domain.client_signals import Watched, client_signals
from continuity.domain.fault import FaultKind
from continuity.domain.light import Light, Lights
from continuity.domain.neighbour_signals import (
    Answered,
    Heard,
    Limits,
    Standing,
    is_news,
    neighbour_signals,
    plain_from_standing,
    reason_of,
    standing_from_plain,
    told,
    verdict_of,
    watcher_signal,
)
from continuity.domain.verdict import Verdict
from tests.support.incidents import DAY, HOUR, MINUTE, NOW

LIMITS = Limits(silence=15 * MINUTE, unwell=HOUR, system="billing")
heards = st.sampled_from(Heard)


def asked(*answers: tuple[timedelta, Heard]) -> Standing | None:
    """What is known after these answers, each so long before now."""
    known = None
    for ago, heard in answers:
        known = told(known, Answered(at=NOW - ago, heard=heard))
    return known


def each_minute(heard: Heard, minutes: int) -> list[tuple[timedelta, Heard]]:
    return [(minute * MINUTE, heard) for minute in range(minutes, -1, -1)]


def kinds(known: Standing | None, now: datetime = NOW) -> list[FaultKind | None]:
    assert known is not None
    seen = neighbour_signals("acme", {"second": LIMITS}, {"second": known}, now)
    return [None if one.fault is None else one.fault.kind for one in seen]


def test_one_that_says_it_is_well_is_heard_of_and_well() -> None:
    assert kinds(asked(*each_minute(Heard.WELL, 5))) == [None, None]


def test_silence_is_a_fault_when_it_lasts_longer_than_agreed_and_says_nothing_of_health() -> None:
    assert kinds(asked(*each_minute(Heard.SILENT, 15))) == []
    assert kinds(asked(*each_minute(Heard.SILENT, 16))) == [FaultKind.NEIGHBOUR_SILENT]


def test_one_that_is_not_well_is_heard_of_and_a_fault_of_its_own() -> None:
    assert kinds(asked(*each_minute(Heard.UNWELL, 60))) == [None]
    assert kinds(asked(*each_minute(Heard.UNWELL, 61))) == [None, FaultKind.NEIGHBOUR_UNWELL]


def test_who_was_not_at_work_accuses_nobody_of_that_time() -> None:
    before = each_minute(Heard.SILENT, 10)[:5]

    assert kinds(asked((9 * HOUR, Heard.SILENT), *before)) == []
    assert kinds(asked((HOUR, Heard.WELL), (timedelta(), Heard.SILENT))) == []


def test_a_clock_that_was_set_back_begins_anew() -> None:
    known = asked((timedelta(), Heard.SILENT), (DAY, Heard.SILENT))

    assert known is not None
    assert known.since == NOW - DAY


def test_the_owner_of_the_system_that_was_named_is_told() -> None:
    known = asked(*each_minute(Heard.SILENT, 16))
    assert known is not None

    (seen,) = neighbour_signals("acme", {"second": LIMITS}, {"second": known}, NOW)

    assert seen.fault is not None
    assert seen.fault.system == "billing"
    assert seen.reason is not None


@given(heards, st.booleans())
def test_only_one_that_says_so_is_shown_as_well(heard: Heard, known: bool) -> None:
    standing = Standing(heard=heard, since=NOW, asked=NOW) if known else None
    is_well = known and heard is Heard.WELL

    assert (verdict_of(standing) is Verdict.PASS) == is_well
    assert (reason_of(standing) is None) == is_well


@given(heards, st.timedeltas(timedelta(), DAY), st.text(max_size=30))
def test_what_is_known_survives_being_noted(heard: Heard, span: timedelta, said: str) -> None:
    standing = Standing(heard=heard, since=NOW - span, asked=NOW, said=said)

    assert standing_from_plain(plain_from_standing(standing)) == standing


@given(st.lists(st.tuples(st.integers(1, 40), heards), max_size=30))
def test_a_break_is_never_noted_too_late_and_nothing_twice(
    answers: list[tuple[int, Heard]],
) -> None:
    noted: Standing | None = None
    at = NOW
    for minutes, heard in answers:
        at += minutes * MINUTE
        found = told(noted, Answered(at=at, heard=heard))
        if is_news(noted, found):
            noted = found

        assert noted is not None
        assert noted.heard is heard
        assert noted.since <= at


@pytest.mark.parametrize(("heard", "faults"), [(Heard.WELL, 0), (Heard.SILENT, 1)])
def test_who_watches_from_outside_and_hears_nothing_is_a_fault_here(
    heard: Heard, faults: int
) -> None:
    known = Standing(heard=heard, since=NOW - 3 * HOUR, asked=NOW)
    seen = watcher_signal("acme", "outside", known, 2 * HOUR, NOW)

    assert seen is not None
    assert (seen.fault is not None) == bool(faults)
    assert watcher_signal("acme", "outside", known, 4 * HOUR, NOW) is None or not faults


@pytest.mark.parametrize("red", [0, 2])
@pytest.mark.parametrize("asked_for", [True, False])
def test_a_red_client_is_an_incident_where_that_was_asked_for(red: int, asked_for: bool) -> None:
    digest = ClientDigest(
        organisation="Acme",
        sequence=7,
        hash="0" * 64,
        made_at=NOW,
        as_of=NOW,
        verdict=Verdict.FAIL if red else Verdict.PASS,
        lights=Lights(red=red, unknown=0, amber=0, green=0),
        systems=(DigestSystem(title="Mail", light=Light.RED, level="L3", proven=60),) * red,
    )
    watched = Watched(
        name="acme",
        held=Held(digest=digest),
        since=NOW - DAY,
        every=DAY,
        grace=HOUR,
        tell_red=asked_for,
    )

    found = [one.fault.kind for one in client_signals("us", watched, NOW) if one.fault]

    assert found == ([FaultKind.CLIENT_RED] if red and asked_for else [])
