"""Tickets as issues of GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

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
from continuity.tickets.github.connection import NAME, Connection, connect
from continuity.tickets.github.examining import examine
from continuity.tickets.github.options import GithubOptions
from continuity.tickets.markdown import markdown_from_text, text_from_markdown
from continuity.tickets.reading import (
    Plain,
    gone,
    mapping,
    mappings,
    moment,
    text,
    understood,
)
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import (
    body_of,
    clean,
    has_key,
    is_ours,
    key_of_move,
    last_line,
    marker_line,
    note_of,
    one_line,
)

# Escaping may double a text, and GitHub takes 65,536 characters.
_TITLE, _TEXT = 256, 30_000
_OK, _NOT_FOUND, _GONE = 200, 404, 410
_REASONS = {
    TicketState.RESOLVED: "completed",
    TicketState.CLOSED: "completed",
    TicketState.CANCELLED: "not_planned",
    TicketState.DUPLICATE: "duplicate",
}
_CLOSED = {"not_planned": TicketState.CANCELLED, "duplicate": TicketState.DUPLICATE}
_EVENTS = {"closed": TicketState.RESOLVED, "reopened": TicketState.OPEN}


@dataclass(frozen=True)
class _Issues:
    """There is no field for a marker: found is what has our label and the marker in its body."""

    options: GithubOptions
    connection: Connection

    @property
    def abilities(self) -> Abilities:
        return Abilities(internal_notes=False)

    def probe(self) -> tuple[Examined, ...]:
        return examine(self.connection)

    def create(self, draft: TicketDraft) -> Outcome:
        labels = [self.options.label, *draft.labels]
        if draft.severity in self.options.severities:
            labels.append(self.options.severities[draft.severity])
        issue = {
            "title": one_line(draft.title, _TITLE),
            "body": markdown_from_text(body_of(draft, _TEXT)),
            "labels": list(dict.fromkeys(labels)),
        }
        return write(
            self.connection.forge.web, self.connection.forge.change("POST", issue, "issues"), _made
        )

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        wanted = marker_line(marker)
        query = (("sort", "created"), ("direction", "desc"))
        found = [
            _ref(issue)
            for issue in self._all(*query)
            if last_line(text_from_markdown(text(issue.get("body")))) == wanted
        ]
        return tuple(reversed(found))

    def _all(self, *query: tuple[str, str]) -> Iterator[Plain]:
        asked = (("labels", self.options.label), ("state", "all"), *query)
        for issue in self.connection.forge.pages("issues", query=asked):
            if "pull_request" not in issue:
                yield issue

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return attempted(lambda: self._comment(ref, text, key))

    def _comment(self, ref: TicketRef, note: str, key: str) -> Outcome:
        for one in self.connection.forge.pages("issues", ref.id, "comments"):
            if has_key(text_from_markdown(text(one.get("body"))), key):
                return Confirmed(id=text(one.get("id")), url=text(one.get("html_url")))
        body = {"body": markdown_from_text(note_of(note, key, _TEXT))}
        ask = self.connection.forge.change("POST", body, "issues", ref.id, "comments")
        return write(self.connection.forge.web, ask, _commented)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return attempted(lambda: self._move(ref, to, note))

    def _move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        if note:
            told = self._comment(ref, note, key_of_move(to, note))
            if not isinstance(told, Confirmed):
                return told
        if to is TicketState.MITIGATED:
            return Confirmed(id=ref.id, key=ref.key, url=ref.url)
        issue = understood(NAME, self.connection.forge.read("issues", ref.id).value(), "number")
        changed: dict[str, object] = {"state": "closed" if to in _REASONS else "open"}
        if to in _REASONS:
            changed["state_reason"] = _REASONS[to]
        if self.options.states:
            changed["labels"] = self._labels(issue, to)
        ask = self.connection.forge.change("PATCH", changed, "issues", ref.id, repeatable=True)
        return write(self.connection.forge.web, ask, _made)

    def _labels(self, issue: Plain, to: TicketState) -> list[str]:
        states = self.options.states
        others = [name for name in _label_names(issue) if name not in states.values()]
        return others + [label for state, label in states.items() if state == to.value]

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        return Rejected(reason=say(N_("{name} takes no files from programs."), name=NAME))

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        answer = self.connection.forge.read("issues", ref.id, accept=(_OK, _NOT_FOUND, _GONE))
        if answer.status != _OK:
            return gone(ref)
        issue = understood(NAME, answer.value(), "number", "state")
        shown = self.connection.forge.web.shown
        return RemoteTicket(
            ref=_ref(issue),
            state=self._state(issue),
            state_name=shown(text(issue["state"])),
            assignee=shown(text(mapping(issue.get("assignee")).get("login"))),
            updated=moment(issue.get("updated_at")),
        )

    def _state(self, issue: Plain) -> TicketState | None:
        if issue["state"] == "closed":
            return _CLOSED.get(text(issue.get("state_reason")), TicketState.RESOLVED)
        if issue["state"] != "open":
            return None
        names = _label_names(issue)
        held = [state for state, label in self.options.states.items() if label in names]
        return TicketState(held[0]) if held else TicketState.OPEN

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        since = ("since", moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        touched = {text(issue.get("number")) for issue in self._all(since)}
        found = [
            change
            for ref in refs
            if ref.id in touched
            for change in (*self._said(ref, since), *self._moved(ref))
            if change.at > moment and change.actor != self.connection.me
        ]
        return tuple(sorted(found, key=lambda change: change.at))

    def _said(self, ref: TicketRef, since: tuple[str, str]) -> Iterator[RemoteChange]:
        for one in self.connection.forge.pages("issues", ref.id, "comments", query=(since,)):
            said = text(one.get("body"))
            if not is_ours(text_from_markdown(said)):
                yield _change(ref, one, actor="user", state=None, comment=said)

    def _moved(self, ref: TicketRef) -> Iterator[RemoteChange]:
        for one in self.connection.forge.pages("issues", ref.id, "events"):
            state = _EVENTS.get(text(one.get("event")))
            if state is TicketState.RESOLVED:
                state = _CLOSED.get(text(one.get("state_reason")), state)
            if state is not None:
                yield _change(ref, one, actor="actor", state=state, comment="")


def _change(
    ref: TicketRef, event: Plain, *, actor: str, state: TicketState | None, comment: str
) -> RemoteChange:
    return RemoteChange(
        ref=ref,
        at=moment(event.get("created_at")),
        actor=one_line(text(mapping(event.get(actor)).get("login")), _TITLE),
        state=state,
        comment=clean(comment, _TEXT),
    )


def _label_names(issue: Plain) -> list[str]:
    return [text(one.get("name")) for one in mappings(issue.get("labels"))]


def _ref(issue: Plain) -> TicketRef:
    number = text(issue.get("number"))
    return TicketRef(id=number, key=f"#{number}", url=text(issue.get("html_url")))


def _made(answer: Answer) -> Outcome | None:
    ref = _ref(mapping(answer.value()))
    return Confirmed(id=ref.id, key=ref.key, url=ref.url) if ref.id else None


def _commented(answer: Answer) -> Outcome | None:
    comment = mapping(answer.value())
    id = text(comment.get("id"))
    return Confirmed(id=id, url=text(comment.get("html_url"))) if id else None


def open_issues(opening: TicketOpening) -> TicketSystem:
    """Open the issues of one repository."""
    options = opening.options
    if not isinstance(options, GithubOptions):
        raise TypeError("these are not the options of GitHub")
    return _Issues(options=options, connection=connect(options, opening))
