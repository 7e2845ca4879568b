"""What is known of tickets: neither who sends nor who looks undoes what the other wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from continuity.domain.outbox import TicketLink
from continuity.domain.ticket import RemoteClock
from continuity.store.store import Store
from tests.support.databases import SqliteFile, opened, tables_after
from tests.support.incidents import NOW

LINK = TicketLink(
    incident=1, lane="ticket:jira", marker="continuity-acme-1", remote_id="10001", remote_key="E-1"
)
CLOCKS = (
    RemoteClock(name="First answer", breached=True, paused=False, remaining=timedelta(seconds=-5)),
    RemoteClock(name="Solved", breached=False, paused=True, remaining=None),
)
SEEN = replace(
    LINK,
    remote_state="resolved",
    remote_updated=NOW,
    remote_name="Done",
    remote_assignee="Anna",
    remote_clocks=CLOCKS,
    seen_at=NOW,
)


def only(store: Store) -> TicketLink:
    with store.reading() as reading:
        (link,) = reading.outbox.links(1)
    return link


def test_what_was_seen_of_a_ticket_is_remembered(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.outbox.link(LINK)
        transaction.outbox.see(SEEN)

    assert only(store) == SEEN


def test_a_sender_that_looked_earlier_undoes_nothing_that_was_seen(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.outbox.link(LINK)
        transaction.outbox.see(SEEN)
        transaction.outbox.link(replace(LINK, pushed_version=7))

    link = only(store)
    assert (link.remote_name, link.remote_assignee, link.remote_clocks) == ("Done", "Anna", CLOCKS)
    assert link.pushed_version == 7


def test_whoever_looks_undoes_nothing_that_was_sent(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.outbox.link(replace(LINK, pushed_version=7))
        transaction.outbox.see(replace(SEEN, pushed_version=3))

    assert only(store).pushed_version == 7


def test_what_was_seen_of_a_ticket_nobody_knows_makes_none(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.outbox.see(SEEN)

    with store.reading() as reading:
        assert list(reading.outbox.links()) == []


def test_an_erased_person_has_no_ticket_any_more(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.outbox.link(LINK)
        transaction.outbox.see(SEEN)
        transaction.erase_person("Anna")

    assert only(store).remote_assignee == ""


def test_a_database_from_before_tickets_were_looked_at_keeps_its_tickets(
    sqlite_file: SqliteFile,
) -> None:
    with opened(sqlite_file) as store, store.transaction() as transaction:
        transaction.outbox.link(LINK)
    with closing(sqlite3.connect(sqlite_file.path)) as database, database:
        for name in ("name", "assignee", "gone", "clocks"):
            database.execute(f"ALTER TABLE ticket_link DROP COLUMN remote_{name}")
        database.execute("ALTER TABLE ticket_link DROP COLUMN seen_at")
        for table in tables_after("0002"):
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE alembic_version SET version_num = '0002'")

    with opened(sqlite_file) as store:
        assert only(store) == LINK
