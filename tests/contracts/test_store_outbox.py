"""The outbox: nothing is lost, nothing is told twice unasked, and nobody waits for a stuck row."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from continuity.domain.failure import StoreError
from continuity.domain.outbox import Attempt, Notice, OutboxRow, OutboxState, TicketLink
from continuity.domain.text import N_, say
from continuity.store.store import Store
from tests.support.databases import Database, SqliteFile, opened
from tests.support.incidents import HOUR, MINUTE, NOW
from tests.support.writers import writer

LEASE = timedelta(minutes=5)

QUEUE_AND_DIE = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from continuity.domain.outbox import Notice
from continuity.store.store import open_store
address, moment = sys.argv[1:]
now = datetime(2026, 11, 2, 3, tzinfo=UTC)
store = open_store(address, lambda: now)
print("ready", flush=True)
sys.stdin.readline()
notice = Notice(key="1-opened", lane="channel:mail", incident=1, event="opened", due_at=now)
with store.transaction() as transaction:
    transaction.outbox.queue([notice], now)
    if moment == "before-commit":
        os.kill(os.getpid(), signal.SIGKILL)
if moment == "before-sending":
    os.kill(os.getpid(), signal.SIGKILL)
with store.transaction() as transaction:
    transaction.outbox.take("channel:mail", now, timedelta(minutes=5))
os.kill(os.getpid(), signal.SIGKILL)
"""


def notice(
    key: str, incident: int = 1, lane: str = "channel:mail", due_at: datetime = NOW
) -> Notice:
    payload = {"state": "open", "ñ": ["☃", 1, None, True]}
    return Notice(
        key=key, lane=lane, incident=incident, event="opened", due_at=due_at, payload=payload
    )


def queue(store: Store, *notices: Notice) -> int:
    with store.transaction() as transaction:
        return transaction.outbox.queue(notices, NOW)


def take(store: Store, now: datetime = NOW, lane: str = "channel:mail") -> OutboxRow | None:
    with store.transaction() as transaction:
        return transaction.outbox.take(lane, now, LEASE)


def settle(
    store: Store, key: str, state: OutboxState, now: datetime = NOW, wait: timedelta = LEASE
) -> None:
    reason = say(N_("No backup is recorded yet."))
    attempt = Attempt(key=key, at=now, outcome=state.value, reason=reason, remote_key="ERP-1")
    with store.transaction() as transaction:
        transaction.outbox.settle(attempt, state, now + wait)


def states(store: Store) -> dict[str, OutboxState]:
    with store.reading() as reading:
        return {row.notice.key: row.state for row in reading.outbox.all()}


def taken(row: OutboxRow | None) -> str | None:
    return None if row is None else row.notice.key


def test_a_notice_is_queued_once_however_often_it_is_added(store: Store) -> None:
    counts = [queue(store, notice("a"), notice("b")), queue(store, notice("a"))]

    assert counts == [2, 0]
    with store.reading() as reading:
        rows = reading.outbox.unsettled()
        assert [row.notice for row in rows] == [notice("a"), notice("b")]
        assert [row.notice for row in reading.outbox.of(1)] == [notice("a"), notice("b")]
        assert (reading.outbox.announced(1), reading.outbox.announced(2)) == (True, False)


def test_what_was_taken_is_not_taken_by_another_sender(store: Store) -> None:
    queue(store, notice("a"))

    first, second = take(store), take(store)

    assert first is not None
    assert (first.state, first.attempts) == (OutboxState.QUEUED, 1)
    assert second is None


def test_what_is_told_of_one_incident_keeps_its_order(store: Store) -> None:
    queue(store, notice("a"), notice("b"))
    first, waiting = taken(take(store)), taken(take(store))
    settle(store, "a", OutboxState.CONFIRMED)

    assert (first, waiting, taken(take(store))) == ("a", None, "b")


def test_a_row_that_is_never_taken_in_blocks_no_other_incident(store: Store) -> None:
    queue(store, notice("poison", 1), notice("other", 2))
    for hour in range(5):
        now = NOW + hour * HOUR
        assert taken(take(store, now)) == "poison"
        settle(store, "poison", OutboxState.QUEUED, now, HOUR)

    assert taken(take(store, NOW)) == "other"


def test_what_is_refused_for_good_is_tried_no_more_and_holds_nothing_up(store: Store) -> None:
    queue(store, notice("a"), notice("b"))
    take(store)
    settle(store, "a", OutboxState.REJECTED)

    assert taken(take(store, NOW + HOUR)) == "b"
    assert states(store)["a"] is OutboxState.REJECTED


def test_nothing_is_sent_before_it_is_due(store: Store) -> None:
    queue(store, notice("later", due_at=NOW + HOUR))

    assert take(store) is None
    assert taken(take(store, NOW + HOUR)) == "later"


def test_lanes_do_not_wait_for_each_other(store: Store) -> None:
    queue(store, notice("mail"), notice("ticket", lane="ticket:jira"))
    take(store)

    assert taken(take(store, lane="ticket:jira")) == "ticket"


def test_what_a_sender_left_unsaid_is_uncertain_and_never_just_sent_again(store: Store) -> None:
    queue(store, notice("a"))
    take(store)

    early, late = take(store, NOW + LEASE - MINUTE), take(store, NOW + LEASE)

    assert early is None
    assert late is not None
    assert (late.state, late.attempts) == (OutboxState.UNCERTAIN, 2)


def test_what_was_confirmed_stays_so_whatever_a_slow_sender_says(store: Store) -> None:
    queue(store, notice("a"))
    settle(store, "a", OutboxState.CONFIRMED)
    settle(store, "a", OutboxState.QUEUED)

    assert states(store) == {"a": OutboxState.CONFIRMED}
    with store.reading() as reading:
        assert [one.outcome for one in reading.outbox.attempts("a")] == ["confirmed", "queued"]
        assert reading.outbox.attempts("a")[0].remote_key == "ERP-1"


def test_the_ticket_of_an_incident_is_remembered_for_each_system(store: Store) -> None:
    error = say(N_("No backup is recorded yet."))
    pending = TicketLink(incident=1, lane="ticket:jira", marker="continuity-acme-1")
    known = TicketLink(
        incident=1,
        lane="ticket:jira",
        marker="continuity-acme-1",
        remote_id="10001",
        remote_key="ERP-1",
        remote_url="https://jira.example/ERP-1",
        remote_state="To Do",
        remote_updated=NOW,
        pushed_version=4,
        last_error=error,
    )
    other = TicketLink(incident=2, lane="ticket:glpi", marker="continuity-acme-2")
    with store.transaction() as transaction:
        for link in (pending, known, other):
            transaction.outbox.link(link)

    with store.reading() as reading:
        assert list(reading.outbox.links(1)) == [known]
        assert list(reading.outbox.links()) == [known, other]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("before-commit", {}),
        ("before-sending", {"1-opened": OutboxState.QUEUED}),
        ("while-sending", {"1-opened": OutboxState.UNCERTAIN}),
    ],
)
def test_a_sender_that_is_killed_neither_loses_nor_repeats(
    database: Database, moment: str, expected: dict[str, OutboxState]
) -> None:
    with opened(database) as store:
        killed = writer(QUEUE_AND_DIE, database.address, moment)
        killed.communicate("go\n", timeout=60)
        assert killed.returncode == -signal.SIGKILL

        row = take(store, NOW + HOUR)

        found = {} if row is None else {row.notice.key: row.state}
        assert found == expected


def test_a_locked_database_loses_no_notice_while_it_is_delivered(sqlite_file: SqliteFile) -> None:
    with (
        opened(sqlite_file, busy_seconds=0.2) as store,
        closing(sqlite3.connect(sqlite_file.path, isolation_level=None)) as other,
    ):
        queue(store, notice("a"))
        take(store)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            settle(store, "a", OutboxState.CONFIRMED)
        other.execute("ROLLBACK")

        late = take(store, NOW + LEASE)

    assert late is not None
    assert late.state is OutboxState.UNCERTAIN


def test_what_was_refused_is_tried_again_only_when_somebody_asks(store: Store) -> None:
    queue(store, notice("refused"), notice("sent", 2), notice("waits", 3))
    settle(store, "refused", OutboxState.REJECTED)
    settle(store, "sent", OutboxState.CONFIRMED)
    with store.transaction() as transaction:
        revived = transaction.outbox.revive(["refused", "sent", "waits", "never"], NOW)

    assert revived == 1
    assert taken(take(store)) == "refused"
    assert states(store)["sent"] is OutboxState.CONFIRMED


def test_what_was_to_be_told_of_one_event_lately_is_found_again(store: Store) -> None:
    queue(store, notice("a"), notice("b", 2))
    with store.reading() as reading:
        found = [row.notice.key for row in reading.outbox.told_of("opened", NOW)]
        later = reading.outbox.told_of("opened", NOW + MINUTE)
        others = reading.outbox.told_of("report", NOW)

    assert found == ["a", "b"]
    assert [*later, *others] == []
