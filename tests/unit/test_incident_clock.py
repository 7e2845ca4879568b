"""The clocks of an incident: kept apart, paused only where agreed, right through clock changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import ALWAYS
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Change, Event, Incident
from continuity.domain.incident_changes import after
from continuity.domain.incident_clock import (
    Hand,
    Reading,
    Term,
    clocks_of,
    stands_too_long,
    warnings_between,
)
from continuity.domain.incident_commands import Person
from continuity.domain.incident_statements import begin_duty, meet_duty, state_impact, tell
from continuity.domain.segment import Clock, segments_of
from tests.support.hours import DAY, HOUR, OFFICE, utc
from tests.support.incidents import opened

START = utc("2026-11-02T09:00")
MINUTE = timedelta(minutes=1)
RESOLUTION = Term(clock=Clock.RESOLUTION, target=8 * HOUR, calendar=ALWAYS)
RTO = Term(clock=Clock.RTO, target=4 * HOUR, calendar=ALWAYS)
GDPR = Term(clock=Clock.REGULATORY, target=72 * HOUR, calendar=ALWAYS, duty="gdpr")


def incident_at(start: datetime) -> Incident:
    _, incident = opened()
    fresh = replace(incident, clocks=(), opened_at=None, first_seen=start, version=0)
    return after(fresh, [Change(event=Event.OPENED, at=start)])


def happened(event: Event, at: datetime, **details: str | bool | int) -> Change:
    return Change(event=event, at=at, by="marcos", reason="disco nuevo", details=details)


def held(at: datetime, *, pausing: bool = True) -> Change:
    until = (at + DAY).isoformat()
    return happened(Event.HELD, at, until=until, pausing=pausing, why="provider")


def read(incident: Incident, term: Term, now: datetime) -> Reading:
    (reading,) = clocks_of(incident, [term], now)
    return reading


_steps = st.lists(
    st.tuples(
        st.sampled_from(["ack", "unack", "hold", "wait", "resume", "told", "resolve", "reopen"]),
        st.integers(0, 300),
    ),
    max_size=14,
)


def walked(steps: list[tuple[str, int]], incident: Incident) -> tuple[Incident, datetime]:
    """An incident after steps, each some minutes after the one before."""
    now = START
    for step, minutes in steps:
        now += minutes * MINUTE
        changes = {
            "ack": happened(Event.ACKNOWLEDGED, now),
            "unack": Change(event=Event.UNACKNOWLEDGED, at=now),
            "hold": held(now),
            "wait": held(now, pausing=False),
            "resume": happened(Event.RESUMED, now),
            "told": happened(Event.TOLD, now),
            "resolve": Change(event=Event.RESOLVED, at=now, details={"how": "recovered"}),
            "reopen": Change(event=Event.REOPENED, at=now),
        }
        incident = after(incident, [changes[step]])
    return incident, now


@given(_steps)
def test_the_pieces_of_a_clock_follow_each_other_without_a_gap(
    steps: list[tuple[str, int]],
) -> None:
    incident, now = walked(steps, incident_at(START))

    for clock in (Clock.RESOLUTION, Clock.ATTENTION, Clock.RESPONSE):
        pieces = segments_of(incident.clocks, clock)
        assert pieces[0].start == START
        assert all(piece.end is not None for piece in pieces[:-1])
        assert all(
            one.end is not None and one.start <= one.end <= other.start
            for one, other in pairwise(pieces)
        )
        if clock is Clock.RESOLUTION:
            total = sum(((one.end or now) - one.start for one in pieces), timedelta())
            assert total == (pieces[-1].end or now) - START


@given(_steps)
def test_no_pause_ever_shortens_the_time_to_recovery_or_to_an_authority(
    steps: list[tuple[str, int]],
) -> None:
    since = START - HOUR
    down = happened(Event.IMPACT_STATED, START, since=since.isoformat())
    duty = happened(Event.DUTY_BEGUN, START, duty="gdpr", since=since.isoformat())
    incident, now = walked(steps, after(incident_at(START), [down, duty]))

    end = incident.resolved_at or now
    assert read(incident, RTO, now).elapsed == end - since
    assert read(incident, GDPR, now).elapsed == now - since


@given(_steps)
def test_a_clock_never_shows_more_than_the_time_that_passed(steps: list[tuple[str, int]]) -> None:
    incident, now = walked(steps, incident_at(START))
    terms = [
        Term(clock=clock, target=HOUR, calendar=calendar)
        for clock in (Clock.RESPONSE, Clock.RESOLUTION, Clock.UPDATE, Clock.ATTENTION)
        for calendar in (ALWAYS, OFFICE)
    ]

    for reading in clocks_of(incident, terms, now):
        assert timedelta() <= reading.elapsed <= now - START
        if reading.breached:
            assert reading.due is not None
            assert reading.due < now


@given(_steps, st.integers(1, 600))
def test_what_is_due_is_due_when_the_target_is_used_up(
    steps: list[tuple[str, int]], target: int
) -> None:
    term = replace(RESOLUTION, target=target * MINUTE)
    incident, now = walked(steps, incident_at(START))
    reading = read(incident, term, now)

    if reading.hand is Hand.RUNNING:
        assert reading.due is not None
        at_due = read(incident, term, max(now, reading.due))
        assert at_due.elapsed >= target * MINUTE
        assert reading.due > now or reading.elapsed >= target * MINUTE


def test_the_answer_is_timed_until_somebody_has_it_and_never_again() -> None:
    term = Term(clock=Clock.RESPONSE, target=15 * MINUTE, calendar=ALWAYS)
    incident = after(
        incident_at(START),
        [
            happened(Event.ACKNOWLEDGED, START + 10 * MINUTE),
            Change(event=Event.UNACKNOWLEDGED, at=START + 5 * HOUR),
        ],
    )

    reading = read(incident, term, START + DAY)

    assert (reading.hand, reading.elapsed) == (Hand.STOPPED, 10 * MINUTE)


def test_waiting_for_others_stops_the_clock_and_waiting_for_ourselves_does_not() -> None:
    pausing, waiting = (
        after(incident_at(START), [held(START + HOUR, pausing=pausing)])
        for pausing in (True, False)
    )

    paused = read(pausing, RESOLUTION, START + 10 * HOUR)
    went_on = read(waiting, RESOLUTION, START + 10 * HOUR)

    assert (paused.hand, paused.elapsed, paused.due) == (Hand.PAUSED, HOUR, None)
    assert paused.reason == "provider"
    assert (went_on.hand, went_on.elapsed, went_on.breached) == (Hand.RUNNING, 10 * HOUR, True)


def test_a_clock_that_stands_for_days_is_a_finding() -> None:
    paused = read(after(incident_at(START), [held(START)]), RESOLUTION, START + 12 * DAY)

    assert stands_too_long(paused, START + 12 * DAY, 7 * DAY)
    assert not stands_too_long(paused, START + 6 * DAY, 7 * DAY)


def test_what_comes_back_goes_on_where_it_stopped() -> None:
    incident = after(
        incident_at(START),
        [
            Change(event=Event.RESOLVED, at=START + HOUR, details={"how": "recovered"}),
            Change(event=Event.REOPENED, at=START + 10 * HOUR),
        ],
    )

    reading = read(incident, RESOLUTION, START + 12 * HOUR)

    assert reading.elapsed == 3 * HOUR
    assert reading.due == START + 17 * HOUR
    assert [one.cycle for one in segments_of(incident.clocks, Clock.RESOLUTION)] == [1, 1, 2]


def test_an_agreed_time_across_a_clock_change_is_due_at_the_hour_people_expect() -> None:
    friday = utc("2026-10-23T10:00")  # noon in Madrid, two days before the clocks go back
    incident = incident_at(friday)
    office = replace(RESOLUTION, calendar=OFFICE)

    assert read(incident, office, friday).due == utc("2026-10-26T11:00")  # Monday noon
    assert read(incident, RESOLUTION, friday).due == utc("2026-10-23T18:00")


def test_a_repeated_hour_counts_twice_on_the_wall() -> None:
    incident = incident_at(utc("2026-10-25T00:30"))  # 02:30 for the first time

    reading = read(incident, RESOLUTION, utc("2026-10-25T01:30"))  # 02:30 for the second

    assert reading.elapsed == HOUR


def test_a_graver_incident_is_measured_from_its_opening() -> None:
    incident = incident_at(START)

    calm = read(incident, replace(RESOLUTION, target=DAY), START + 5 * HOUR)
    grave = read(incident, replace(RESOLUTION, target=4 * HOUR), START + 5 * HOUR)

    assert (calm.breached, grave.breached) == (False, True)
    assert grave.due == START + 4 * HOUR


def test_each_update_begins_a_time_of_its_own() -> None:
    term = Term(clock=Clock.UPDATE, target=30 * MINUTE, calendar=ALWAYS)
    ask = tell(Person(name="marcos", at=START + 20 * MINUTE))
    incident = incident_at(START)
    incident = after(incident, ask(incident))

    reading = read(incident, term, START + 40 * MINUTE)

    assert (reading.elapsed, reading.due) == (20 * MINUTE, START + 50 * MINUTE)


def test_a_decision_to_do_without_proof_does_not_say_that_the_service_is_back() -> None:
    waived = Change(
        event=Event.RESOLVED,
        at=START + HOUR,
        details={"how": "waiver", "until": (START + DAY).isoformat()},
    )
    incident = after(
        incident_at(START),
        [happened(Event.IMPACT_STATED, START, since=START.isoformat()), waived],
    )

    assert read(incident, RTO, START + 6 * HOUR).hand is Hand.RUNNING


def test_warnings_come_once_each_as_the_target_is_used_up() -> None:
    reading = read(incident_at(START), RESOLUTION, START + 7 * HOUR)

    assert warnings_between(reading, 0) == (50, 75)
    assert warnings_between(reading, 75) == ()


def test_detection_is_timed_from_the_impact_that_somebody_stated() -> None:
    term = Term(clock=Clock.DETECTION, target=None, calendar=ALWAYS)
    person = Person(name="marcos", at=START + HOUR)
    incident = incident_at(START)
    stated = after(incident, state_impact(person, START - 2 * HOUR)(incident))

    assert read(incident, term, START).elapsed == timedelta()
    assert read(stated, term, START).elapsed == 2 * HOUR
    assert read(stated, term, START).percent == 0


def test_a_duty_ends_with_the_notification_and_not_with_the_incident() -> None:
    person = Person(name="marcos", at=START + HOUR)
    incident = incident_at(START)
    incident = after(incident, begin_duty(person, "gdpr", START)(incident))
    resolved = Change(event=Event.RESOLVED, at=START + 2 * HOUR, details={"how": "recovered"})
    incident = after(incident, [resolved])

    still = read(incident, GDPR, START + 80 * HOUR)
    late = Person(name="marcos", at=START + 81 * HOUR)
    met = after(incident, meet_duty(late, "gdpr")(incident))

    assert (still.hand, still.breached) == (Hand.RUNNING, True)
    assert read(met, GDPR, START + 90 * HOUR).elapsed == 81 * HOUR


def test_a_duty_nobody_began_cannot_be_met_and_nothing_begins_in_the_future() -> None:
    person = Person(name="marcos", at=START)
    incident = incident_at(START)

    for command in (
        meet_duty(person, "nis2"),
        begin_duty(person, "nis2", START + HOUR),
        state_impact(person, START + HOUR),
    ):
        with pytest.raises(ConfigurationError):
            command(incident)
