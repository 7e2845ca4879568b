"""Tickets as issues of GitLab."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

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
from continuity.tickets.gitlab.connection import NAME, Connection, connect
from continuity.tickets.gitlab.examining import examine
from continuity.tickets.gitlab.options import GitlabOptions
from continuity.tickets.markdown import markdown_from_text, text_from_markdown
from continuity.tickets.reading import Plain, gone, mapping, moment, text, texts, understood
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import (
    body_of,
    clean,
    file_name,
    has_key,
    is_ours,
    key_line,
    key_of_move,
    last_line,
    marker_line,
    note_of,
    one_line,
)

_TITLE, _TEXT = 255, 100_000
_LARGEST_FILE = 10 << 20
_OK, _NOT_FOUND = 200, 404
_ENDED = (
    TicketState.RESOLVED,
    TicketState.CLOSED,
    TicketState.CANCELLED,
    TicketState.DUPLICATE,
)
_STATES = {"opened": TicketState.OPEN, "closed": TicketState.RESOLVED}
_EVENTS = {"closed": TicketState.RESOLVED, "reopened": TicketState.OPEN}
# With a backslash before them these name no person, merge request, milestone or alert.
_REFERENCES = "@!%^"
# A line that begins with a slash would be a command.
_COMMAND = re.compile(r"^(?=/)", re.MULTILINE)


def _markdown(text: str) -> str:
    return _COMMAND.sub(r"\\", markdown_from_text(text, more=_REFERENCES))


@dataclass(frozen=True)
class _Issues:
    """There is no field for a marker: found is what has our label and the marker in its body."""

    options: GitlabOptions
    connection: Connection

    @property
    def abilities(self) -> Abilities:
        return Abilities(attachment_bytes=_LARGEST_FILE)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection)

    def create(self, draft: TicketDraft) -> Outcome:
        labels = [self.options.label, *(label.replace(",", " ") for label in draft.labels)]
        if draft.severity in self.options.severities:
            labels.append(self.options.severities[draft.severity])
        issue = {
            "title": one_line(draft.title, _TITLE),
            "description": _markdown(body_of(draft, _TEXT)),
            "labels": ",".join(dict.fromkeys(labels)),
            "issue_type": self.options.issue_type,
            "confidential": self.options.confidential,
        }
        return write(
            self.connection.forge.web, self.connection.forge.change("POST", issue, "issues"), _made
        )

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        wanted = marker_line(marker)
        query = (("order_by", "created_at"), ("sort", "desc"))
        found = [
            _ref(issue)
            for issue in self._all(*query)
            if last_line(text_from_markdown(text(issue.get("description")))) == wanted
        ]
        return tuple(reversed(found))

    def _all(self, *query: tuple[str, str]) -> Iterator[Plain]:
        asked = (("labels", self.options.label), ("state", "all"), ("scope", "all"), *query)
        return self.connection.forge.pages("issues", query=asked)

    def _notes(self, ref: TicketRef) -> Iterator[Plain]:
        query = (("order_by", "created_at"), ("sort", "asc"))
        for one in self.connection.forge.pages("issues", ref.id, "notes", query=query):
            if one.get("system") is not True:
                yield one

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, _markdown(note_of(text, key, _TEXT)), key))

    def _comment(self, ref: TicketRef, body: str, key: str) -> Outcome:
        if self._has_note(ref, key):
            return Confirmed(id=ref.id, key=ref.key, url=ref.url)
        note = {"body": body, "internal": True}
        ask = self.connection.forge.change("POST", note, "issues", ref.id, "notes")
        return write(self.connection.forge.web, ask, _commented)

    def _has_note(self, ref: TicketRef, key: str) -> bool:
        return any(
            has_key(text_from_markdown(text(one.get("body"))), key) for one in self._notes(ref)
        )

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        if note:
            told = self.comment(ref, note, key_of_move(to, note))
            if not isinstance(told, Confirmed):
                return told
        if to is TicketState.MITIGATED:
            return Confirmed(id=ref.id, key=ref.key, url=ref.url)
        issue = understood(NAME, self.connection.forge.read("issues", ref.id).value(), "state")
        changed = self._label_changes(to)
        is_ended = issue["state"] == "closed"
        if is_ended != (to in _ENDED):
            changed["state_event"] = "reopen" if is_ended else "close"
        if not changed:
            return Confirmed(id=ref.id, key=ref.key, url=ref.url)
        ask = self.connection.forge.change("PUT", changed, "issues", ref.id, repeatable=True)
        return write(self.connection.forge.web, ask, _made)

    def _label_changes(self, to: TicketState) -> dict[str, str]:
        here = [label for state, label in self.options.states.items() if state == to.value]
        others = [one for one in self.options.states.values() if one not in here]
        changes = {"add_labels": ",".join(here), "remove_labels": ",".join(others)}
        return {name: labels for name, labels in changes.items() if labels}

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        if len(attachment.content) > _LARGEST_FILE:
            return Rejected(reason=say(N_("The file is too large for {name}."), name=NAME))
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        """Bring the file there, and then show it in a note."""
        digest = hashlib.sha256(attachment.content).hexdigest()
        key = f"file-{file_name(attachment.name)}-{digest}"
        if self._has_note(ref, key):
            return Confirmed(id=ref.id, key=ref.key, url=ref.url)
        uploaded = write(self.connection.forge.web, self.connection.upload(attachment), _uploaded)
        if not isinstance(uploaded, Confirmed):
            return uploaded
        body = f"{uploaded.key}\n\n{_markdown(key_line(key))}"
        note = {"body": body, "internal": True}
        ask = self.connection.forge.change("POST", note, "issues", ref.id, "notes")
        return write(self.connection.forge.web, ask, _commented)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.forge.read("issues", ref.id, accept=(_OK, _NOT_FOUND))
        if answer.status != _OK:
            return gone(ref)
        issue = understood(NAME, answer.value(), "iid", "state")
        shown = self.connection.forge.web.shown
        return RemoteTicket(
            ref=_ref(issue),
            state=self._state(issue),
            state_name=shown(text(issue["state"])),
            assignee=shown(text(mapping(issue.get("assignee")).get("username"))),
            updated=moment(issue.get("updated_at")),
        )

    def _state(self, issue: Plain) -> TicketState | None:
        names, plain = texts(issue.get("labels")), _STATES.get(text(issue["state"]))
        held = [TicketState(key) for key, label in self.options.states.items() if label in names]
        fitting = (state for state in held if (state in _ENDED) == (plain in _ENDED))
        return None if plain is None else next(fitting, plain)

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        since = ("updated_after", moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        touched = {text(issue.get("iid")) for issue in self._all(since)} if refs else set()
        found = [
            change
            for ref in refs
            if ref.id in touched
            for change in (*self._said(ref), *self._moved(ref))
            if change.at > moment and change.actor != self.connection.me
        ]
        return tuple(sorted(found, key=lambda change: change.at))

    def _said(self, ref: TicketRef) -> Iterator[RemoteChange]:
        for one in self._notes(ref):
            said = text(one.get("body"))
            if not is_ours(text_from_markdown(said)):
                yield _change(ref, one, state=None, comment=said, actor="author")

    def _moved(self, ref: TicketRef) -> Iterator[RemoteChange]:
        change = partial(_change, ref, comment="", actor="user")
        for one in self.connection.forge.pages("issues", ref.id, "resource_state_events"):
            state = _EVENTS.get(text(one.get("state")))
            if state is not None:
                yield change(one, state=state)


def _change(
    ref: TicketRef, event: Plain, *, state: TicketState | None, comment: str, actor: str
) -> RemoteChange:
    return RemoteChange(
        ref=ref,
        at=moment(event.get("created_at")),
        actor=one_line(text(mapping(event.get(actor)).get("username")), _TITLE),
        state=state,
        comment=clean(comment, _TEXT),
    )


def _ref(issue: Plain) -> TicketRef:
    number = text(issue.get("iid"))
    return TicketRef(id=number, key=f"#{number}", url=text(issue.get("web_url")))


def _made(answer: Answer) -> Outcome | None:
    ref = _ref(mapping(answer.value()))
    return Confirmed(id=ref.id, key=ref.key, url=ref.url) if ref.id else None


def _commented(answer: Answer) -> Outcome | None:
    id = text(mapping(answer.value()).get("id"))
    return Confirmed(id=id) if id else None


def _uploaded(answer: Answer) -> Outcome | None:
    """Take the line that shows the file."""
    found = mapping(answer.value())
    url, line = text(found.get("url")), text(found.get("markdown"))
    return Confirmed(url=url, key=one_line(line, _TITLE)) if url and url in line else None


def open_issues(opening: TicketOpening) -> TicketSystem:
    """Open the issues of one project."""
    options = opening.options
    if not isinstance(options, GitlabOptions):
        raise TypeError("these are not the options of GitLab")
    return _Issues(options=options, connection=connect(options, opening))
