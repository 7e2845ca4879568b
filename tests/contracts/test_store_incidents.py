"""Incidents in the database: one per fault while it lasts, and nobody writes over anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.incident import ENDED, Change, Event, Hold, Incident, State
from continuity.domain.incident_changes import after
from continuity.domain.incident_commands import StaleIncidentError
from continuity.domain.text import N_, say
from continuity.store.migration import copy_before_upgrade
from continuity.store.peek import peek_open_incidents
from continuity.store.store import Store
from tests.support.databases import Database, SqliteFile, opened, tables_after
from tests.support.incidents import HOUR, NOW, board, seen
from tests.support.incidents import opened as opened_incident
from tests.support.writers import together, writer

TOUCH = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from continuity.domain.incident_commands import StaleIncidentError
from continuity.store.store import open_store
address, name = sys.argv[1:]
store = open_store(address, lambda: datetime(2026, 3, 1, tzinfo=UTC))
with store.reading() as reading:
    incident = reading.incidents.find(1)
print("ready", flush=True)
sys.stdin.readline()
try:
    with store.transaction() as transaction:
        transaction.incidents.write(
            replace(incident, holder=name, version=incident.version + 1), incident.version
        )
    print("won")
except StaleIncidentError as error:
    print("lost", error.remedy)
"""


def an_incident() -> Incident:
    _table, incident = opened_incident()
    hold = Hold(reason="provider", until=NOW + HOUR, pausing=True, back_to=State.OPEN)
    reason = say(N_("No backup is recorded yet."))
    return replace(incident, hold=hold, reason=reason, holder="Ana", evidence=7, proof=9)


def written(store: Store, incident: Incident, expected: int | None = None) -> Incident:
    with store.transaction() as transaction:
        transaction.incidents.write(incident, expected)
    return incident


def stored(store: Store, number: int = 1) -> Incident:
    with store.reading() as reading:
        found = reading.incidents.find(number)
    assert found is not None
    return found


def test_an_incident_is_read_back_as_it_was_written(store: Store) -> None:
    incident = written(store, an_incident())

    assert stored(store) == incident


def test_a_fault_has_one_incident_while_it_lasts(store: Store) -> None:
    incident = written(store, an_incident())
    with pytest.raises(StaleIncidentError):
        written(store, replace(incident, number=2))

    with store.reading() as reading:
        assert list(reading.incidents.open()) == [incident]


@pytest.mark.parametrize("end", sorted(ENDED))
def test_the_end_of_an_incident_frees_its_fault(store: Store, end: State) -> None:
    incident = written(store, an_incident())
    event = Event.CLOSED if end is State.CLOSED else Event.CANCELLED
    ended = after(incident, [Change(event=event, at=NOW)])
    written(store, ended, incident.version)

    again = written(store, replace(incident, number=2))

    with store.reading() as reading:
        assert list(reading.incidents.open()) == [again]
        assert reading.incidents.last_of(incident.fingerprint) == 1
        assert reading.incidents.last_of("v1:other") is None
        assert reading.incidents.next_number() == 3
        assert [one.number for one in reading.incidents.all()] == [1, 2]


def test_of_two_consoles_the_second_is_told_to_look_again(database: Database) -> None:
    with opened(database) as store:
        written(store, an_incident())
        answers = together([writer(TOUCH, database.address, name) for name in ("Ana", "Luis")])

        assert sorted(answer.split()[0] for answer in answers) == ["lost", "won"]
        assert "continuity incidents show 1" in " ".join(answers)
        assert stored(store).version == an_incident().version + 1


def write_and_fail(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.incidents.write(an_incident(), None)
        transaction.append(Draft(kind=RecordKind.INCIDENT_CHANGED))
        raise ZeroDivisionError


def test_an_incident_and_its_record_are_written_together_or_not_at_all(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(store)

    assert store.head().sequence == 0
    with store.reading() as reading:
        assert list(reading.incidents.all()) == []


def test_a_person_who_is_erased_holds_nothing_any_more(store: Store) -> None:
    written(store, an_incident())
    with store.transaction() as transaction:
        transaction.append(
            Draft(kind=RecordKind.INCIDENT_CHANGED, personal={"by": "Ana", "reason": "mine"})
        )
        transaction.erase_person("Ana")

    assert stored(store).holder == ""
    assert store.people() == {}


def test_an_incident_of_an_older_version_is_read_with_what_it_did_not_know_left_empty(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store:
        incident = written(store, an_incident())
        sqlite_file.execute("UPDATE incident SET body = json_remove(body, '$.holder', '$.hold')")

        assert stored(store) == replace(incident, holder="", hold=None)


@pytest.mark.parametrize("state", list(State))
def test_a_look_counts_what_speaks_and_nothing_else(sqlite_file: SqliteFile, state: State) -> None:
    with opened(sqlite_file) as store:
        incident = replace(an_incident(), state=state)
        other = replace(incident, number=2, fingerprint="v1:other", parent=1)
        written(store, incident)
        written(store, other)

        assert peek_open_incidents(sqlite_file.path) == int(incident.speaks)
    sqlite_file.execute("DROP TABLE incident")
    assert peek_open_incidents(sqlite_file.path) is None


def test_a_store_without_incidents_is_upgraded_and_keeps_its_record(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store:
        store.append(Draft(kind=RecordKind.SKIP_DECIDED))
    sqlite_file.execute(
        *(f"DROP TABLE {name}" for name in tables_after("0001")),
        "UPDATE alembic_version SET version_num = '0001'",
    )
    kept = copy_before_upgrade(sqlite_file.path, "test")

    with opened(sqlite_file) as store:
        incident = written(store, an_incident())

        assert store.head().sequence == 1
        assert stored(store) == incident
    assert kept.exists()
    assert sqlite_file.path.with_name("state.db.before-upgrade-from-0001").exists()


def test_what_the_board_moves_can_be_written_at_every_step(store: Store) -> None:
    table = board()
    failing = [seen(str(number)) for number in range(3)]
    for one in [*failing, seen("good", None), seen("again")]:
        for move in table.observe([one], NOW):
            before = None if move.before is None else move.before.version
            written(store, move.after, before)

    assert [stored(store)] == list(table.incidents.values())
    assert (stored(store).cycle, stored(store).count) == (2, 4)
