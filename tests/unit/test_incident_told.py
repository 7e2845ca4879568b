"""Who looks at an incident sees what its tickets show, and who was told by which way and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.cli.incident_screen import Picture
from continuity.cli.incident_told import Outside, outside_of, outside_shown, plain_from_outside
from continuity.domain.assessment import assess
from continuity.domain.facts import Facts
from continuity.domain.outbox import Attempt, Notice, OutboxState, TicketLink
from continuity.domain.portfolio import Portfolio
from continuity.domain.text import say
from continuity.domain.ticket import RemoteClock
from continuity.store.store import Store, open_store
from tests.support.incidents import HOUR, NOW

LINK = TicketLink(
    incident=1,
    lane="ticket:jira",
    marker="m",
    remote_id="10001",
    remote_key="E-1",
    remote_url="https://jira.example/E-1",
    remote_name="In Progress",
    remote_assignee="Anna\x1b[31m",
    seen_at=NOW - HOUR,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'record.db'}", lambda: NOW) as opened:
        yield opened


def shown(outside: Outside) -> str:
    portfolio = Portfolio(systems=(), jobs=(), facts=Facts())
    picture = Picture(incidents=(), assessment=assess(portfolio, NOW), columns=200)
    return "\n".join(outside_shown(outside, picture))


def told(store: Store, lane: str, state: OutboxState, reason: str = "") -> None:
    notice = Notice(key=lane, lane=lane, incident=1, event="opened", due_at=NOW)
    tried = Attempt(key=lane, at=NOW, outcome="x", reason=say(reason) if reason else None)
    with store.transaction() as transaction:
        transaction.outbox.queue([notice], NOW)
        transaction.outbox.settle(tried, state, NOW + HOUR)


def test_a_ticket_is_shown_as_its_system_shows_it_without_its_tricks() -> None:
    text = shown(Outside(links=[LINK], told=[]))

    assert "jira E-1: In Progress, Anna" in text
    assert "https://jira.example/E-1" in text
    assert "\x1b" not in text


def test_the_clocks_of_a_ticket_go_on_after_it_was_seen() -> None:
    clocks = (
        RemoteClock(name="Answer", breached=True, paused=False, remaining=None),
        RemoteClock(name="Solve", breached=False, paused=False, remaining=3 * HOUR),
        RemoteClock(name="Wait", breached=False, paused=True, remaining=3 * HOUR),
        RemoteClock(name="Gone", breached=False, paused=False, remaining=timedelta(minutes=5)),
    )

    text = shown(Outside(links=[replace(LINK, remote_clocks=clocks)], told=[]))

    assert "jira, Answer: missed" in text
    assert "jira, Solve: 2 h" in text
    assert "jira, Wait: stands still, 3 h" in text
    assert "jira, Gone: 0" in text


def test_a_ticket_that_is_not_there_is_never_shown_as_one() -> None:
    pending = replace(LINK, remote_id="", remote_key="", last_error=say("no room"))

    assert "jira: no ticket yet" in shown(Outside(links=[pending], told=[]))
    assert "jira: no room" in shown(Outside(links=[pending], told=[]))
    assert "deleted there" in shown(Outside(links=[replace(LINK, remote_gone=True)], told=[]))
    assert "not looked at yet" in shown(Outside(links=[replace(LINK, seen_at=None)], told=[]))


def test_every_delivery_is_shown_with_its_way_its_reader_and_its_end(store: Store) -> None:
    told(store, "channel:mail:maria", OutboxState.CONFIRMED)
    told(store, "channel:teams", OutboxState.QUEUED, "nobody there")
    told(store, "ticket:jira", OutboxState.REJECTED, "no such project")
    told(store, "ticket:glpi", OutboxState.UNCERTAIN, "no answer")

    text = shown(outside_of(store, 1))

    assert "mail (maria): opened, confirmed" in text
    assert "teams: opened, waits until" in text
    assert "nobody there" in text
    assert "jira: opened, refused: no such project" in text
    assert "glpi: opened, may have arrived: no answer" in text


def test_programs_get_the_same(store: Store) -> None:
    told(store, "ticket:jira", OutboxState.REJECTED, "no such project")
    with store.transaction() as transaction:
        transaction.outbox.link(LINK)

    plain = plain_from_outside(outside_of(store, 1))

    assert isinstance(plain["tickets"], list)
    assert isinstance(plain["deliveries"], list)
    assert plain["tickets"][0]["key"] == "E-1"
    assert plain["deliveries"][0]["state"] == "rejected"
    assert plain["deliveries"][0]["reason"] == "no such project"


def test_an_incident_that_nobody_was_told_of_shows_no_empty_headings(store: Store) -> None:
    assert shown(outside_of(store, 1)) == ""
