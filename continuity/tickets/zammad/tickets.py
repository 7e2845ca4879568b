"""Tickets of Zammad."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteClock,
    RemoteTicket,
    TicketDraft,
    TicketRef,
    TicketState,
)
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.reading import Plain, gone, mapping, mappings, moment, text, understood
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import (
    body_of,
    clean,
    file_name,
    has_key,
    is_ours,
    key_of_move,
    last_line,
    marker_line,
    note_of,
    one_line,
)
from continuity.tickets.zammad.connection import (
    NAME,
    Connection,
    body_of_article,
    connect,
    login_of,
)
from continuity.tickets.zammad.examining import examine
from continuity.tickets.zammad.options import ZammadOptions

_TITLE, _TEXT = 250, 100_000
_LARGEST_FILE = 10 << 20
_OK, _NOT_FOUND = 200, 404
# States that every Zammad has, whatever the settings call the others.
_OWN = {
    "new": TicketState.OPEN,
    "open": TicketState.IN_PROGRESS,
    "merged": TicketState.DUPLICATE,
    "removed": TicketState.CANCELLED,
    "pending close": TicketState.ON_HOLD,
}
_TAGGED = (TicketState.CANCELLED, TicketState.DUPLICATE)
_PENDING = "pending"
_CLOCKS = ("first_response", "update", "close")


@dataclass(frozen=True)
class _Tickets:
    options: ZammadOptions
    connection: Connection

    @property
    def abilities(self) -> Abilities:
        return Abilities(attachment_bytes=_LARGEST_FILE, clocks=True)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection)

    def create(self, draft: TicketDraft) -> Outcome:
        tags = [self.options.tag, draft.marker, *(one.replace(",", " ") for one in draft.labels)]
        ticket: dict[str, object] = {
            "title": one_line(draft.title, _TITLE),
            "group": self.options.group,
            "customer_id": f"guess:{self.options.customer}",
            "tags": ",".join(dict.fromkeys(tags)),
            "article": _article(body_of(draft, _TEXT), one_line(draft.title, _TITLE)),
        }
        if draft.severity in self.options.priorities:
            ticket["priority"] = self.options.priorities[draft.severity]
        return write(
            self.connection.web, self.connection.change("POST", ticket, "tickets"), self._made
        )

    def _made(self, answer: Answer) -> Outcome | None:
        ref = self._ref(mapping(answer.value()))
        return _confirmed(ref) if ref.id else None

    def _ref(self, ticket: Plain) -> TicketRef:
        id = text(ticket.get("id"))
        url = f"{self.options.address.rstrip('/')}/#ticket/zoom/{id}"
        return TicketRef(id=id, key=text(ticket.get("number")), url=url)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        """Find by tag; where nobody may make new tags there is none, and the text is looked at."""
        for field, operator in (("ticket.tags", "contains all"), ("article.body", "contains")):
            named = self._search(field, operator, marker)
            found = tuple(ref for ref in named if self._begins_with(ref, marker))
            if found:
                return found
        return ()

    def _search(self, field: str, operator: str, value: str) -> tuple[TicketRef, ...]:
        rows = self.connection.search({field: {"operator": operator, "value": value}})
        return tuple(
            sorted((self._ref(row) for row in rows), key=lambda ref: (len(ref.id), ref.id))
        )

    def _begins_with(self, ref: TicketRef, marker: str) -> bool:
        articles = self.connection.articles(ref.id)
        return bool(articles) and last_line(body_of_article(articles[0])) == marker_line(marker)

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, _article(note_of(text, key, _TEXT)), key))

    def _comment(self, ref: TicketRef, article: dict[str, object], key: str) -> Outcome:
        if self._has_note(ref, key):
            return _confirmed(ref)
        value = {"ticket_id": ref.id, **article}
        ask = self.connection.change("POST", value, "ticket_articles")
        return write(self.connection.web, ask, _commented)

    def _has_note(self, ref: TicketRef, key: str) -> bool:
        return any(has_key(body_of_article(one), key) for one in self.connection.articles(ref.id))

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        """Change the state and write the note in one go."""
        key, changed = key_of_move(to, note), self._changes(to)
        if note and not self._has_note(ref, key):
            changed["article"] = _article(note_of(note, key, _TEXT))
        outcome: Outcome = _confirmed(ref)
        if changed:
            # The next try sees the note, and writes it no second time.
            ask = self.connection.change("PUT", changed, "tickets", ref.id, repeatable=True)
            outcome = write(self.connection.web, ask, self._made)
        if to in _TAGGED and isinstance(outcome, Confirmed):
            tag = {"item": f"{self.options.tag}-{to}", "object": "Ticket", "o_id": ref.id}
            ask = self.connection.change("POST", tag, "tags", "add", repeatable=True)
            tagged = write(self.connection.web, ask, lambda _: _confirmed(ref))
            # Who may not make new tags has still closed the ticket, with a note that says why.
            return outcome if isinstance(tagged, Rejected) else tagged
        return outcome

    def _changes(self, to: TicketState) -> dict[str, object]:
        name = self.options.state(to)
        if not name:
            return {}
        if not name.startswith(_PENDING):
            return {"state": name}
        until = self.connection.now() + timedelta(days=self.options.pending_days)
        pending = until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {"state": name, "pending_time": pending}

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > _LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name=NAME))
        named = file_name(attachment.name)
        key = f"file-{named}-{hashlib.sha256(attachment.content).hexdigest()}"
        article = _article(note_of(named, key, _TEXT))
        article["attachments"] = [
            {
                "filename": named,
                "data": base64.b64encode(attachment.content).decode(),
                "mime-type": attachment.media_type,
            }
        ]
        return attempted(lambda: self._comment(ref, article, key))

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.read("tickets", ref.id, accept=(_OK, _NOT_FOUND))
        if answer.status != _OK:
            return gone(ref)
        ticket = understood(NAME, answer.value(), "id", "number", "state")
        shown = self.connection.web.shown
        owner = text(ticket.get("owner"))
        return RemoteTicket(
            ref=self._ref(ticket),
            state=self._state(text(ticket["state"])),
            state_name=shown(text(ticket["state"])),
            assignee="" if owner == "-" else shown(owner),
            updated=moment(ticket.get("updated_at")),
            clocks=tuple(self._clocks(ticket)),
        )

    def _state(self, name: str) -> TicketState | None:
        named = (TicketState(key) for key, one in self.options.states.items() if one == name)
        return _OWN.get(name) or next(named, None)

    def _clocks(self, ticket: Plain) -> Iterator[RemoteClock]:
        for name in _CLOCKS:
            end, left = ticket.get(f"{name}_escalation_at"), ticket.get(f"{name}_diff_in_min")
            if end is None and left is None:
                continue
            remaining = None if end is None else moment(end) - self.connection.now()
            late = isinstance(left, int | float) and left < 0
            yield RemoteClock(
                name=name.replace("_", " "),
                breached=late or (remaining is not None and remaining < timedelta(0)),
                paused=False,
                remaining=remaining,
            )

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        found = [one for ref in refs for one in (*self._said(ref), *self._moved(ref))]
        return tuple(
            sorted((one for one in found if one.at > moment), key=lambda change: change.at)
        )

    def _said(self, ref: TicketRef) -> Iterator[RemoteChange]:
        for one in self.connection.articles(ref.id):
            said, by = body_of_article(one), text(one.get("created_by"))
            if not is_ours(said) and not self.connection.is_me(by):
                yield _change(ref, one, actor=by, state=None, comment=said)

    def _moved(self, ref: TicketRef) -> Iterator[RemoteChange]:
        history = self.connection.history(ref.id)
        for one in mappings(history.get("history")):
            state = self._state(text(one.get("value_to")))
            mine = one.get("created_by_id") == self.connection.me.get("id")
            moved = one.get("object") == "Ticket" and one.get("attribute") == "state"
            if moved and not mine and state is not None:
                by = login_of(history, one.get("created_by_id"))
                yield _change(ref, one, actor=by, state=state, comment="")


def _change(
    ref: TicketRef, event: Plain, *, actor: str, state: TicketState | None, comment: str
) -> RemoteChange:
    return RemoteChange(
        ref=ref,
        at=moment(event.get("created_at")),
        actor=one_line(actor, _TITLE),
        state=state,
        comment=clean(comment, _TEXT),
    )


def _article(body: str, subject: str = "") -> dict[str, object]:
    """Write a note, which is no answer to anybody and touches no clock."""
    written = {"body": body, "type": "note", "internal": True, "content_type": "text/plain"}
    return {**written, "subject": subject} if subject else written


def _confirmed(ref: TicketRef) -> Confirmed:
    return Confirmed(id=ref.id, key=ref.key, url=ref.url)


def _commented(answer: Answer) -> Outcome | None:
    id = text(mapping(answer.value()).get("id"))
    return Confirmed(id=id) if id else None


def open_tickets(opening: TicketOpening) -> TicketSystem:
    """Open the tickets of one server."""
    options = opening.options
    if not isinstance(options, ZammadOptions):
        raise TypeError("these are not the options of Zammad")
    return _Tickets(options, connect(options, opening))
