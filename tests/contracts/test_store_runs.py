"""Who runs, what is proven, and that it is written together or not at all."""

from __future__ import annotations

import time
from datetime import timedelta
from hashlib import sha256

import pytest

from continuity.domain.evidence import Draft, Head, RecordKind
from continuity.domain.failure import ConflictError
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store.runs import Run
from continuity.store.store import Store
from tests.support.databases import START, Database, opened
from tests.support.writers import together, writer

DECIDED = Draft(kind=RecordKind.SKIP_DECIDED, job="mail")
PROCESS = Process(host="vault", boot="b00t", namespace="4026531836", pid=42, started=777)

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


def a_run(run_id: str, kind: str, job: str = "mail") -> Run:
    return Run(run_id=run_id, job=job, kind=kind, started_at=START, holder=PROCESS)


def test_what_a_transaction_writes_is_written_together(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
        record = transaction.append(DECIDED)
        transaction.prove("mail", [(b"/a", None)], START)
        transaction.note("slice", "3")

    assert Head(sequence=1, hash=record.hash) == store.head()
    assert [a_run("run-1", "drill")] == store.running()
    assert [one.path for one in store.proofs("mail")] == [b"/a"]
    assert store.noted("slice") == "3"


def write_a_little_and_fail(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.claim(a_run("run-1", "drill"))
        transaction.append(DECIDED)
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
    assert [digests[1]] == [one.sha256 for one in store.proofs("web")]


def test_paths_that_no_longer_exist_are_forgotten(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.prove("mail", [(b"/a", None), (b"/b", None), (b"/c", None)], START)
        forgotten = transaction.forget("mail", {b"/b"})

    assert forgotten == 2
    assert [one.path for one in store.proofs("mail")] == [b"/b"]


def test_coverage_of_two_hundred_thousand_paths_costs_no_more_a_path_than_of_a_few(
    store: Store,
) -> None:
    few = _cpu_seconds(store, "few", 20_000)
    many = _cpu_seconds(store, "mail", 200_000)

    assert sum(1 for _proof in store.proofs("mail")) == 200_000
    # Processor time of this process, in one run; a search through all for each would be 100 times.
    assert many < 25 * few


def _cpu_seconds(store: Store, job: str, count: int) -> float:
    proven = [(b"/srv/data/%d/%d" % (n % 97, n), sha256(b"%d" % n).digest()) for n in range(count)]
    began = time.process_time()
    with store.transaction() as transaction:
        noted = transaction.prove(job, proven, START)
    assert noted == count
    return time.process_time() - began


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
