"""Ladders: each rung once, the next at once where nobody is, and stopped by whoever takes it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import ALWAYS, Calendar, Shift
from continuity.domain.duty import Assignment, CoManagement, Duty, Side
from continuity.domain.escalation import (
    Call,
    Scene,
    Told,
    changes_from,
    due_rungs,
    everybody_told,
    ladders_taken,
    reminder,
)
from continuity.domain.incident import Change, Event, Incident
from continuity.domain.incident_changes import after
from continuity.domain.incident_clock import Term, clocks_of
from continuity.domain.incident_rules import Rules
from continuity.domain.ladder import (
    Ladder,
    Recipient,
    Rung,
    Track,
    When,
    Whom,
    ladders_from_plain,
    plain_from_ladders,
    version_of,
)
from continuity.domain.segment import Clock
from continuity.domain.ticket import Severity
from tests.support.hours import DAY, HOUR, MADRID, utc
from tests.support.incidents import opened

START = utc("2026-11-02T01:00")  # two in the morning in Madrid, a Monday
MINUTE = timedelta(minutes=1)
TECHNICIAN = Recipient(whom=Whom.ROLE, name="technician")
PROVIDER = Recipient(whom=Whom.PERSON, name="norbit")
OWNER = Recipient(whom=Whom.OWNER)
BOSS = Recipient(whom=Whom.PERSON, name="elena")


def rung(to: Recipient, minutes: int, when: When = When.UNACKNOWLEDGED) -> Rung:
    return Rung(when=when, to=(to,), after=minutes * MINUTE)


REPAIR = Ladder(
    name="repair",
    track=Track.TECHNICAL,
    rungs=(rung(TECHNICIAN, 0), rung(PROVIDER, 15), rung(BOSS, 60)),
    repeat=2,
)
DECIDE = Ladder(
    name="decide",
    track=Track.MANAGEMENT,
    rungs=(rung(OWNER, 30, When.UNRESOLVED), rung(BOSS, 120, When.UNRESOLVED)),
)
BOTH = (REPAIR, DECIDE)
OFFICE = Calendar(name="office", zone=MADRID, shifts=(Shift(start=time(9), end=time(18)),))
DUTY = Duty(
    zone=MADRID,
    sides={
        "marcos": Side.INTERNAL,
        "lucia": Side.INTERNAL,
        "elena": Side.INTERNAL,
        "norbit": Side.PROVIDER,
    },
    assignments=(Assignment(role="technician", person="marcos"),),
    calendars={"office": OFFICE},
)
SCENE = Scene(duty=DUTY, owners=("lucia", "marcos"))


def begun() -> Incident:
    _, incident = opened()
    fresh = replace(incident, clocks=(), opened_at=None, severity=Severity.S2)
    return after(fresh, [Change(event=Event.OPENED, at=START)])


def told(calls: tuple[Call, ...]) -> list[tuple[str, ...]]:
    return [call.acting for call in calls]


def climbed(
    incident: Incident, minutes: int, scene: Scene = SCENE
) -> tuple[Incident, tuple[Call, ...]]:
    """What is due after some minutes, and the incident once it was done."""
    now = START + minutes * MINUTE
    calls = due_rungs(incident, BOTH, scene, now)
    return after(incident, changes_from(calls, now)), calls


def acknowledged(incident: Incident, at: datetime) -> Incident:
    return after(incident, [Change(event=Event.ACKNOWLEDGED, at=at, by="marcos")])


def test_two_ladders_are_climbed_side_by_side_and_each_rung_once() -> None:
    incident, found = begun(), []
    for minutes in (0, 1, 14, 15, 29, 30, 59, 60, 61):
        incident, calls = climbed(incident, minutes)
        found.append((minutes, told(calls)))

    assert [one for one in found if one[1]] == [
        (0, [("marcos",)]),
        (15, [("norbit",)]),
        (30, [("lucia",)]),
        (60, [("elena",)]),
    ]


def test_whoever_takes_it_stops_the_wait_for_somebody_and_not_that_for_its_end() -> None:
    incident, _ = climbed(begun(), 0)
    incident = acknowledged(incident, START + 5 * MINUTE)

    _, calls = climbed(incident, 40)

    assert [(call.ladder, call.acting) for call in calls] == [("decide", ("lucia",))]


def test_an_acknowledgement_that_was_lost_begins_the_ladder_anew() -> None:
    incident, _ = climbed(begun(), 0)
    incident = acknowledged(incident, START + MINUTE)
    lost = START + 5 * HOUR
    incident = after(incident, [Change(event=Event.UNACKNOWLEDGED, at=lost)])

    first = due_rungs(incident, [REPAIR], SCENE, lost)
    incident = after(incident, changes_from(first, lost))
    second = due_rungs(incident, [REPAIR], SCENE, lost + 15 * MINUTE)

    assert (told(first), told(second)) == ([("marcos",)], [("norbit",)])


def test_a_ladder_is_climbed_again_so_often_and_no_more() -> None:
    incident, calls = begun(), 0
    for minutes in range(0, 24 * 60, 5):
        now = START + minutes * MINUTE
        due = due_rungs(incident, [REPAIR], SCENE, now)
        incident, calls = after(incident, changes_from(due, now)), calls + len(due)

    assert calls == 3 * len(REPAIR.rungs)


def test_a_rung_that_finds_nobody_leads_to_the_next_at_once() -> None:
    nobody = replace(SCENE, duty=replace(DUTY, assignments=()))

    incident, calls = climbed(begun(), 0, nobody)
    events = [change.event for change in changes_from(calls, START)]

    assert [call.acting for call in calls] == [(), ("norbit",)]
    assert events == [Event.NOBODY_NOTIFIED, Event.ESCALATED]
    assert climbed(incident, 1, nobody)[1] == ()


def test_who_comes_to_work_later_is_told_of_what_found_nobody() -> None:
    shift = Assignment(role="technician", person="marcos", hours="office")
    night = replace(SCENE, duty=replace(DUTY, assignments=(shift,)))
    incident, _ = climbed(begun(), 0, night)

    due = due_rungs(incident, [replace(REPAIR, repeat=0)], night, START + 7 * HOUR)

    assert ("marcos",) in told(due)


def test_a_rung_of_the_office_waits_for_the_office_and_counts_its_hours() -> None:
    ladder = replace(REPAIR, rungs=(replace(rung(TECHNICIAN, 60), hours="office"),))
    incident = begun()

    instants = [START + 6 * HOUR, START + 8 * HOUR - MINUTE, START + 8 * HOUR]

    assert [len(due_rungs(incident, [ladder], SCENE, now)) for now in instants] == [0, 0, 1]


def test_time_agreed_and_used_up_is_told_of_at_its_percentage() -> None:
    late = Rung(when=When.SERVICE_LEVEL, to=(BOSS,), percent=75)
    ladder = replace(DECIDE, rungs=(late,))
    term = Term(clock=Clock.RESOLUTION, target=4 * HOUR, calendar=ALWAYS)
    incident = begun()

    found = []
    for hours in (2, 3):
        now = START + hours * HOUR
        scene = replace(SCENE, readings=clocks_of(incident, [term], now))
        found.append(told(due_rungs(incident, [ladder], scene, now)))

    assert found == [[], [("elena",)]]


def test_silence_for_longer_than_agreed_is_told_of() -> None:
    silent = Rung(when=When.NO_UPDATE, to=(BOSS,), after=5 * MINUTE)
    term = Term(clock=Clock.UPDATE, target=30 * MINUTE, calendar=ALWAYS)
    incident = begun()

    found = []
    for minutes in (34, 35):
        now = START + minutes * MINUTE
        scene = replace(SCENE, readings=clocks_of(incident, [term], now))
        found.append(len(due_rungs(incident, [replace(DECIDE, rungs=(silent,))], scene, now)))

    assert found == [0, 1]


def test_nothing_is_due_for_what_is_over_or_spoken_for_or_of_another_severity() -> None:
    now = START + DAY
    incident = begun()
    resolved = Change(event=Event.RESOLVED, at=START, details={"how": "recovered"})
    spoken_for = Change(event=Event.INHIBITED, at=START, details={"parent": 9})

    for quiet in (after(incident, [resolved]), after(incident, [spoken_for])):
        assert due_rungs(quiet, BOTH, SCENE, now) == ()
    only_grave = replace(REPAIR, severities=(Severity.S1,))
    assert due_rungs(incident, [only_grave], SCENE, now) == ()


def test_with_the_work_outsourced_the_provider_acts_and_the_management_still_hears() -> None:
    both = replace(REPAIR, rungs=(replace(REPAIR.rungs[0], to=(TECHNICIAN, PROVIDER)),))
    scene = replace(SCENE, mode=CoManagement.OUTSOURCED)

    calls = due_rungs(begun(), [both, DECIDE], scene, START + 40 * MINUTE)

    assert told(calls) == [("norbit",), ("lucia",)]


def test_whoever_has_it_and_does_nothing_is_reminded_once_before_losing_it() -> None:
    incident = acknowledged(begun(), START)
    rules = Rules(idle=4 * HOUR)
    due = reminder(incident, rules, START + 3 * HOUR)

    assert reminder(incident, rules, START + 2 * HOUR) is None
    assert due is not None
    assert due.acting == ("marcos",)
    reminded = after(incident, changes_from([due], START + 3 * HOUR))
    assert reminder(reminded, rules, START + 4 * HOUR) is None
    assert reminded.active_at == START


def test_each_person_is_told_once_and_acts_if_any_rung_says_so() -> None:
    first = Call(
        key="1",
        ladder="repair",
        track=Track.TECHNICAL,
        when=When.UNRESOLVED,
        acting=("marcos",),
        watching=("elena",),
        via=("mail",),
    )
    second = replace(first, key="2", acting=("elena",), watching=(), via=("chat",))

    assert everybody_told([first, second]) == (
        Told(person="marcos", acts=True, via=("mail",)),
        Told(person="elena", acts=True, via=("mail", "chat")),
    )
    (_, elena) = everybody_told([first, replace(second, via=())])
    assert elena.via == ()


def test_ladders_are_kept_as_they_were_when_it_opened() -> None:
    incident = after(begun(), [ladders_taken(BOTH, START)])
    kept = json.loads(json.dumps(plain_from_ladders(BOTH)))

    assert ladders_from_plain(kept) == BOTH
    assert incident.ladders == version_of(ladders_from_plain(kept))
    assert version_of([REPAIR]) != incident.ladders


@given(st.lists(st.integers(0, 300), max_size=12))
def test_no_rung_is_climbed_twice_however_often_it_is_looked_at(waits: list[int]) -> None:
    incident, keys, minutes = begun(), [], 0
    for wait in waits:
        minutes += wait
        incident, calls = climbed(incident, minutes)
        keys += [call.key for call in calls]

    assert len(keys) == len(set(keys))
