"""What the store promises, whatever database it is in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

import pytest

from continuity.domain.audit import AuditAnswer, verify_chain
from continuity.domain.evidence import Draft, Head, RecordKind
from continuity.domain.failure import ConflictError, RecordError
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store.runs import Run
from continuity.store.store import Store
from tests.support.databases import START, Database, opened
from tests.support.programs import ROOT

PROCESS = Process(host="vault", boot="b00t", namespace="4026531836", pid=42, started=777)

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

CLAIM = """
import sys
from datetime import UTC, datetime
from continuity.domain.failure import ConflictError
from continuity.hosts.process import identify_self
from continuity.store.runs import Run
from continuity.store.store import open_store
address, run_id = sys.argv[1:]
now = datetime(2026, 3, 1, tzinfo=UTC)
store = open_store(address, lambda: now)
print("ready", flush=True)
sys.stdin.readline()
try:
    with store.transaction() as transaction:
        transaction.claim(Run(
            run_id=run_id, job="mail", kind="drill", started_at=now, holder=identify_self()
        ))
    print("won")
except ConflictError:
    print("lost")
"""


def writer(program: str, *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def together(writers: Sequence[subprocess.Popen[str]]) -> list[str]:
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate(timeout=60)[0] for process in writers]


def decided(number: int = 0, job: str | None = "mail") -> Draft:
    return Draft(kind=RecordKind.SKIP_DECIDED, job=job, body={"number": number})


def a_run(run_id: str, kind: str, job: str = "mail") -> Run:
    return Run(run_id=run_id, job=job, kind=kind, started_at=START, holder=PROCESS)


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


def test_what_a_transaction_writes_is_written_together(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
        record = transaction.append(decided())
        transaction.prove("mail", [(b"/a", None)], START)
        transaction.note("slice", "3")

    assert Head(sequence=1, hash=record.hash) == store.head()
    assert [a_run("run-1", "drill")] == store.running()
    assert [one.path for one in store.proofs("mail")] == [b"/a"]
    assert store.noted("slice") == "3"


def write_a_little_and_fail(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
        transaction.append(decided())
        transaction.prove("mail", [(b"/a", None)], START)
        transaction.note("slice", "3")
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        write_a_little_and_fail(store)

    assert store.head() == Head()
    assert store.running() == []
    assert list(store.proofs("mail")) == []
    assert store.noted("slice") is None


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
            time.sleep(delay)
            process.kill()
            lines = process.communicate(timeout=30)[0].splitlines(keepends=True)
            confirmed = max([confirmed, *(int(line) for line in lines if line.endswith("\n"))])
        store.append(decided())
        result = verify_chain(store.lines())

    assert AuditAnswer.INTACT is result.answer
    assert 0 < confirmed < result.records


def test_of_two_processes_that_claim_a_run_one_gets_it(database: Database) -> None:
    with opened(database) as store:
        answers = together([writer(CLAIM, database.address, name) for name in ("one", "two")])

        assert sorted(answers) == ["lost\n", "won\n"]
        assert len(store.running()) == 1


def test_a_conflict_names_who_holds_the_job(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "backup"))
    with pytest.raises(ConflictError) as caught, store.transaction() as transaction:
        transaction.claim(a_run("run-2", "retention"))

    for named in ("vault", "42", "run-1", "2026-03-01T02:00:00"):
        assert named in str(caught.value)
    assert caught.value.remedy is not None


def test_reading_goes_on_beside_writing_and_other_jobs_are_free(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "backup"))
        transaction.claim(a_run("run-2", "drill"))
        transaction.claim(a_run("run-3", "backup", job="web"))

    assert [run.run_id for run in store.running()] == ["run-1", "run-2", "run-3"]


def test_a_finished_run_makes_room_for_the_next(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
    with store.transaction() as transaction:
        first = transaction.finish_run("run-1", Verdict.PASS)
        again = transaction.finish_run("run-1", Verdict.PASS)
        transaction.claim(a_run("run-2", "drill"))

    assert (first, again) == (True, False)
    assert [run.run_id for run in store.running()] == ["run-2"]


def test_a_run_is_never_started_twice_under_one_name(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
        transaction.finish_run("run-1", Verdict.PASS)
    with pytest.raises(ConflictError), store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))


def test_the_database_itself_refuses_a_second_open_run(database: Database, store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))

    copy = (
        "SELECT 'run-2', job, kind, lane, started_at, host, boot, namespace, pid, started FROM run"
    )
    columns = "run_id, job, kind, lane, started_at, host, boot, namespace, pid, started"
    with pytest.raises(Exception, match=r"(?i)unique"):
        database.execute(f"INSERT INTO run ({columns}) {copy}")


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

    assert erased == (1,)
    assert store.people() == {3: {"by": "Luis"}}
    assert store.personal_text(1) is None
    assert AuditAnswer.INTACT is verify_chain(store.lines()).answer
    assert [one.body for one in store.records(kinds=[RecordKind.PERSONAL_ERASED])] == [
        {"records": [1]}
    ]


def test_equal_names_have_different_hashes_so_that_they_cannot_be_guessed(store: Store) -> None:
    draft = Draft(kind=RecordKind.SKIP_DECIDED, personal={"by": "Ana"})
    one, other = store.append(draft, draft)

    assert one.personal_hash != other.personal_hash


def test_coverage_keeps_the_latest_proof_of_each_path(store: Store) -> None:
    digests = [sha256(name).digest() for name in (b"old", b"new")]
    with store.transaction() as transaction:
        transaction.prove("mail", [(b"/a", digests[0]), (b"/b\xff\n", None)], START)
        transaction.prove("mail", [(b"/a", digests[1])], START + timedelta(days=1))
        transaction.prove("mail", [(b"/a", digests[0])], START - timedelta(days=1))
        transaction.prove("web", [(b"/a", digests[0]), (b"/a", digests[1])], START)

    proofs = {one.path: (one.proven_at, one.sha256) for one in store.proofs("mail")}
    assert {
        b"/a": (START + timedelta(days=1), digests[1]),
        b"/b\xff\n": (START, None),
    } == proofs
    assert [(START, 1), (START + timedelta(days=1), 1)] == [
        tuple(age) for age in store.coverage_ages("mail")
    ]
    assert [digests[1]] == [one.sha256 for one in store.proofs("web")]


def test_paths_that_no_longer_exist_are_forgotten(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.prove("mail", [(b"/a", None), (b"/b", None), (b"/c", None)], START)
        forgotten = transaction.forget("mail", {b"/b"})

    assert forgotten == 2
    assert [one.path for one in store.proofs("mail")] == [b"/b"]


def test_coverage_of_two_hundred_thousand_paths_is_noted_in_seconds(store: Store) -> None:
    proven = [
        (b"/srv/data/%d/%d" % (n % 97, n), sha256(b"%d" % n).digest()) for n in range(200_000)
    ]

    began = time.monotonic()
    with store.transaction() as transaction:
        count = transaction.prove("mail", proven, START)
    noting = time.monotonic() - began

    assert count == 200_000
    assert [tuple(age) for age in store.coverage_ages("mail")] == [(START, 200_000)]
    # Twice the promise: tests share the machine.
    assert noting < 6


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="zone"), store.transaction() as transaction:
        transaction.claim(
            Run(run_id="run-1", job="mail", kind="drill", started_at=naive, holder=PROCESS)
        )
    with pytest.raises(ValueError, match="zone"), store.transaction() as transaction:
        transaction.prove("mail", [(b"/a", None)], naive)

    assert store.running() == []


def test_a_note_is_replaced_by_the_next(store: Store) -> None:
    for value in ("1", "2"):
        with store.transaction() as transaction:
            transaction.note("slice of mail", value)

    assert store.noted("slice of mail") == "2"
