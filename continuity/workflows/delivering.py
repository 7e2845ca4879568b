"""Deliver what the outbox holds: one try for each row that is due, each with its ledger row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

from continuity.domain.clock import Now
from continuity.domain.delivery import Confirmed, Outcome, Rejected, Retryable, Uncertain
from continuity.domain.evidence import Draft
from continuity.domain.outbox import Attempt, Notice, OutboxRow, OutboxState, TicketLink
from continuity.domain.patience import wait_before
from continuity.store.store import Store

LEASE = timedelta(minutes=10)
"""Longer than any one delivery may take: who does not say by then what became of it has died."""

_MOST_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What one try came to; ``link`` is what is known of a ticket since, and ``more`` are notices
    that follow from this one: the same letter for each of several people. ``record`` is what the
    record of evidence is to hold of it."""

    outcome: Outcome
    link: TicketLink | None = None
    more: tuple[Notice, ...] = ()
    record: Draft | None = None


Send = Callable[[OutboxRow], Sent]
"""Sends one row; never raises for what the other side does."""


@dataclass(kw_only=True)
class Delivered:
    """How many tries ended how."""

    confirmed: int = 0
    rejected: int = 0
    retryable: int = 0
    uncertain: int = 0
    lanes: dict[str, Outcome] = field(default_factory=dict)

    def plain(self) -> dict[str, int]:
        """Reduce it to counts."""
        return {
            "confirmed": self.confirmed,
            "rejected": self.rejected,
            "retryable": self.retryable,
            "uncertain": self.uncertain,
        }


def deliver(store: Store, senders: Mapping[str, Send], now: Now) -> Delivered:
    """Try everything that is due on every lane; ``senders`` are by the name of their outlet.

    The lane of one system never waits for another, nor one incident for another: what cannot be
    sent waits for its own next try. A lane that could not be reached is left alone until then.
    """
    delivered = Delivered()
    seen: set[str] = set()
    # A letter to several people makes lanes of its own.
    while fresh := [lane for lane in _lanes(store) if lane not in seen]:
        for lane in fresh:
            send = senders.get(outlet_of(lane))
            if send is not None:
                _deliver_lane(store, lane, send, now, delivered)
        seen.update(fresh)
    return delivered


def _deliver_lane(store: Store, lane: str, send: Send, now: Now, delivered: Delivered) -> None:
    for _ in range(_MOST_AT_ONCE):
        outcome = _deliver_one(store, lane, send, now)
        if outcome is None:
            return
        _count(delivered, lane, outcome)
        if isinstance(outcome, Retryable):
            return


def outlet_of(lane: str) -> str:
    """Give the outlet of a lane: ``channel:mail`` of ``channel:mail:maria``."""
    return ":".join(lane.split(":")[:2])


def _lanes(store: Store) -> Sequence[str]:
    with store.reading() as reading:
        return reading.outbox.lanes()


def _deliver_one(store: Store, lane: str, send: Send, now: Now) -> Outcome | None:
    with store.transaction() as transaction:
        row = transaction.outbox.take(lane, now(), LEASE)
    if row is None:
        return None
    # Nothing is locked while the other side thinks about it.
    sent = send(row)
    at = now()
    with store.transaction() as transaction:
        if sent.link is not None:
            transaction.outbox.link(sent.link)
        transaction.outbox.queue(sent.more, at)
        if sent.record is not None:
            transaction.append(sent.record)
        transaction.outbox.settle(
            _attempt(row, sent.outcome, at=now),
            _state(sent.outcome),
            at + _wait(row, sent.outcome),
        )
    return sent.outcome


def _attempt(row: OutboxRow, outcome: Outcome, *, at: Now) -> Attempt:
    name = type(outcome).__name__.lower()
    if isinstance(outcome, Confirmed):
        return Attempt(
            key=row.notice.key,
            at=at(),
            outcome=name,
            remote_id=outcome.id,
            remote_key=outcome.key,
            remote_url=outcome.url,
        )
    return Attempt(key=row.notice.key, at=at(), outcome=name, reason=outcome.reason)


def _state(outcome: Outcome) -> OutboxState:
    match outcome:
        case Confirmed():
            return OutboxState.CONFIRMED
        case Rejected():
            return OutboxState.REJECTED
        case Retryable():
            return OutboxState.QUEUED
        case Uncertain():
            return OutboxState.UNCERTAIN
        case _:
            assert_never(outcome)


def _wait(row: OutboxRow, outcome: Outcome) -> timedelta:
    match outcome:
        case Confirmed() | Rejected():
            return timedelta()
        case Retryable():
            return wait_before(row.attempts, row.notice.key, outcome.after)
        case Uncertain():
            return wait_before(row.attempts, row.notice.key)
        case _:
            assert_never(outcome)


def _count(delivered: Delivered, lane: str, outcome: Outcome) -> None:
    delivered.lanes[lane] = outcome
    name = type(outcome).__name__.lower()
    setattr(delivered, name, getattr(delivered, name) + 1)
