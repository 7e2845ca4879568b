"""What the outside knows of an incident: its tickets, and who was told by which way and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from continuity.cli.columns import plain, wrapped
from continuity.cli.incident_screen import Picture
from continuity.cli.incident_words import event_text
from continuity.cli.language import _, sentence
from continuity.cli.wording import duration, moment
from continuity.domain.clock import text_from_time
from continuity.domain.outbox import SAID, Attempt, OutboxRow, OutboxState, TicketLink
from continuity.domain.plain import text_in
from continuity.domain.text import N_
from continuity.domain.ticket import RemoteClock
from continuity.store.store import Store
from continuity.workflows.enclosing import ENCLOSED
from continuity.workflows.ticketing import ASKED, FAILED_AGAIN

_STATES = {
    OutboxState.QUEUED: N_("waits"),
    OutboxState.SENDING: N_("is being sent"),
    OutboxState.CONFIRMED: N_("confirmed"),
    OutboxState.REJECTED: N_("refused"),
    OutboxState.UNCERTAIN: N_("may have arrived"),
}
_WORDS = {
    ENCLOSED: N_("record enclosed"),
    ASKED: N_("asked why it was ended there"),
    FAILED_AGAIN: N_("told that the test failed again"),
    SAID: N_("told by a runbook"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One notice, and its tries."""

    row: OutboxRow
    tries: Sequence[Attempt]

    @property
    def last(self) -> Attempt | None:
        """The latest try."""
        return self.tries[-1] if self.tries else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """The tickets of an incident, and everything that was to be told of it."""

    links: Sequence[TicketLink]
    told: Sequence[Told]


def outside_of(store: Store, number: int) -> Outside:
    """Read what the outside knows of an incident."""
    with store.reading() as reading:
        rows = reading.outbox.of(number)
        told = [Told(row=row, tries=reading.outbox.attempts(row.notice.key)) for row in rows]
        return Outside(links=reading.outbox.links(number), told=told)


def outside_shown(outside: Outside, picture: Picture) -> Iterator[str]:
    """Draw the tickets as they were seen last, and one line for each thing that was told."""
    zone, now = picture.zone, picture.assessment.at
    tickets = [line for link in outside.links for line in _ticket(link, zone, now)]
    told = [_line(one, zone) for one in outside.told]
    for heading, lines in ((_("Tickets:"), tickets), (_("Told outside:"), told)):
        if lines:
            yield ""
            yield heading
        for line in lines:
            yield from wrapped(line, "  ", picture.columns)


def plain_from_outside(outside: Outside) -> dict[str, object]:
    """Reduce it to what JSON can hold."""
    return {
        "tickets": [_plain_from_link(link) for link in outside.links],
        "deliveries": [_plain_from_told(one) for one in outside.told],
    }


def _ticket(link: TicketLink, zone: tzinfo, now: datetime) -> Iterator[str]:
    where = plain(_outlet(link.lane))
    if not link.remote_id:
        yield _("{where}: no ticket yet").format(where=where)
    else:
        name = plain(link.remote_key or link.remote_id)
        yield f"{where} {name}: {_standing(link, zone)} {plain(link.remote_url)}".rstrip()
    if link.last_error is not None:
        yield _("{where}: {reason}").format(where=where, reason=sentence(link.last_error))
    for clock in link.remote_clocks:
        yield f"{where}, {plain(clock.name)}: {_clock(clock, link.seen_at, now)}"


def _standing(link: TicketLink, zone: tzinfo) -> str:
    if link.seen_at is None:
        return _("not looked at yet")
    seen = moment(link.seen_at, zone)
    if link.remote_gone:
        return _("deleted there, or hidden from us, seen at {moment}").format(moment=seen)
    if not link.remote_assignee:
        return _("{state}, nobody has it, seen at {moment}").format(
            state=plain(link.remote_name) or "-", moment=seen
        )
    return _("{state}, {assignee} has it, seen at {moment}").format(
        state=plain(link.remote_name) or "-", assignee=plain(link.remote_assignee), moment=seen
    )


def _clock(clock: RemoteClock, seen: datetime | None, now: datetime) -> str:
    if clock.breached:
        return _("missed")
    if clock.remaining is None:
        return _("kept, or not running")
    if clock.paused:
        left = duration(max(0.0, clock.remaining.total_seconds()))
        return _("stands still, {left} left").format(left=left)
    since = timedelta() if seen is None else now - seen
    left = duration(max(0.0, (clock.remaining - since).total_seconds()))
    return _("{left} left").format(left=left)


def _line(one: Told, zone: tzinfo) -> str:
    row, last = one.row, one.last
    at = row.due_at if last is None else last.at
    state = _(_STATES[row.state])
    if row.state is OutboxState.QUEUED:
        state = _("waits until {moment}").format(moment=moment(row.due_at, zone))
    line = f"{moment(at, zone)}  {plain(_outlet(row.notice.lane))}: {_event(row)}, {state}"
    if last is not None and last.reason is not None and row.state is not OutboxState.CONFIRMED:
        line += f": {sentence(last.reason)}"
    return line


def _event(row: OutboxRow) -> str:
    event = row.notice.event
    return _(_WORDS[event]) if event in _WORDS else event_text(event)


def _outlet(lane: str) -> str:
    """Name the way out, and whom it leads to: ``mail (maria)`` of ``channel:mail:maria``."""
    _word, _colon, rest = lane.partition(":")
    outlet, _colon, reader = rest.partition(":")
    return f"{outlet} ({reader})" if reader else outlet


def _plain_from_link(link: TicketLink) -> dict[str, object]:
    return {
        "lane": link.lane,
        "id": link.remote_id,
        "key": link.remote_key,
        "url": link.remote_url,
        "state": link.remote_state,
        "shown_state": link.remote_name,
        "assignee": link.remote_assignee,
        "gone": link.remote_gone,
        "updated": _text(link.remote_updated),
        "seen_at": _text(link.seen_at),
        "error": None if link.last_error is None else sentence(link.last_error),
        "clocks": [
            {
                "name": clock.name,
                "breached": clock.breached,
                "paused": clock.paused,
                "remaining_seconds": None
                if clock.remaining is None
                else int(clock.remaining.total_seconds()),
            }
            for clock in link.remote_clocks
        ],
    }


def _plain_from_told(one: Told) -> dict[str, object]:
    row, last = one.row, one.last
    return {
        "lane": row.notice.lane,
        "event": row.notice.event,
        "to": text_in(row.notice.payload, "to"),
        "state": row.state.value,
        "attempts": row.attempts,
        "due_at": text_from_time(row.due_at),
        "last_try_at": None if last is None else text_from_time(last.at),
        "reason": None if last is None or last.reason is None else sentence(last.reason),
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else text_from_time(at)
