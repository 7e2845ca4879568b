"""What people do with an incident, and what is refused to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from continuity.domain.failure import ConfigurationError, ConflictError
from continuity.domain.incident import Event, State
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import (
    HoldReason,
    acknowledge,
    close,
    decide,
    declare_fixed,
    hold,
    note,
    review,
    set_severity,
    start,
    waive,
)
from continuity.domain.ticket import Severity
from tests.support.incidents import DAY, HOUR, NOW, PERSON, events, only, opened, seen


def test_an_acknowledged_incident_that_rests_is_nobodys_again() -> None:
    table, incident = opened()
    taken = after(incident, decide(incident, incident.version, acknowledge(PERSON)))
    table.incidents[taken.fingerprint] = taken

    still = table.observe([], NOW + HOUR)
    idle = only(table.observe([], NOW + 5 * HOUR))

    assert still == ()
    assert (idle.state, idle.holder) == (State.OPEN, "")


def test_two_people_cannot_change_what_only_one_of_them_has_seen() -> None:
    _, incident = opened()
    taken = after(incident, decide(incident, incident.version, acknowledge(PERSON)))

    with pytest.raises(ConflictError):
        decide(taken, incident.version, start(PERSON))


def test_declared_fixed_is_not_resolved_before_a_test_has_shown_it() -> None:
    table, incident = opened()
    fixed = after(incident, decide(incident, None, declare_fixed(PERSON)))
    table.incidents[fixed.fingerprint] = fixed

    again = only(table.observe([seen("2")], NOW + HOUR))

    assert (fixed.state, fixed.retest_at) == (State.MITIGATED, NOW)
    assert (again.state, again.retest_at) == (State.IN_PROGRESS, None)
    assert only(table.observe([seen("3", None)], NOW + 2 * HOUR)).state is State.RESOLVED


def test_doing_without_proof_is_a_decision_with_an_end_after_which_it_speaks_again() -> None:
    table, incident = opened()
    waived = after(incident, decide(incident, None, waive(PERSON, NOW + 10 * DAY)))
    table.incidents[waived.fingerprint] = waived

    during = table.observe([seen("2")], NOW + 5 * DAY)
    afterwards = only(table.observe([], NOW + 10 * DAY))

    assert events(during) == [Event.SEEN]
    assert (afterwards.state, afterwards.number) == (State.IN_PROGRESS, 1)


@pytest.mark.parametrize("until", [NOW, NOW - DAY, NOW + 200 * DAY])
def test_a_decision_without_an_end_in_sight_is_refused(until: datetime) -> None:
    _, incident = opened()

    with pytest.raises(ConfigurationError):
        decide(incident, None, waive(PERSON, until))
    with pytest.raises(ConfigurationError):
        decide(incident, None, waive(replace(PERSON, reason=""), NOW + DAY))


def test_a_hold_ends_by_itself_and_only_waiting_for_others_stops_the_clock() -> None:
    table, incident = opened()
    held = after(incident, decide(incident, None, hold(PERSON, HoldReason.PROVIDER, NOW + DAY)))
    table.incidents[held.fingerprint] = held

    resumed = only(table.observe([], NOW + DAY))

    assert held.hold is not None
    assert held.hold.pausing
    assert (resumed.state, resumed.hold) == (State.OPEN, None)


def test_a_grave_incident_is_not_closed_before_it_was_reviewed() -> None:
    table, _ = opened()
    resolved = only(table.observe([seen("2", None)], NOW + HOUR))

    with pytest.raises(ConfigurationError, match="reviewed"):
        decide(resolved, None, close(PERSON))
    assert table.observe([], NOW + 30 * DAY) == ()
    reviewed = after(resolved, decide(resolved, None, review(PERSON)))
    assert after(reviewed, decide(reviewed, None, close(PERSON))).state is State.CLOSED


def test_severity_grows_with_age_and_is_lowered_only_with_a_reason() -> None:
    table, incident = opened()

    aged = only(table.observe([], NOW + 15 * DAY))

    assert aged.severity is Severity.S1
    with pytest.raises(ConfigurationError):
        decide(incident, None, set_severity(replace(PERSON, reason=""), Severity.S4))


def test_a_note_needs_words() -> None:
    _, incident = opened()

    remedies = []
    for reason in (" ", "x "):
        with pytest.raises(ConfigurationError, match="reason") as refused:
            decide(incident, None, note(replace(PERSON, reason=reason)))
        remedies.append(str(refused.value.remedy))

    assert remedies[0] == "Give it with --note."
    assert "too short" in remedies[1]
