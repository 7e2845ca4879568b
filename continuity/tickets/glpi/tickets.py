"""Tickets of GLPI."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.examined import Examined
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteTicket,
    TicketDraft,
    TicketRef,
    TicketState,
)
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.glpi.connection import NAME, NOT_FOUND, Connection, connect, text_of
from continuity.tickets.glpi.examining import examine
from continuity.tickets.glpi.options import GlpiOptions
from continuity.tickets.hypertext import html_from_text
from continuity.tickets.reading import Plain, gone, mapping, mappings, number, text, understood
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

_TITLE, _TEXT = 250, 15_000
_LARGEST_FILE = 10 << 20
_INCIDENT = 1
_STATES = {
    1: TicketState.OPEN,
    2: TicketState.IN_PROGRESS,
    3: TicketState.IN_PROGRESS,
    4: TicketState.ON_HOLD,
    5: TicketState.RESOLVED,
    6: TicketState.CLOSED,
    10: TicketState.ON_HOLD,
}
# What is asked for comes first; the others are as good, since rules and assignments decide too.
_NUMBERS = {
    TicketState.OPEN: (1, 2, 3),
    TicketState.IN_PROGRESS: (2, 3),
    TicketState.ON_HOLD: (4,),
    TicketState.MITIGATED: (2, 1, 3),
    TicketState.RESOLVED: (5, 6),
    TicketState.CLOSED: (6,),
    TicketState.CANCELLED: (6,),
    TicketState.DUPLICATE: (6,),
}
_ACTIVE = (1, 2, 3)
_ASSET = re.compile(r"(?:([A-Za-z]{1,40})[:/])?([0-9]{1,12})")


@dataclass(frozen=True)
class _Tickets:
    options: GlpiOptions
    connection: Connection

    @property
    def abilities(self) -> Abilities:
        return Abilities(attachment_bytes=_LARGEST_FILE)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection)

    def create(self, draft: TicketDraft) -> Outcome:
        options = self.options
        given = {
            "urgency": options.urgencies.get(draft.severity),
            "impact": options.impacts.get(draft.severity),
            "entities_id": options.entity,
            "itilcategories_id": options.category,
            "_users_id_requester": options.requester,
            "_groups_id_assign": options.group,
            "items_id": _asset(draft.asset),
        }
        ticket = {
            **options.fields,
            "name": one_line(draft.title, _TITLE),
            "content": html_from_text(body_of(draft, _TEXT)),
            "type": _INCIDENT,
            "externalid": draft.marker,
            **{name: value for name, value in given.items() if value is not None},
        }
        ask = self.connection.change("POST", ticket, "Ticket")
        return write(self.connection.web, ask, self._made)

    def _made(self, answer: Answer) -> Outcome | None:
        made = _noted(answer)
        return _confirmed(self._ref(made.id)) if isinstance(made, Confirmed) else made

    def _ref(self, id: str) -> TicketRef:
        url = f"{self.options.address.rstrip('/')}/front/ticket.form.php?id={id}"
        return TicketRef(id=id, key=f"#{id}", url=url)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        """Find by the field of other systems; where nothing is kept in it, by the text."""
        for field in ("Ticket.externalid", "Ticket.content"):
            key = self.connection.search_fields.get(field)
            ids = self.connection.search(key, marker) if key else []
            found = sorted({id for id in ids if self._is(id, marker)}, key=number)
            if found:
                return tuple(map(self._ref, found))
        return ()

    def _is(self, id: str, marker: str) -> bool:
        row = mapping(self.connection.read("Ticket", id, missing=True).value())
        if number(row.get("is_deleted")):
            return False
        named = row.get("externalid") == marker
        return named or last_line(text_of(row)) == marker_line(marker)

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._note(ref, text, key, "ITILFollowup"))

    def _note(self, ref: TicketRef, note: str, key: str, kind: str) -> Outcome:
        if any(has_key(text_of(one), key) for one in self._notes(ref)):
            return _confirmed(ref)
        fields: dict[str, object] = {
            "itemtype": "Ticket",
            "items_id": ref.id,
            "content": html_from_text(note_of(note, key, _TEXT)),
        }
        if kind == "ITILFollowup":
            fields["is_private"] = 1
        ask = self.connection.change("POST", fields, kind)
        return write(self.connection.web, ask, _noted)

    def _notes(self, ref: TicketRef) -> list[Plain]:
        """Everything that was said, oldest first; solutions are said too."""
        kinds = ("ITILFollowup", "ITILSolution")
        rows = [row for kind in kinds for row in self.connection.rows("Ticket", ref.id, kind)]
        return sorted(rows, key=lambda row: text(row.get("date_creation")))

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        """Say it first; a solution moves the ticket by itself."""
        kind = "ITILSolution" if to is TicketState.RESOLVED else "ITILFollowup"
        told = self._note(ref, note or to.value, key_of_move(to, note), kind)
        wanted = _NUMBERS[to]
        if not isinstance(told, Confirmed) or self._status(ref) in wanted:
            return told
        ask = self.connection.change(
            "PUT", {"status": wanted[0]}, "Ticket", ref.id, repeatable=True
        )
        outcome = write(self.connection.web, ask, _changed)
        if not isinstance(outcome, Confirmed):
            return outcome
        now = self._status(ref)
        if now in wanted or (now in _ACTIVE and wanted[0] in _ACTIVE):
            return _confirmed(ref)
        # It says that it did it also where the profile does not allow this way.
        reason = say(N_("{name} leaves the ticket in status {status}."), name=NAME, status=now)
        return Rejected(reason=reason, fields=("status",))

    def _status(self, ref: TicketRef) -> int:
        row = understood(NAME, self.connection.read("Ticket", ref.id).value(), "status")
        return number(row["status"])

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > _LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name=NAME))
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        digest = hashlib.sha1(attachment.content, usedforsecurity=False).hexdigest()
        wanted = file_name(attachment.name), digest
        for link in self.connection.rows("Ticket", ref.id, "Document_Item"):
            answer = self.connection.read("Document", text(link.get("documents_id")), missing=True)
            there = mapping(answer.value())
            if (text(there.get("filename")), text(there.get("sha1sum"))) == wanted:
                return _confirmed(ref)
        return write(self.connection.web, self.connection.upload(ref.id, attachment), _uploaded)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.read("Ticket", ref.id, missing=True)
        if answer.status == NOT_FOUND:
            return gone(ref)
        row = understood(NAME, answer.value(), "id", "status")
        if number(row.get("is_deleted")):
            return gone(ref)
        return RemoteTicket(
            ref=self._ref(text(row["id"])),
            state=_STATES.get(number(row["status"])),
            state_name=self.connection.web.shown(text(row["status"])),
            assignee="",
            updated=self.connection.at(row.get("date_mod")),
        )

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        found = [change for ref in refs for change in self._changes(ref)]
        return tuple(
            sorted((one for one in found if one.at > moment), key=lambda change: change.at)
        )

    def _changes(self, ref: TicketRef) -> Iterator[RemoteChange]:
        ours, me = TicketState.OPEN, self.connection.me
        for one in self._notes(ref):
            said, by = text_of(one), text(one.get("users_id"))
            if is_ours(said):
                ours = state_of_key(said) or ours
            elif by != me:
                at = self.connection.at(one.get("date_creation"))
                yield _change(ref, at, by, None, clean(said, _TEXT))
        row = mapping(self.connection.read("Ticket", ref.id, missing=True).value())
        status, by = number(row.get("status")), text(row.get("users_id_lastupdater"))
        if status and status != _NUMBERS[ours][0] and by != me:
            at = self.connection.at(row.get("date_mod"))
            yield _change(ref, at, by, _STATES.get(status), "")


def _change(
    ref: TicketRef, at: datetime, actor: str, state: TicketState | None, comment: str
) -> RemoteChange:
    return RemoteChange(ref=ref, at=at, actor=actor, state=state, comment=comment)


def _asset(written: str) -> object:
    """Name an item of the inventory; a number alone is a computer's."""
    found = _ASSET.fullmatch(written)
    return {found[1] or "Computer": [int(found[2])]} if found else None


def _confirmed(ref: TicketRef) -> Confirmed:
    return Confirmed(id=ref.id, key=ref.key, url=ref.url)


def _noted(answer: Answer) -> Outcome | None:
    value = mapping(answer.value())
    id = text(value.get("id"))
    # A good answer may still say that nothing was made of it.
    return _undone(text(value.get("message"))) if value.get("id") is False else _confirmed_id(id)


def _confirmed_id(id: str) -> Outcome | None:
    return Confirmed(id=id) if id else None


def _undone(words: str) -> Rejected:
    line = one_line(words, _TITLE)
    return Rejected(reason=say(N_("{name} does not do it: {line}"), name=NAME, line=line))


def _changed(answer: Answer) -> Outcome | None:
    """Read what became of each ticket; of several, some may be refused in one good answer."""
    rows = mappings(answer.value())
    if any(value is True for row in rows for value in row.values()):
        return Confirmed()
    words = " ".join(text(row.get("message")) for row in rows)
    return _undone(words) if rows else None


def _uploaded(answer: Answer) -> Outcome | None:
    """Read what became of a file; one of a kind that is not allowed is told in a good answer."""
    value = mapping(answer.value())
    results = mapping(value.get("upload_result")).get("filename")
    for one in mappings(results):
        if text(one.get("error")):
            return _undone(text(one["error"]))
    return _noted(answer)


def open_tickets(opening: TicketOpening) -> TicketSystem:
    """Open the tickets of one server."""
    options = opening.options
    if not isinstance(options, GlpiOptions):
        raise TypeError("these are not the options of GLPI")
    return _Tickets(options, connect(options, opening))
