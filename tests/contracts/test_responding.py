"""What runs left in the record becomes incidents: each answer counts once, each change is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.failure import ConfigurationError, FailureClass
from continuity.domain.fault import FaultKind
from continuity.domain.incident import State
from continuity.domain.incident_commands import (
    Person,
    StaleIncidentError,
    acknowledge,
    declare_fixed,
    note,
    waive,
)
from continuity.workflows.responding import act
from tests.support.databases import Database, SqliteFile
from tests.support.desks import MAIL, TICKET, Office, an_office, finished
from tests.support.incidents import DAY, HOUR, PERSON

FAILS = FailureClass.CHECKSUM_MISMATCH


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    office = an_office(database.address)
    yield office
    office.store.close()


@pytest.fixture
def quick(sqlite_file: SqliteFile) -> Iterator[Office]:
    """An office in one kind of database, where the kind makes no difference."""
    office = an_office(sqlite_file.address)
    yield office
    office.store.close()


def test_a_failed_restore_test_becomes_one_incident_one_record_and_two_notices(
    office: Office,
) -> None:
    (incident,) = office.ran(finished("drill", FAILS, run_id="run-1"))

    assert (incident.state, incident.last_key, incident.evidence) == (State.OPEN, "run-1", 1)
    assert str(incident.reason) == "The latest backup did not pass."
    assert office.incident() == incident
    assert office.history() == ["opened"]
    (record,) = office.recorded()
    assert (record.job, record.body["evidence"]) == ("erp", 1)
    assert [(row.notice.lane, row.notice.sequence) for row in office.rows()] == [
        (TICKET, record.sequence),
        (MAIL, record.sequence),
    ]


def test_an_answer_is_counted_once_however_often_somebody_looks(office: Office) -> None:
    office.ran(finished("drill", FAILS, run_id="run-1"))
    before = office.store.head()

    again = [office.respond(), office.respond()]

    assert again == [[], []]
    assert office.incident().count == 1
    assert office.store.head() == before


def test_the_next_passed_test_ends_it_and_its_record_is_the_proof(office: Office) -> None:
    office.ran(finished("drill", FAILS, run_id="run-1"))
    office.ran(finished("drill", run_id="run-2"))

    incident = office.incident()
    proof = next(one for one in office.store.records(after=incident.proof - 1))
    assert (incident.state, incident.resolution) == (State.RESOLVED, "recovered")
    assert proof.run_id == "run-2"
    assert office.history() == ["opened", "resolved"]
    assert office.told(MAIL) == [(1, "opened"), (1, "resolved")]
    assert verify_chain(office.store.lines()).answer is AuditAnswer.INTACT


def test_a_green_backup_does_not_end_a_failed_restore_test(quick: Office) -> None:
    quick.ran(finished("drill", FAILS, run_id="run-1"))
    quick.ran(finished("drill", FailureClass.INTEGRITY, job="web", run_id="run-2"))

    for job in ("erp", "web"):
        quick.ran(finished("backup", job=job, run_id=f"backup-{job}"))

    assert [quick.incident(number).state for number in (1, 2)] == [State.OPEN, State.OPEN]


def test_one_failed_backup_that_heals_is_never_announced(quick: Office) -> None:
    quick.ran(finished("backup", FailureClass.TIMEOUT, run_id="run-1"))
    quick.ran(finished("backup", run_id="run-2"))

    assert quick.incident().state is State.CANCELLED
    assert quick.rows() == []
    assert quick.history() == ["cancelled"]


def test_a_run_that_a_person_stopped_is_no_answer_and_a_killed_one_is(quick: Office) -> None:
    stopped = quick.ran(finished("drill", FailureClass.INTERRUPTED, run_id="run-1"))
    closed = Draft(kind=RecordKind.RUN_CLOSED, job="erp", body={"closes": "run-2", "kind": "drill"})

    killed = quick.ran(closed)

    assert stopped == []
    assert [one.last_key for one in killed] == ["run-2"]


def test_what_took_too_long_came_back_and_is_no_failed_restore_test(quick: Office) -> None:
    quick.ran(finished("drill", FAILS, run_id="run-1"))
    quick.ran(finished("drill", FailureClass.TARGET_MISSED, run_id="run-2"))

    assert quick.incident().state is State.RESOLVED


def test_possible_encryption_is_ended_by_a_person_who_looked_and_by_no_green_backup(
    quick: Office,
) -> None:
    quick.ran(finished("backup", FailureClass.POSSIBLE_ENCRYPTION, run_id="run-1"))
    quick.ran(finished("backup", run_id="run-2"))
    still = quick.incident()

    quick.ran(Draft(kind=RecordKind.BASELINE_ACCEPTED, job="erp", body={"point": "abcdef"}))

    assert (still.kind, still.state) == (FaultKind.POSSIBLE_ENCRYPTION, State.OPEN)
    assert quick.incident().state is State.RESOLVED


def test_another_slice_read_back_does_not_end_damage_in_the_first(quick: Office) -> None:
    first = {"k": 1, "n": 4}
    quick.ran(finished("check", FailureClass.INTEGRITY, run_id="run-1", slice=first))
    quick.ran(finished("check", run_id="run-2", slice={"k": 2, "n": 4}))
    still = quick.incident().state

    quick.ran(finished("check", run_id="run-3", slice=first))

    assert still is State.OPEN
    assert quick.incident().state is State.RESOLVED


def test_a_copy_is_asked_apart_from_the_repository_it_was_made_of(quick: Office) -> None:
    quick.ran(finished("drill", FAILS, run_id="run-1", repository="cloud", copy_of="nas"))
    quick.ran(finished("drill", run_id="run-2"))
    still = quick.incident()

    quick.ran(finished("drill", run_id="run-3", repository="cloud", copy_of="nas"))

    assert (still.target, still.state) == ("copy:erp@cloud", State.OPEN)
    assert quick.incident().state is State.RESOLVED


def test_a_dead_repository_is_one_ticket_and_its_jobs_are_told_of_only_if_they_still_fail(
    quick: Office,
) -> None:
    for night in ("1", "2"):
        drafts = [
            finished("backup", FailureClass.UNREACHABLE, job=job, run_id=f"{job}-{night}")
            for job in ("erp", "mail")
        ]
        quick.ran(*drafts, after=DAY)
    quick.respond()
    spoken = quick.told()

    quick.ran(finished("backup", job="mail", run_id="mail-3"), after=HOUR)
    back = quick.told()
    quick.ran(finished("backup", FailureClass.TIMEOUT, run_id="erp-3"), after=HOUR)
    quick.ran(after=26 * HOUR)

    assert spoken == [(1, "opened")]
    assert back == [(1, "opened"), (1, "resolved")]
    assert quick.told() == [(1, "opened"), (1, "resolved"), (2, "released")]


def test_the_past_is_not_announced_when_incidents_begin(quick: Office) -> None:
    quick.store.append(
        *(finished("drill", FAILS, run_id=f"old-{number}") for number in range(20)),
        finished("drill", run_id="good"),
        finished("drill", FAILS, job="mail", run_id="bad-1"),
        finished("drill", FAILS, job="mail", run_id="bad-2"),
    )

    quick.ran()

    assert quick.told(MAIL) == [(1, "opened"), (1, "resolved"), (2, "opened")]
    assert (quick.incident(1).count, quick.incident(2).count) == (1, 2)


def test_an_altered_record_answers_nothing_and_stops_nobody(sqlite_file: SqliteFile) -> None:
    office = an_office(sqlite_file.address)
    office.ran(finished("drill", FAILS, run_id="run-1"))
    office.store.append(finished("drill", run_id="run-2"))
    sqlite_file.tamper("UPDATE evidence SET job = 'web' WHERE run_id = 'run-2'")

    office.ran(finished("drill", FAILS, job="mail", run_id="run-3"))

    assert office.incident(1).state is State.OPEN
    assert office.incident(2).target == "job:mail"
    office.store.close()


def test_a_record_put_back_from_a_copy_is_read_again_as_it_is(quick: Office) -> None:
    with quick.store.transaction() as transaction:
        transaction.note("incidents.sequence", "900")

    quick.ran(finished("drill", FAILS, run_id="run-1"))

    assert quick.incident().count == 1


def test_what_a_person_does_is_recorded_with_the_name_beside_the_record(office: Office) -> None:
    office.ran(finished("drill", FAILS, run_id="run-1"))
    office.act(1, acknowledge(PERSON))
    office.act(1, note(PERSON))

    records = office.recorded()
    assert [one.body["event"] for one in records] == ["opened", "acknowledged", "noted"]
    assert "Marcos" not in str([one.body for one in records])
    assert office.store.people()[records[-1].sequence] == {
        "by": "Marcos",
        "reason": "se cambió el disco",
    }
    assert office.incident().holder == "Marcos"
    assert [row.notice.event for row in office.rows() if row.notice.lane == TICKET] == [
        "opened",
        "acknowledged",
        "noted",
    ]
    assert "Marcos" not in str([row.notice.payload for row in office.rows()])


def test_whoever_acts_on_what_somebody_else_changed_is_told_to_look_again(office: Office) -> None:
    (seen,) = office.ran(finished("drill", FAILS, run_id="run-1"))
    office.act(1, acknowledge(PERSON), seen.version)
    before = office.store.head()

    with pytest.raises(StaleIncidentError):
        office.act(1, acknowledge(replace(PERSON, name="Ana")), seen.version)

    assert office.store.head() == before
    assert office.incident().holder == "Marcos"


def test_what_never_was_cannot_be_acknowledged(quick: Office) -> None:
    with pytest.raises(ConfigurationError, match="CONT-0007"):
        act(quick.desk, 7, acknowledge(PERSON))


def test_a_failed_re_test_takes_it_back_to_work_and_is_not_queued_again(quick: Office) -> None:
    quick.ran(finished("drill", FAILS, run_id="run-1"))
    queued = quick.act(1, declare_fixed(PERSON))

    quick.ran(finished("drill", FAILS, run_id="run-2"))

    assert (queued.state, queued.retest_at) == (State.MITIGATED, PERSON.at)
    assert (quick.incident().state, quick.incident().retest_at) == (State.IN_PROGRESS, None)


def test_a_waiver_ends_with_its_last_day_and_what_still_fails_is_back(quick: Office) -> None:
    quick.ran(finished("drill", FAILS, run_id="run-1"))
    person = Person(name="Ana", at=quick.moment, reason="disk is ordered")
    quick.act(1, waive(person, quick.moment + 2 * DAY))
    quick.ran(finished("drill", FAILS, run_id="run-2"), after=DAY)
    quiet = quick.incident().state

    quick.ran(after=timedelta(days=2))

    assert quiet is State.RESOLVED
    assert quick.incident().state is State.IN_PROGRESS
    assert quick.told(MAIL) == [(1, "opened"), (1, "resolved"), (1, "reopened")]
