"""Roles with dates, deputies and shifts; and who has the ball between a firm and its provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import Calendar, Shift
from continuity.domain.duty import (
    Absence,
    Assignment,
    Ball,
    Bearer,
    CoManagement,
    Duty,
    Side,
    ball_of,
    first_there,
    is_there,
    on_duty,
    split_by_part,
)
from continuity.domain.incident import Hold, State
from continuity.domain.ticket import Severity
from tests.support.hours import MADRID, MEXICO, OFFICE, utc
from tests.support.incidents import opened

MORNING = Calendar(name="morning", zone=MADRID, shifts=(Shift(start=time(6), end=time(14)),))
EVENING = Calendar(name="evening", zone=MADRID, shifts=(Shift(start=time(14), end=time(22)),))
SIDES = {
    "ana": Side.INTERNAL,
    "luis": Side.INTERNAL,
    "eva": Side.INTERNAL,
    "norbit": Side.PROVIDER,
}
DUTY = Duty(
    zone=MADRID,
    sides=SIDES,
    calendars={"morning": MORNING, "evening": EVENING, "office": OFFICE},
)
NOON = utc("2026-11-02T11:00")


def with_roles(*assignments: Assignment, away: tuple[Absence, ...] = ()) -> Duty:
    return replace(DUTY, assignments=assignments, absences=away)


def test_a_role_is_held_from_its_first_day_to_its_last() -> None:
    duty = with_roles(
        Assignment(role="it", person="ana", since=date(2026, 11, 2), until=date(2026, 11, 3))
    )
    # Midnight in Madrid is 23:00 UTC.
    instants = ["2026-11-01T22:59", "2026-11-01T23:00", "2026-11-03T22:59", "2026-11-03T23:00"]

    assert [on_duty(duty, "it", utc(one)) for one in instants] == [(), ("ana",), ("ana",), ()]


def test_the_day_of_a_role_begins_at_midnight_of_the_firm() -> None:
    duty = with_roles(Assignment(role="it", person="ana", since=date(2026, 11, 2)))
    at = utc("2026-11-02T01:00")

    assert on_duty(duty, "it", at) == ("ana",)
    assert on_duty(replace(duty, zone=MEXICO), "it", at) == ()


def test_a_deputy_is_there_only_when_no_holder_is() -> None:
    away = Absence(person="ana", first=date(2026, 11, 2), last=date(2026, 11, 8))
    roles = (
        Assignment(role="it", person="luis", deputy=True),
        Assignment(role="it", person="ana"),
    )

    assert on_duty(with_roles(*roles), "it", NOON) == ("ana",)
    assert on_duty(with_roles(*roles, away=(away,)), "it", NOON) == ("luis",)


def test_shifts_hand_a_role_on_at_the_minute_they_change() -> None:
    duty = with_roles(
        Assignment(role="guard", person="ana", hours="morning"),
        Assignment(role="guard", person="luis", hours="evening"),
    )
    instants = ["2026-11-02T12:59", "2026-11-02T13:00", "2026-11-02T21:00"]

    assert [on_duty(duty, "guard", utc(one)) for one in instants] == [("ana",), ("luis",), ()]


def test_shifts_follow_a_clock_change() -> None:
    duty = with_roles(Assignment(role="guard", person="ana", hours="morning"))

    assert on_duty(duty, "guard", utc("2026-10-24T04:30")) == ("ana",)
    assert on_duty(duty, "guard", utc("2026-10-25T04:30")) == ()


def test_a_shift_whose_calendar_is_gone_has_no_end() -> None:
    duty = with_roles(Assignment(role="guard", person="ana", hours="forgotten"))

    assert on_duty(duty, "guard", NOON) == ("ana",)


def test_nobody_is_on_duty_in_a_role_nobody_holds() -> None:
    assert on_duty(DUTY, "it", NOON) == ()


def test_the_owner_is_told_and_the_deputy_only_when_the_owner_is_away() -> None:
    away = Absence(person="ana", first=date(2026, 11, 2), last=date(2026, 11, 2))

    assert first_there(DUTY, ("ana", "luis"), NOON) == ("ana",)
    assert first_there(with_roles(away=(away,)), ("ana", "luis"), NOON) == ("luis",)
    assert first_there(DUTY, ("stranger",), NOON) == ()


_people = st.lists(st.sampled_from(sorted(SIDES)), unique=True)


@given(_people, st.sampled_from(CoManagement))
def test_whoever_is_found_somebody_is_to_act_and_nobody_is_told_twice(
    people: list[str], mode: CoManagement
) -> None:
    acting, watching = split_by_part(DUTY, people, mode)

    assert bool(acting) == bool(people)
    assert set(acting) | set(watching) <= set(people)
    assert not set(acting) & set(watching)


@pytest.mark.parametrize(
    ("mode", "acting", "watching"),
    [
        (CoManagement.SHARED, ("ana", "norbit"), ()),
        (CoManagement.SHADOW, ("norbit",), ("ana",)),
        (CoManagement.OUTSOURCED, ("norbit",), ()),
    ],
)
def test_how_the_work_is_shared_decides_who_acts_and_who_is_told(
    mode: CoManagement, acting: tuple[str, ...], watching: tuple[str, ...]
) -> None:
    assert split_by_part(DUTY, ("ana", "norbit"), mode) == (acting, watching)


def test_without_anybody_of_the_provider_the_firm_acts_itself() -> None:
    for mode in CoManagement:
        assert split_by_part(DUTY, ("ana", "luis"), mode) == (("ana", "luis"), ())


def test_what_nobody_took_is_the_providers_where_the_provider_works() -> None:
    _, incident = opened()

    assert [ball_of(incident, mode).bearer for mode in CoManagement] == [
        Bearer.NOBODY,
        Bearer.PROVIDER,
        Bearer.PROVIDER,
    ]


def test_the_ball_is_where_the_next_thing_is_expected() -> None:
    _, incident = opened()
    taken = replace(incident, state=State.ACKNOWLEDGED, holder="norbit")
    shadow = CoManagement.SHADOW

    def waiting(reason: str) -> Ball:
        hold = Hold(reason=reason, until=NOON, pausing=True, back_to=State.OPEN)
        return ball_of(replace(taken, state=State.ON_HOLD, hold=hold), shadow)

    assert ball_of(taken, shadow) == Ball(bearer=Bearer.PERSON, person="norbit")
    assert waiting("customer") == Ball(bearer=Bearer.CUSTOMER)
    assert waiting("provider") == Ball(bearer=Bearer.PROVIDER)
    assert waiting("spare-part") == Ball(bearer=Bearer.PERSON, person="norbit")
    assert ball_of(replace(taken, state=State.MITIGATED), shadow).bearer is Bearer.INTERNAL


def test_a_grave_incident_is_nobodys_only_once_it_was_reviewed() -> None:
    _, incident = opened()
    over = replace(incident, state=State.RESOLVED, severity=Severity.S1)
    shared = CoManagement.SHARED

    assert ball_of(over, shared).bearer is Bearer.INTERNAL
    assert ball_of(replace(over, reviewed=True), shared).bearer is Bearer.NOBODY
    assert ball_of(replace(over, severity=Severity.S4), shared).bearer is Bearer.NOBODY


def test_a_stranger_is_never_there() -> None:
    assert not is_there(DUTY, "stranger", NOON)
