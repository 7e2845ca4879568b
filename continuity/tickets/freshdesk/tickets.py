"""Tickets of Freshdesk and Freshservice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteTicket,
    Severity,
    TicketDraft,
    TicketRef,
    TicketState,
)
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.freshdesk.connection import Connection, Profile, body_of_note, connect
from continuity.tickets.freshdesk.examining import examine
from continuity.tickets.freshdesk.options import (
    FreshdeskOptions,
    FreshOptions,
    FreshserviceOptions,
)
from continuity.tickets.hypertext import html_from_text, text_from_html
from continuity.tickets.reading import (
    Plain,
    gone,
    mapping,
    mappings,
    moment,
    number,
    text,
    texts,
    understood,
)
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
    state_of_key,
)

_TITLE, _TEXT = 255, 30_000
_LONGEST_TAG = 32
_OK, _NOT_FOUND = 200, 404
_ENDED = (
    TicketState.RESOLVED,
    TicketState.CLOSED,
    TicketState.CANCELLED,
    TicketState.DUPLICATE,
)
_TAGGED = (TicketState.CANCELLED, TicketState.DUPLICATE)
# A portal, as which it calls nobody and belongs to no mailbox.
_PORTAL = 2
_OPEN = 2


@dataclass(frozen=True)
class _Tickets:
    options: FreshOptions
    connection: Connection
    address: str

    @property
    def abilities(self) -> Abilities:
        return Abilities(attachment_bytes=self.connection.profile.attachment_bytes)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection, self.address)

    def create(self, draft: TicketDraft) -> Outcome:
        ticket = {
            "email": self.options.requester,
            "subject": one_line(draft.title, _TITLE),
            "description": html_from_text(body_of(draft, _TEXT)),
            "status": self.options.status(TicketState.OPEN) or _OPEN,
            "priority": self.options.priorities.get(draft.severity, 1),
            "source": _PORTAL,
            "tags": self._tags(draft.marker, *draft.labels),
            **self.connection.profile.weights(draft.severity),
            **self.options.fields,
            **self._own(draft.marker),
        }
        ask = self.connection.change("POST", ticket, "tickets")
        return write(self.connection.web, ask, self._made)

    def _own(self, marker: str) -> dict[str, object]:
        if not self.options.marker_field:
            return {}
        others = mapping(self.options.fields.get("custom_fields"))
        return {"custom_fields": {**others, self.options.marker_field: marker}}

    def _tags(self, *more: str) -> list[str]:
        """Tags are short; a marker that does not fit is found in the text."""
        cut = [one_line(tag.replace(",", " "), _LONGEST_TAG) for tag in more]
        return list(dict.fromkeys([self.options.tag, *cut]))

    def _made(self, answer: Answer) -> Outcome | None:
        ref = self._ref(self.connection.one(answer, "ticket"))
        return _confirmed(ref) if ref.id else None

    def _ref(self, ticket: Plain) -> TicketRef:
        id = text(ticket.get("id"))
        url = f"{self.address.rstrip('/')}/a/tickets/{id}"
        return TicketRef(id=id, key=f"#{id}", url=url)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        """Look through the list, which is never late; the search is, by minutes."""
        found = [one for one in self.connection.tickets() if self._has(one, marker)]
        return tuple(self._ref(one) for one in sorted(found, key=lambda one: number(one.get("id"))))

    def _has(self, ticket: Plain, marker: str) -> bool:
        own = mapping(ticket.get("custom_fields")).get(self.options.marker_field)
        if own == marker or marker in texts(ticket.get("tags")):
            return True
        return last_line(text_from_html(text(ticket.get("description")))) == marker_line(marker)

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, text, key))

    def _comment(self, ref: TicketRef, note: str, key: str) -> Outcome:
        for one in self.connection.notes(ref.id):
            if has_key(body_of_note(one), key):
                return _confirmed(ref)
        # Not an answer to the requester, which would open the ticket again and stop its clock.
        value = {"body": html_from_text(note_of(note, key, _TEXT)), "private": True}
        ask = self.connection.change("POST", value, "tickets", ref.id, "notes")
        return write(self.connection.web, ask, partial(_commented, self.connection))

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        told = self._comment(ref, note or to.value, key_of_move(to, note))
        status = self.options.status(to)
        if not isinstance(told, Confirmed) or not status:
            return told
        changed: dict[str, object] = {"status": status}
        if to in _ENDED:
            changed |= self.options.ending_fields
        if to in _TAGGED:
            ticket = self.connection.one(self.connection.ticket(ref.id), "ticket")
            changed["tags"] = list(dict.fromkeys([*texts(ticket.get("tags")), to.value]))
        ask = self.connection.change("PUT", changed, "tickets", ref.id, repeatable=True)
        return write(self.connection.web, ask, self._made)

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > self.connection.profile.attachment_bytes:
            name = self.connection.profile.name
            return Rejected(reason=say(N_("The file is too large for {name}."), name=name))
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        ticket = self.connection.one(self.connection.ticket(ref.id), "ticket")
        wanted = file_name(attachment.name), len(attachment.content)
        for one in mappings(ticket.get("attachments")):
            if (text(one.get("name")), number(one.get("size"))) == wanted:
                return _confirmed(ref)
        ask = self.connection.upload(ref.id, attachment)
        return write(self.connection.web, ask, self._made)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.ticket(ref.id, (_OK, _NOT_FOUND))
        ticket = self.connection.one(answer, "ticket")
        if answer.status != _OK or ticket.get("deleted") is True or ticket.get("spam") is True:
            return gone(ref)
        found = understood(self.connection.profile.name, ticket, "id", "status")
        return RemoteTicket(
            ref=self._ref(found),
            state=self._state(found),
            state_name=self.connection.web.shown(text(found["status"])),
            assignee=self.connection.web.shown(text(found.get("responder_id"))),
            updated=moment(found.get("updated_at")),
        )

    def _state(self, ticket: Plain) -> TicketState | None:
        status, tags = number(ticket.get("status")), texts(ticket.get("tags"))
        named = [TicketState(key) for key, one in self.options.statuses.items() if one == status]
        tagged = (state for state in named if state in _TAGGED and state.value in tags)
        return next(tagged, next(iter(named), None))

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        """Read notes of people, and a state that is not the one of our own last note."""
        found = [change for ref in refs for change in self._changes(ref)]
        return tuple(
            sorted((one for one in found if one.at > moment), key=lambda change: change.at)
        )

    def _changes(self, ref: TicketRef) -> Iterator[RemoteChange]:
        ours = self.options.status(TicketState.OPEN) or _OPEN
        for one in self.connection.notes(ref.id):
            said = body_of_note(one)
            if is_ours(said):
                to = state_of_key(said)
                ours = (self.options.status(to) if to else 0) or ours
            else:
                by = one_line(text(one.get("user_id")), _TITLE)
                at = moment(one.get("created_at"))
                yield _change(ref, at, by, None, clean(said, _TEXT))
        now = self.fetch(ref)
        if not now.gone and now.state_name != str(ours):
            yield _change(ref, now.updated, "", now.state, "")


def _change(
    ref: TicketRef, at: datetime, actor: str, state: TicketState | None, comment: str
) -> RemoteChange:
    return RemoteChange(ref=ref, at=at, actor=actor, state=state, comment=comment)


def _confirmed(ref: TicketRef) -> Confirmed:
    return Confirmed(id=ref.id, key=ref.key, url=ref.url)


def _commented(connection: Connection, answer: Answer) -> Outcome | None:
    id = text(connection.one(answer, "conversation").get("id"))
    return Confirmed(id=id) if id else None


def open_freshdesk(opening: TicketOpening) -> TicketSystem:
    """Open the tickets of one Freshdesk."""
    options = opening.options
    if not isinstance(options, FreshdeskOptions):
        raise TypeError("these are not the options of Freshdesk")
    profile = Profile(
        name="Freshdesk",
        wrapped=False,
        form="ticket_fields",
        listing={"order_by": "created_at", "include": "description"},
        whole=(),
        attachment_bytes=15 << 20,
    )
    connection = connect(options, profile, opening, options.address)
    return _Tickets(options, connection, options.address)


def open_freshservice(opening: TicketOpening) -> TicketSystem:
    """Open the tickets of one Freshservice."""
    options = opening.options
    if not isinstance(options, FreshserviceOptions):
        raise TypeError("these are not the options of Freshservice")

    def weights(severity: Severity) -> Mapping[str, object]:
        found = {
            "urgency": options.urgencies.get(severity),
            "impact": options.impacts.get(severity),
        }
        return {name: level for name, level in found.items() if level}

    profile = Profile(
        name="Freshservice",
        wrapped=True,
        form="ticket_form_fields",
        listing={},
        whole=(("include", "tags"),),
        attachment_bytes=15 << 20,
        weights=weights,
    )
    connection = connect(options, profile, opening, options.address)
    return _Tickets(options, connection, options.address)
