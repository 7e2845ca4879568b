"""The tickets of incidents: one row for each system, written by senders and by who looks there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import cast  # JSON that was put there as this

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from continuity.domain.outbox import TicketLink
from continuity.domain.text import Message, message_from_plain, plain_from_message
from continuity.domain.ticket import RemoteClock
from continuity.store.tables import ticket_link as table

_SEEN = ("remote_name", "remote_assignee", "remote_gone", "remote_clocks", "seen_at")
_SAID_THERE = (*_SEEN, "remote_state", "remote_updated")


def write(connection: Connection, link: TicketLink) -> None:
    """Write a row; of one that is there, nothing that was seen meanwhile is undone."""
    row = _row(link)
    known = {name: value for name, value in row.items() if name not in _SEEN}
    changed = connection.execute(update(table).where(_mine(link)).values(known))
    if changed.rowcount == 0:
        connection.execute(insert(table), row)


def see(connection: Connection, link: TicketLink) -> None:
    """Write what was seen of a ticket, and nothing that a sender knows better."""
    row = _row(link)
    seen = {name: row[name] for name in _SAID_THERE}
    connection.execute(update(table).where(_mine(link)).values(seen))


def forget(connection: Connection, link: TicketLink) -> None:
    """Forget a ticket."""
    connection.execute(delete(table).where(_mine(link)))


def read(connection: Connection, incident: int | None) -> Sequence[TicketLink]:
    """List the tickets of an incident, or of all."""
    query = select(table).order_by(table.c.incident, table.c.lane)
    if incident is not None:
        query = query.where(table.c.incident == incident)
    return [_link(row) for row in connection.execute(query).mappings()]


def forget_assignee(connection: Connection, name: str) -> int:
    """Take a name from the tickets that were seen in those hands; gives how many."""
    mine = table.c.remote_assignee == name
    return connection.execute(update(table).where(mine).values(remote_assignee="")).rowcount


def _mine(link: TicketLink) -> ColumnElement[bool]:
    return (table.c.incident == link.incident) & (table.c.lane == link.lane)


def _row(link: TicketLink) -> dict[str, object]:
    values = {name: getattr(link, name) for name in TicketLink.__slots__}
    error = link.last_error
    values["last_error"] = None if error is None else json.dumps(plain_from_message(error))
    values["remote_clocks"] = json.dumps([_plain(clock) for clock in link.remote_clocks])
    return values


def _plain(clock: RemoteClock) -> Mapping[str, object]:
    left = clock.remaining
    return {
        "name": clock.name,
        "breached": clock.breached,
        "paused": clock.paused,
        "remaining": None if left is None else int(left.total_seconds()),
    }


def _link(row: RowMapping) -> TicketLink:
    clocks = cast("list[dict[str, object]]", json.loads(row["remote_clocks"]))
    known = {**row, "last_error": _message(row["last_error"])}
    return TicketLink(**{**known, "remote_clocks": tuple(map(_clock, clocks))})


def _clock(plain: Mapping[str, object]) -> RemoteClock:
    left = plain["remaining"]
    return RemoteClock(
        name=str(plain["name"]),
        breached=plain["breached"] is True,
        paused=plain["paused"] is True,
        remaining=timedelta(seconds=left) if isinstance(left, int) else None,
    )


def _message(text: str | None) -> Message | None:
    return None if text is None else message_from_plain(json.loads(text))
