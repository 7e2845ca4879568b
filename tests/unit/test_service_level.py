"""What is agreed by severity, and maintenance that silences without forgetting."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.calendar import ALWAYS
from continuity.domain.fault import FaultKind
from continuity.domain.maintenance import Window, in_maintenance, speaks_after
from continuity.domain.segment import Clock
from continuity.domain.service_level import PROPOSAL, Agreement, ServiceTime, terms_of
from continuity.domain.ticket import Severity
from tests.support.hours import DAY, HOUR, OFFICE, utc
from tests.support.incidents import opened

NOW = utc("2026-11-02T09:00")
AGREED = Agreement(
    levels=PROPOSAL,
    calendars={"always": ALWAYS, "extended": OFFICE, "business": OFFICE},
    duties={"gdpr": 72 * HOUR},
)
WINDOW = Window(
    name="new-disk",
    owner="marcos",
    reason="disco nuevo",
    start=NOW,
    end=NOW + 4 * HOUR,
    repositories=("nas",),
)


def targets(severity: Severity) -> dict[Clock, timedelta | None]:
    return {term.clock: term.target for term in terms_of(AGREED, severity, 5 * HOUR)}


def test_a_day_agreed_is_a_working_day_of_its_calendar() -> None:
    assert ServiceTime(days=3).by(OFFICE) == 24 * HOUR
    assert ServiceTime(days=3).by(ALWAYS) == 72 * HOUR


@pytest.mark.parametrize(
    ("severity", "response", "resolution"),
    [
        (Severity.S1, timedelta(minutes=15), 4 * HOUR),
        (Severity.S2, HOUR, 8 * HOUR),
        (Severity.S3, 4 * HOUR, 24 * HOUR),
        (Severity.S4, 8 * HOUR, 80 * HOUR),
        (Severity.S5, None, None),
    ],
)
def test_the_proposal_is_stricter_the_graver_it_is(
    severity: Severity, response: timedelta | None, resolution: timedelta | None
) -> None:
    found = targets(severity)

    assert (found[Clock.RESPONSE], found[Clock.RESOLUTION]) == (response, resolution)


def test_recovery_and_duties_are_counted_on_the_wall_whatever_the_severity() -> None:
    for severity in Severity:
        terms = {term.clock: term for term in terms_of(AGREED, severity, 5 * HOUR)}

        assert (terms[Clock.RTO].target, terms[Clock.RTO].calendar) == (5 * HOUR, ALWAYS)
        assert terms[Clock.REGULATORY].calendar is ALWAYS
        assert terms[Clock.REGULATORY].duty == "gdpr"


def test_news_of_a_grave_incident_is_due_at_night_too() -> None:
    calendars = {
        severity: term.calendar
        for severity in Severity
        for term in terms_of(AGREED, severity)
        if term.clock is Clock.UPDATE
    }

    assert calendars[Severity.S2] is ALWAYS
    assert calendars[Severity.S3] is OFFICE


def test_a_calendar_that_is_gone_counts_every_hour() -> None:
    bare = replace(AGREED, calendars={})

    assert all(term.calendar is ALWAYS for term in terms_of(bare, Severity.S3))


def test_a_window_silences_what_it_names_from_its_start_to_its_end() -> None:
    _, incident = opened()
    instants = [NOW - HOUR / 60, NOW, NOW + 4 * HOUR - HOUR / 60, NOW + 4 * HOUR]

    silent = [in_maintenance([WINDOW], incident, at) is not None for at in instants]

    assert silent == [False, True, True, False]


def test_a_window_covers_systems_repositories_jobs_or_everything() -> None:
    _, incident = opened()
    other = replace(WINDOW, repositories=("far",))

    assert not other.covers(incident)
    assert replace(other, systems=("billing",)).covers(incident)
    assert replace(other, jobs=("erp",)).covers(incident)
    assert replace(other, everything=True).covers(incident)


def test_an_incident_without_a_system_or_repository_is_covered_by_everything_alone() -> None:
    _, incident = opened()
    nameless = replace(incident, system="", repository="", target="record")

    assert not WINDOW.covers(nameless)
    assert replace(WINDOW, everything=True).covers(nameless)


@pytest.mark.parametrize("kind", [FaultKind.POSSIBLE_ENCRYPTION, FaultKind.RECORD_DAMAGED])
def test_what_nobody_causes_by_maintenance_is_never_silent(kind: FaultKind) -> None:
    _, incident = opened()

    window = replace(WINDOW, everything=True)

    assert in_maintenance([window], replace(incident, kind=kind), NOW) is None


def test_what_still_fails_when_the_last_window_ends_speaks_at_once() -> None:
    _, incident = opened()
    longer = replace(WINDOW, end=NOW + 6 * HOUR)
    ends = NOW + 4 * HOUR

    assert speaks_after([WINDOW], incident, ends - HOUR, ends)
    assert not speaks_after([WINDOW, longer], incident, ends - HOUR, ends)
    assert not speaks_after([WINDOW], incident, ends, ends + HOUR)


@given(st.integers(-200, 200), st.integers(1, 100))
def test_no_window_silences_after_its_end(minutes: int, length: int) -> None:
    _, incident = opened()
    window = replace(WINDOW, end=NOW + length * HOUR / 60)
    at = NOW + minutes * HOUR / 60

    assert (in_maintenance([window], incident, at) is not None) == (0 <= minutes < length)
    assert in_maintenance([window], incident, at + DAY * 30) is None
