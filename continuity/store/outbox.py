"""The outbox: what is to be told, taken by one sender at a time, with a row for each try."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast  # JSON that was put there as this

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, insert, select, update

from continuity.domain.outbox import (
    SAID,
    SETTLED,
    Attempt,
    Notice,
    OutboxRow,
    OutboxState,
    TicketLink,
)
from continuity.domain.outlet_signals import LaneState
from continuity.domain.text import Message, message_from_plain, plain_from_message
from continuity.store import ticket_links
from continuity.store.tables import delivery, outbox

_SETTLED = [state.value for state in SETTLED]
_ATTEMPT = ("key", "at", "outcome", "remote_id", "remote_key", "remote_url")


class Outbox:
    """The queue, its ledger and the tickets as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, notices: Iterable[Notice], now: datetime) -> int:
        """Add notices behind all others; one whose key is known already is not added again."""
        fresh = [notice for notice in notices if not self._holds(outbox.c.key == notice.key)]
        first = self._next(outbox.c.position)
        rows = [_row(notice, first + place, now) for place, notice in enumerate(fresh)]
        if rows:
            self._connection.execute(insert(outbox), rows)
        return len(rows)

    def revive(self, keys: Iterable[str], now: datetime) -> int:
        """Let what was refused be tried again, because a person asks for it; gives how many."""
        refused = outbox.c.state == OutboxState.REJECTED.value
        again = {"state": OutboxState.QUEUED.value, "due_at": now}
        revived = update(outbox).where(outbox.c.key.in_(list(keys)), refused).values(**again)
        return self._connection.execute(revived).rowcount

    def take(self, lane: str, now: datetime, lease: timedelta) -> OutboxRow | None:
        """Take the first row of a lane that is due, to send it; its state tells how it stood.

        Rows about one incident keep their order, and none waits for another incident. What a
        sender took and left unsaid past its lease may have arrived, so it is uncertain.
        """
        self._doubt_left_ones(now)
        earlier = outbox.alias()
        behind = exists().where(
            earlier.c.lane == outbox.c.lane,
            earlier.c.incident == outbox.c.incident,
            earlier.c.position < outbox.c.position,
            earlier.c.state.not_in(_SETTLED),
        )
        ready = outbox.c.state.in_([OutboxState.QUEUED.value, OutboxState.UNCERTAIN.value])
        found = self._rows((outbox.c.lane == lane) & ready & (outbox.c.due_at <= now) & ~behind, 1)
        if not found:
            return None
        row, until = found[0], now + lease
        self._change(row.notice.key, OutboxState.SENDING, until, attempts=row.attempts + 1)
        return replace(row, due_at=until, attempts=row.attempts + 1)

    def settle(self, attempt: Attempt, state: OutboxState, due_at: datetime) -> None:
        """Write down what became of a try, and where the row is from now on.

        What was confirmed stays so, whatever a slower sender says later.
        """
        values = {name: getattr(attempt, name) for name in _ATTEMPT}
        number = self._next(delivery.c.number)
        reason = _text(attempt.reason)
        self._connection.execute(insert(delivery), {**values, "number": number, "reason": reason})
        self._change(attempt.key, state, due_at)

    def unsettled(self) -> Sequence[OutboxRow]:
        """List what is not delivered and not refused, in the order in which it was added."""
        return self._rows(outbox.c.state.not_in(_SETTLED))

    def lanes(self) -> Sequence[str]:
        """List the lanes on which anything is left to be sent."""
        query = select(outbox.c.lane).where(outbox.c.state.not_in(_SETTLED)).distinct()
        return sorted(self._connection.execute(query).scalars())

    def states(self) -> Sequence[LaneState]:
        """Tell of each lane what became of its latest try, and since when anything waits there."""
        latest = select(func.max(delivery.c.number).label("number")).select_from(
            delivery.join(outbox, delivery.c.key == outbox.c.key)
        )
        latest = latest.group_by(outbox.c.lane)
        query = (
            select(outbox.c.lane, delivery.c.outcome, delivery.c.at, delivery.c.reason)
            .join(outbox, delivery.c.key == outbox.c.key)
            .where(delivery.c.number.in_(latest))
            .order_by(outbox.c.lane)
        )
        waiting = self._waiting_since()
        return [
            LaneState(
                lane=row["lane"],
                outcome=row["outcome"],
                at=row["at"],
                reason=_message(row["reason"]),
                waiting_since=waiting.get(row["lane"]),
            )
            for row in self._connection.execute(query).mappings()
        ]

    def _waiting_since(self) -> Mapping[str, datetime]:
        query = (
            select(outbox.c.lane, func.min(outbox.c.made_at).label("since"))
            .where(outbox.c.state.not_in(_SETTLED))
            .group_by(outbox.c.lane)
        )
        return {row.lane: row.since for row in self._connection.execute(query)}

    def of(self, incident: int) -> Sequence[OutboxRow]:
        """List everything that was ever to be told of an incident."""
        return self._rows(outbox.c.incident == incident)

    def all(self) -> Sequence[OutboxRow]:
        """List everything there ever was to tell."""
        return self._rows(outbox.c.position > 0)

    def told_of(self, event: str, since: datetime) -> Sequence[OutboxRow]:
        """List what was to be told of one kind of event since an instant."""
        return self._rows((outbox.c.event == event) & (outbox.c.made_at >= since))

    def announced(self, incident: int) -> bool:
        """Tell whether anybody was to hear of an incident yet; what its runbook said is no news."""
        mine = (outbox.c.incident == incident) & (outbox.c.event != SAID)
        return self._holds(mine)

    def attempts(self, key: str) -> Sequence[Attempt]:
        """List all tries to deliver one notice, the oldest first."""
        query = select(delivery).where(delivery.c.key == key).order_by(delivery.c.number)
        return [_attempt(row) for row in self._connection.execute(query).mappings()]

    def link(self, link: TicketLink) -> None:
        """Remember what a sender knows of the ticket of an incident; what was seen of it stays."""
        ticket_links.write(self._connection, link)

    def see(self, link: TicketLink) -> None:
        """Remember what was seen of a ticket, and where somebody there has brought it."""
        ticket_links.see(self._connection, link)

    def unlink(self, link: TicketLink) -> None:
        """Forget a ticket, so that another one is made."""
        ticket_links.forget(self._connection, link)

    def links(self, incident: int | None = None) -> Sequence[TicketLink]:
        """List the tickets of an incident, or of all."""
        return ticket_links.read(self._connection, incident)

    def forget_assignee(self, name: str) -> int:
        """Take a person's name from the tickets that were seen in those hands; gives how many."""
        return ticket_links.forget_assignee(self._connection, name)

    def _doubt_left_ones(self, now: datetime) -> None:
        left = (outbox.c.state == OutboxState.SENDING.value) & (outbox.c.due_at <= now)
        doubted = update(outbox).where(left).values(state=OutboxState.UNCERTAIN.value)
        self._connection.execute(doubted)

    def _change(
        self, key: str, state: OutboxState, due_at: datetime, attempts: int | None = None
    ) -> None:
        changing = (
            update(outbox)
            .where(outbox.c.key == key, outbox.c.state != OutboxState.CONFIRMED.value)
            .values(state=state.value, due_at=due_at)
        )
        if attempts is not None:
            changing = changing.values(attempts=attempts)
        self._connection.execute(changing)

    def _rows(self, wanted: ColumnElement[bool], limit: int | None = None) -> Sequence[OutboxRow]:
        query = select(outbox).where(wanted).order_by(outbox.c.position).limit(limit)
        return [_outbox_row(row) for row in self._connection.execute(query).mappings()]

    def _holds(self, wanted: ColumnElement[bool]) -> bool:
        query = select(outbox.c.position).where(wanted).limit(1)
        return self._connection.execute(query).first() is not None

    def _next(self, column: ColumnElement[int]) -> int:
        query = select(func.coalesce(func.max(column), 0) + 1)
        return int(self._connection.execute(query).scalar_one())


def _row(notice: Notice, position: int, now: datetime) -> Mapping[str, object]:
    return {
        "position": position,
        "key": notice.key,
        "lane": notice.lane,
        "incident": notice.incident,
        "event": notice.event,
        "sequence": notice.sequence,
        "made_at": now,
        "due_at": notice.due_at,
        "attempts": 0,
        "state": OutboxState.QUEUED.value,
        "payload": json.dumps(notice.payload, ensure_ascii=False, sort_keys=True),
    }


def _outbox_row(row: RowMapping) -> OutboxRow:
    return OutboxRow(
        position=row["position"],
        notice=Notice(
            key=row["key"],
            lane=row["lane"],
            incident=row["incident"],
            event=row["event"],
            due_at=row["due_at"],
            sequence=row["sequence"],
            payload=cast("Mapping[str, object]", json.loads(row["payload"])),
        ),
        due_at=row["due_at"],
        attempts=row["attempts"],
        state=OutboxState(row["state"]),
    )


def _attempt(row: RowMapping) -> Attempt:
    values = {name: row[name] for name in _ATTEMPT}
    return Attempt(**values, reason=_message(row["reason"]))


def _text(message: Message | None) -> str | None:
    return None if message is None else json.dumps(plain_from_message(message))


def _message(text: str | None) -> Message | None:
    return None if text is None else message_from_plain(json.loads(text))
