"""What the store promises, whatever database it is in."""

from __future__ import annotations

import time

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.evidence import Draft, Head, RecordKind
from continuity.domain.failure import RecordError
from continuity.store.store import Store
from tests.support.databases import Database, opened
from tests.support.writers import together, writer

APPEND_MANY = """
import sys
from datetime import UTC, datetime
from continuity.domain.evidence import Draft, RecordKind
from continuity.store.store import open_store
address, name, count = sys.argv[1:]
store = open_store(address, lambda: datetime(2026, 3, 1, tzinfo=UTC))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(count)):
    (record,) = store.append(
        Draft(kind=RecordKind.SKIP_DECIDED, job=name, body={"number": number})
    )
    print(record.sequence, flush=True)
"""


def decided(number: int = 0, job: str | None = "mail") -> Draft:
    return Draft(kind=RecordKind.SKIP_DECIDED, job=job, body={"number": number})


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_of_record_is_read_back_as_it_was_written(
    store: Store, kind: RecordKind
) -> None:
    body = {"text": 'ñ ☃ \x00\n"', "whole": -3, "flag": True, "none": None, "list": [1, {"a": "b"}]}
    draft = Draft(kind=kind, job="mail", run_id="run-1", body=body, personal={"by": "Ana"})

    written = store.append(draft)

    assert (kind, "mail", "run-1", body) == (
        written[0].kind,
        written[0].job,
        written[0].run_id,
        written[0].body,
    )
    assert list(written) == list(store.records())


def test_the_first_record_says_whose_record_it_is_and_is_written_once(store: Store) -> None:
    store.open_record("Acme")
    store.open_record("Acme")

    assert [(one.sequence, one.body["organisation"]) for one in store.records()] == [(1, "Acme")]


def test_an_empty_record_has_a_head_at_zero(store: Store) -> None:
    assert Head() == store.head()
    assert list(store.records()) == []


def test_records_are_found_by_place_job_kind_and_order(store: Store) -> None:
    store.open_record("Acme")
    store.append(*(decided(number, job="web" if number % 2 else "mail") for number in range(1200)))

    assert list(range(1, 1202)) == [one.sequence for one in store.records()]
    assert [one.sequence for one in store.records(after=1199)] == [1200, 1201]
    assert [one.sequence for one in store.records(job="mail", limit=2, newest_first=True)] == [
        1200,
        1198,
    ]
    assert [one.sequence for one in store.records(kinds=[RecordKind.RECORD_OPENED])] == [1]
    assert len(list(store.records(newest_first=True, limit=1100))) == 1100


def test_a_draft_that_cannot_be_recorded_leaves_no_gap(store: Store) -> None:
    store.append(decided())
    with pytest.raises(TypeError):
        store.append(decided(), Draft(kind=RecordKind.SKIP_DECIDED, body={"seconds": 1.5}))
    store.append(decided())

    assert AuditAnswer.INTACT is verify_chain(store.lines()).answer
    assert store.head().sequence == 2


def test_two_processes_append_without_gap_or_duplicate(database: Database) -> None:
    with opened(database) as store:
        writers = [writer(APPEND_MANY, database.address, name, "100") for name in ("a", "b")]
        outputs = together(writers)

        confirmed = sorted(int(line) for output in outputs for line in output.split())
        result = verify_chain(store.lines())
        per_job = [len(list(store.records(job=name))) for name in ("a", "b")]

    assert list(range(1, 201)) == confirmed
    assert (result.answer, result.records) == (AuditAnswer.INTACT, 200)
    assert per_job == [100, 100]


def test_a_writer_killed_at_any_moment_loses_nothing_it_confirmed(database: Database) -> None:
    with opened(database) as store:
        confirmed = 0
        for delay in (0.02, 0.05, 0.11):
            process = writer(APPEND_MANY, database.address, "mail", "100000")
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
            assert process.stdout is not None
            confirmed = int(process.stdout.readline())
            time.sleep(delay)
            process.kill()
            lines = process.communicate(timeout=30)[0].splitlines(keepends=True)
            confirmed = max([confirmed, *(int(line) for line in lines if line.endswith("\n"))])
        store.append(decided())
        result = verify_chain(store.lines())

    assert AuditAnswer.INTACT is result.answer
    assert 0 < confirmed < result.records


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence SET body = '{}' WHERE sequence = 1",
        "DELETE FROM evidence",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET text = ''",
        "INSERT INTO evidence SELECT sequence + 7, recorded_at, kind, job, run_id, body,"
        " personal_hash, previous, hash FROM evidence",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(
    database: Database, store: Store, statement: str
) -> None:
    store.append(decided())
    database.execute("INSERT INTO checkpoint (sequence, text, signature) VALUES (1, 'a', 'b')")

    with pytest.raises(Exception, match=r"append-only|no gaps"):
        database.execute(statement)
    assert AuditAnswer.INTACT is verify_chain(store.lines()).answer


def test_an_altered_record_is_not_believed(database: Database, store: Store) -> None:
    store.append(decided(1), decided(2), decided(3))
    database.tamper("UPDATE evidence SET body = '{\"number\":9}' WHERE sequence = 2")

    records = store.records()
    next(records)
    with pytest.raises(RecordError, match="Record 2"):
        next(records)


def test_erased_names_are_gone_and_the_record_still_verifies(
    database: Database, store: Store
) -> None:
    draft = Draft(kind=RecordKind.SKIP_DECIDED, body={"until": "2026"}, personal={"by": "Ana"})
    store.append(draft, decided(), Draft(kind=draft.kind, personal={"by": "Luis"}))
    with store.transaction() as transaction:
        erased = transaction.erase_person("Ana")

    assert erased.records == (1,)
    assert store.people() == {3: {"by": "Luis"}}
    assert store.personal_text(1) is None
    assert AuditAnswer.INTACT is verify_chain(store.lines()).answer
    assert [one.body for one in store.records(kinds=[RecordKind.PERSONAL_ERASED])] == [
        {"records": [1]}
    ]


@pytest.mark.parametrize(("by", "people"), [("root", {2: {"actor": "root"}}), ("Ana", {})])
def test_who_erased_stands_beside_the_record_unless_it_is_the_one_erased(
    store: Store, by: str, people: dict[int, dict[str, str]]
) -> None:
    store.append(Draft(kind=RecordKind.SKIP_DECIDED, personal={"by": "Ana"}))
    with store.transaction() as transaction:
        nobody = transaction.erase_person("Luis", by)
        erased = transaction.erase_person("Ana", by)

    assert (nobody.count, erased.count) == (0, 1)
    assert store.people() == people
    assert [one.sequence for one in store.records(kinds=[RecordKind.PERSONAL_ERASED])] == [2]


def test_equal_names_have_different_hashes_so_that_they_cannot_be_guessed(store: Store) -> None:
    draft = Draft(kind=RecordKind.SKIP_DECIDED, personal={"by": "Ana"})
    one, other = store.append(draft, draft)

    assert one.personal_hash != other.personal_hash
