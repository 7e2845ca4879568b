"""Tickets as issues of Jira's cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.text import N_, say
from continuity.domain.ticket import (
    RemoteChange,
    RemoteClock,
    RemoteTicket,
    TicketRef,
    TicketState,
)
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.jira.adf import document_from_text, text_from_document
from continuity.tickets.jira.connection import NAME, Connection, platform
from continuity.tickets.jira.moving import DONE, NEW, UNDER_WAY, bring, category_of
from continuity.tickets.jira.options import AtlassianOptions
from continuity.tickets.reading import Plain, gone, mapping, mappings, moment, text, understood
from continuity.tickets.writing import (
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

TITLE: Final = 255
TEXT: Final = 30_000
LARGEST_FILE: Final = 10 << 20
_OK, _NOT_FOUND = 200, 404
# A service project shows a comment to the customer unless this says that it is internal.
_INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]
_STATES = {
    NEW: TicketState.OPEN,
    UNDER_WAY: TicketState.IN_PROGRESS,
    DONE: TicketState.RESOLVED,
}


@dataclass(frozen=True)
class Issues:
    """What is the same for an issue and a request, once it is there."""

    options: AtlassianOptions
    connection: Connection

    def ref(self, issue: Plain) -> TicketRef:
        """Name an issue."""
        key = text(issue.get("key"))
        return TicketRef(
            id=text(issue.get("id")), key=key, url=f"{self.connection.address}/browse/{key}"
        )

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        """Find by label, and by the last line of the text where somebody took the label away."""
        quoted = marker.replace("\\", "").replace('"', "")
        jql = f'labels = "{quoted}" OR description ~ "\\"{quoted}\\"" ORDER BY created ASC'
        found = self.connection.search(jql, ("labels", "description", "created"))
        return tuple(self.ref(one) for one in found if _has_marker(one, marker))

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        """Write an internal note, once."""
        return attempted(lambda: self._comment(ref, text, key))

    def _comment(self, ref: TicketRef, note: str, key: str) -> Outcome:
        for one in self.connection.pages("comments", "issue", ref.id, "comment"):
            if has_key(text_from_document(one.get("body")), key):
                return Confirmed(id=text(one.get("id")))
        body = document_from_text(note_of(note, key, TEXT))
        asked = {"body": body, "properties": _INTERNAL}
        path = platform("issue", ref.id, "comment")
        return write(self.connection.web, self.connection.change("POST", path, asked), _written)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        """Write the note, then move."""
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        if note:
            told = self._comment(ref, note, key_of_move(to, note))
            if not isinstance(told, Confirmed):
                return told
        return bring(self.connection, self.options, ref, to)

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        """Add a file, once."""
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        there = self.attached(ref, attachment)
        if there is not None:
            return there
        path = platform("issue", ref.id, "attachments")
        return write(self.connection.web, self.connection.upload(path, attachment), _uploaded)

    def attached(self, ref: TicketRef, attachment: Attachment) -> Outcome | None:
        """Tell what becomes of a file that is too large, or there already."""
        if len(attachment.content) > LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name=NAME))
        answer = self.connection.read("issue", ref.id, query={"fields": "attachment"})
        fields = mapping(understood(NAME, answer.value(), "fields")["fields"])
        for one in mappings(fields.get("attachment")):
            named = one.get("filename") == file_name(attachment.name)
            if named and one.get("size") == len(attachment.content):
                return Confirmed(id=text(one.get("id")))
        return None

    def fetch(self, ref: TicketRef, clocks: tuple[RemoteClock, ...] = ()) -> RemoteTicket:
        """Read status, assignee and when it changed."""
        query = {"fields": "status,resolution,assignee,updated"}
        answer = self.connection.read("issue", ref.id, query=query, accept=(_OK, _NOT_FOUND))
        if answer.status == _NOT_FOUND:
            return gone(ref)
        issue = understood(NAME, answer.value(), "fields")
        fields = mapping(issue["fields"])
        status, shown = mapping(fields.get("status")), self.connection.web.shown
        resolution = text(mapping(fields.get("resolution")).get("name"))
        return RemoteTicket(
            ref=self.ref(issue),
            state=self._state(text(status.get("name")), category_of(status), resolution),
            state_name=shown(text(status.get("name"))),
            assignee=shown(text(mapping(fields.get("assignee")).get("displayName"))),
            updated=moment(fields.get("updated")),
            clocks=clocks,
        )

    def _state(self, name: str, category: str, resolution: str = "") -> TicketState | None:
        state = _STATES.get(category)
        if state is TicketState.RESOLVED:
            for ending in (TicketState.CANCELLED, TicketState.DUPLICATE):
                if resolution and self.options.resolution(ending) == resolution:
                    return ending
        for key, named in self.options.statuses.items():
            if named.casefold() == name.casefold():
                return TicketState(key)
        return state

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        """Read what people wrote and where they moved it."""
        found = [
            change
            for ref in refs
            if self.fetch(ref).updated > moment
            for change in (*self._said(ref), *self._moved(ref))
            if change.at > moment
        ]
        return tuple(sorted(found, key=lambda change: change.at))

    def _said(self, ref: TicketRef) -> Iterator[RemoteChange]:
        for one in self.connection.pages("comments", "issue", ref.id, "comment"):
            said = text_from_document(one.get("body"))
            if not is_ours(said) and not self._is_me(one):
                yield _change(ref, one, None, clean(said, TEXT))

    def _moved(self, ref: TicketRef) -> Iterator[RemoteChange]:
        for one in self.connection.pages("values", "issue", ref.id, "changelog"):
            for item in mappings(one.get("items")):
                if item.get("field") == "status" and not self._is_me(one):
                    category = self.connection.category(text(item.get("to")))
                    state = self._state(text(item.get("toString")), category)
                    yield _change(ref, one, state, "")

    def _is_me(self, event: Plain) -> bool:
        author = mapping(event.get("author")).get("accountId")
        return author == self.connection.myself["accountId"]


def _has_marker(issue: Plain, marker: str) -> bool:
    fields = mapping(issue.get("fields"))
    labels = fields.get("labels")
    if isinstance(labels, list) and marker in labels:
        return True
    return last_line(text_from_document(fields.get("description"))) == marker_line(marker)


def _change(ref: TicketRef, event: Plain, state: TicketState | None, comment: str) -> RemoteChange:
    return RemoteChange(
        ref=ref,
        at=moment(event.get("created")),
        actor=one_line(text(mapping(event.get("author")).get("displayName")), TITLE),
        state=state,
        comment=comment,
    )


def _written(answer: Answer) -> Outcome | None:
    id = text(mapping(answer.value()).get("id"))
    return Confirmed(id=id) if id else None


def _uploaded(answer: Answer) -> Outcome | None:
    files = mappings(answer.value())
    return Confirmed(id=text(files[0].get("id"))) if files else None
