"""One project of Jira as a ticket system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.examined import Examined
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketDraft, TicketRef, TicketState
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import write
from continuity.tickets.jira.adf import document_from_text
from continuity.tickets.jira.connection import Connection, connect, platform
from continuity.tickets.jira.examining import examine_project
from continuity.tickets.jira.issues import LARGEST_FILE, TEXT, TITLE, Issues
from continuity.tickets.jira.options import JiraOptions
from continuity.tickets.reading import mapping
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import body_of, label_of, one_line


@dataclass(frozen=True)
class _Jira:
    options: JiraOptions
    connection: Connection
    issues: Issues

    @property
    def abilities(self) -> Abilities:
        return Abilities(lagging_find=True, attachment_bytes=LARGEST_FILE)

    def probe(self) -> tuple[Examined, ...]:
        return examine_project(self.connection, self.options)

    def create(self, draft: TicketDraft) -> Outcome:
        fields: dict[str, object] = {
            **self.options.fields,
            "project": {"key": self.options.project},
            "issuetype": {"name": self.options.issue_type},
            "summary": one_line(draft.title, TITLE),
            "description": document_from_text(body_of(draft, TEXT)),
            "labels": [draft.marker, *map(label_of, draft.labels)],
        }
        if draft.severity in self.options.priorities:
            fields["priority"] = {"name": self.options.priorities[draft.severity]}
        held = {"marker": draft.marker, "number": draft.number}
        issue = {"fields": fields, "properties": [{"key": "continuity", "value": held}]}
        ask = self.connection.change("POST", platform("issue"), issue)
        outcome = write(self.connection.web, ask, self._made)
        if isinstance(outcome, Confirmed) and draft.url:
            link_back(self.connection, outcome.id, draft)
        return outcome

    def _made(self, answer: Answer) -> Outcome | None:
        ref = self.issues.ref(mapping(answer.value()))
        return Confirmed(id=ref.id, key=ref.key, url=ref.url) if ref.id and ref.key else None

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return self.issues.find(marker)

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return self.issues.comment(ref, text, key)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return self.issues.move(ref, to, note)

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        return self.issues.attach(ref, attachment)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        return self.issues.fetch(ref)

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        return self.issues.changes_since(moment, refs)


def link_back(connection: Connection, issue: str, draft: TicketDraft) -> None:
    """Link to the incident; without it the address still stands in the text."""
    link = {
        "globalId": draft.marker,
        "object": {"url": draft.url, "title": one_line(draft.number, TITLE)},
    }
    path = platform("issue", issue, "remotelink")
    write(
        connection.web,
        connection.change("POST", path, link, repeatable=True),
        lambda _: Confirmed(),
    )


def open_jira(opening: TicketOpening) -> TicketSystem:
    """Open one project."""
    options = opening.options
    if not isinstance(options, JiraOptions):
        raise TypeError("these are not the options of Jira")
    connection = connect(options.address, options.user, opening)
    return _Jira(options, connection, Issues(options, connection))
