"""One incident per fault, however often it fails, and no end but a good answer of the same kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.failure import FailureClass
from continuity.domain.fault import CheckKind, FaultKind
from continuity.domain.fault_texts import FAULTS
from continuity.domain.flapping import change_percent, is_flapping
from continuity.domain.incident import ACTIVE, ENDED, Event, State
from continuity.domain.severity import is_worse, raised, severity_of
from continuity.domain.ticket import Severity
from tests.support.incidents import (
    DAY,
    HOUR,
    KINDS,
    MINUTE,
    NOW,
    board,
    events,
    only,
    only_incident,
    opened,
    seen,
)


def test_a_failed_restore_test_opens_one_incident_at_once() -> None:
    _, incident = opened()

    assert (incident.number, incident.state, incident.count) == (1, State.OPEN, 1)
    assert incident.severity is Severity.S2


def test_the_same_answer_counts_once_and_each_new_one_counts() -> None:
    table, _ = opened()

    table.observe([seen("1"), seen("2"), seen("2"), seen("3")], NOW + HOUR)

    assert [one.count for one in table.incidents.values()] == [3]


def test_ten_thousand_recurrences_are_one_incident_that_was_announced_once() -> None:
    table, _ = opened()
    heard = []
    for number in range(2, 10_001):
        heard += events(table.observe([seen(str(number))], NOW + HOUR))

    (incident,) = table.incidents.values()
    assert (incident.number, incident.count) == (1, 10_000)
    assert set(heard) == {Event.SEEN}


def test_a_green_backup_never_ends_a_failed_restore_test() -> None:
    table, _ = opened()

    table.observe([seen("b", None, check=CheckKind.BACKUP)], NOW + HOUR)

    assert only_incident(table).state is State.OPEN


def test_another_failure_of_the_same_test_ends_nothing() -> None:
    table, _ = opened()

    table.observe([seen("2", FailureClass.TIMEOUT)], NOW + HOUR)

    assert {one.state for one in table.incidents.values()} == {State.OPEN}
    assert len(table.incidents) == 2


def test_a_passed_restore_test_ends_it_and_names_its_proof() -> None:
    table, _ = opened()
    good = replace(seen("2", None), evidence=42)

    incident = only(table.observe([good], NOW + HOUR))

    assert (incident.state, incident.resolution, incident.proof) == (
        State.RESOLVED,
        "recovered",
        42,
    )


def test_one_failed_backup_that_heals_by_itself_is_recorded_and_never_announced() -> None:
    table = board()

    failed = table.observe([seen("1", FailureClass.TIMEOUT, check=CheckKind.BACKUP)], NOW)
    healed = table.observe([seen("2", None, check=CheckKind.BACKUP)], NOW + MINUTE)

    assert Event.OPENED not in events([*failed, *healed])
    assert only(healed).resolution == "transient"
    assert table.incidents == {}


def test_two_failed_backups_in_a_row_are_announced() -> None:
    table = board()
    table.observe([seen("1", FailureClass.TIMEOUT, check=CheckKind.BACKUP)], NOW)

    incident = only(
        table.observe([seen("2", FailureClass.TIMEOUT, check=CheckKind.BACKUP)], NOW + HOUR)
    )

    assert (incident.state, incident.streak) == (State.OPEN, 2)


def test_what_comes_back_soon_is_the_same_incident_in_its_second_cycle() -> None:
    table, _ = opened()
    table.observe([seen("2", None)], NOW + HOUR)

    again = only(table.observe([seen("3")], NOW + 2 * HOUR))

    assert (again.number, again.cycle, again.state) == (1, 2, State.IN_PROGRESS)


def test_what_comes_back_late_is_a_new_incident_that_names_the_old_one() -> None:
    table, _ = opened()
    table.observe([seen("2", None)], NOW + HOUR)
    later = replace(seen("3"), at=NOW + 3 * DAY)

    moved = table.observe([later], NOW + 3 * DAY)

    assert [one.after.state for one in moved] == [State.CLOSED, State.OPEN]
    assert only_incident(table).recurrence_of == 1


@pytest.mark.parametrize("failure", [FailureClass.SOURCE_UNAVAILABLE, FailureClass.SOURCE_SUSPECT])
def test_what_is_wrong_at_a_source_speaks_also_while_the_repository_is_down(
    failure: FailureClass,
) -> None:
    table = board()
    table.observe([seen("1", FailureClass.UNREACHABLE, check=CheckKind.BACKUP)], NOW)
    table.observe([seen("2", failure, check=CheckKind.BACKUP)], NOW + HOUR)

    found = {one.failure: one.parent for one in table.incidents.values()}
    assert found[failure] is None


def test_thirty_jobs_on_one_dead_repository_are_one_incident_that_speaks() -> None:
    table = board()
    storm = [
        seen(f"{job}-{night}", FailureClass.UNREACHABLE, job=f"job-{job}", check=CheckKind.BACKUP)
        for night in range(30)
        for job in range(30)
    ]
    spoken: list[int] = []
    for number, one in enumerate(storm):
        moved = table.observe([one], NOW + number * HOUR)
        spoken += [
            move.after.number
            for move in moved
            if move.after.speaks and Event.OPENED in [change.event for change in move.changes]
        ]

    speaking = [one for one in table.incidents.values() if one.speaks]
    assert [one.kind for one in speaking] == [FaultKind.REPOSITORY_DOWN]
    assert spoken == [speaking[0].number]
    assert len(table.incidents) == 31


def test_when_the_repository_is_back_a_job_that_still_fails_speaks_for_itself() -> None:
    table = board()
    for key in ("1", "2"):
        for job in ("a", "b"):
            table.observe(
                [seen(job + key, FailureClass.UNREACHABLE, job=job, check=CheckKind.BACKUP)],
                NOW + HOUR,
            )

    back = replace(seen("b3", None, job="b", check=CheckKind.BACKUP), at=NOW + 2 * HOUR)
    table.observe([back], NOW + 2 * HOUR)
    before = {one.target: (one.state, one.speaks) for one in table.incidents.values()}
    still = replace(
        seen("a3", FailureClass.TIMEOUT, job="a", check=CheckKind.BACKUP), at=NOW + 3 * HOUR
    )
    again = seen("a4", FailureClass.UNREACHABLE, job="a", check=CheckKind.BACKUP, repository="")
    table.observe([still, replace(again, at=NOW + 3 * HOUR)], NOW + 3 * HOUR)

    assert before["repository:nas"] == (State.RESOLVED, False)
    assert before["job:b"] == (State.RESOLVED, False)
    assert before["job:a"] == (State.OPEN, False)
    assert [
        one.speaks for one in table.incidents.values() if one.failure == FailureClass.UNREACHABLE
    ].count(True) == 1


def test_a_job_that_never_answers_again_speaks_a_day_after_its_repository_is_back() -> None:
    table = board()
    for key in ("1", "2"):
        for job in ("a", "b"):
            table.observe(
                [seen(job + key, FailureClass.UNREACHABLE, job=job, check=CheckKind.BACKUP)],
                NOW + HOUR,
            )
    table.observe([seen("b3", None, job="b", check=CheckKind.BACKUP)], NOW + 2 * HOUR)

    table.observe((), NOW + 29 * HOUR)

    speaking = [one.target for one in table.incidents.values() if one.speaks]
    assert speaking == ["job:a"]


def test_a_repository_that_flaps_stays_one_incident_without_ping_pong() -> None:
    table = board()
    ended = 0
    for number in range(40):
        failure = FailureClass.UNREACHABLE if number % 2 == 0 else None
        moved = table.observe(
            [seen(str(number), failure, check=CheckKind.DRILL)], NOW + number * HOUR
        )
        ended += events(moved).count(Event.RESOLVED)

    assert {one.target for one in table.incidents.values()} == {"repository:nas", "job:erp"}
    assert all(one.flapping for one in table.incidents.values())
    assert ended <= 12
    for number in range(40, 60):
        table.observe([seen(str(number), None)], NOW + number * HOUR)
    assert not any(one.flapping or one.active for one in table.incidents.values())


def test_every_kind_of_fault_says_what_it_means() -> None:
    assert set(FAULTS) == set(FaultKind)
    for text in FAULTS.values():
        assert text.meaning.endswith(".")
        assert text.impact.endswith(".")


@given(st.sampled_from(list(Severity)))
def test_raising_never_makes_it_less_grave(severity: Severity) -> None:
    assert not is_worse(severity, raised(severity))


def test_the_more_critical_the_service_the_graver() -> None:
    for text in FAULTS.values():
        grades = [severity_of(text.consequence, one) for one in ("vital", "high", "normal", "low")]
        assert grades == sorted(grades)
        assert severity_of(text.consequence, "?") is grades[0]


@given(st.lists(st.booleans(), max_size=30))
def test_what_never_changes_never_flaps(results: list[bool]) -> None:
    percent = change_percent(tuple(results[-12:]))

    assert 0 <= percent <= 100
    if len(set(results)) < 2:
        assert percent == 0
        assert not is_flapping(tuple(results), was=False)


_FAILURES = (None, FailureClass.CHECKSUM_MISMATCH, FailureClass.UNREACHABLE, FailureClass.TIMEOUT)
_ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.sampled_from(list(KINDS)),
        st.sampled_from(_FAILURES),
        st.integers(0, 5000),
    ),
    max_size=40,
)


@given(_ANSWERS)
def test_whatever_is_seen_no_failing_question_is_without_an_incident(
    answers: list[tuple[str, CheckKind, FailureClass | None, int]],
) -> None:
    table, now = board(), NOW
    last: dict[tuple[str, CheckKind], FailureClass | None] = {}
    for number, (job, check, failure, minutes) in enumerate(answers):
        now += minutes * MINUTE
        one = replace(seen(str(number), failure, job=job, check=check), at=now)
        versions = {one.number: one.version for one in table.incidents.values()}
        for move in table.observe([one], now):
            assert move.after.version >= versions.get(move.after.number, 0)
        last[job, check] = failure

    open_questions = {
        (one.target, one.check) for one in table.incidents.values() if one.state not in ENDED
    }
    for (job, check), failure in last.items():
        if failure is not None:
            assert (f"job:{job}", check) in open_questions
    for incident in table.incidents.values():
        assert incident.fingerprint in table.incidents
        assert incident.parent is None or incident.state in ACTIVE | {State.PENDING}
    assert len({one.number for one in table.incidents.values()}) == len(table.incidents)
