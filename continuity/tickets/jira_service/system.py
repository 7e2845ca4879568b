"""One service desk of Jira as a ticket system: requests for customers, worked on as issues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from continuity.domain.attachment import Attachment
from continuity.domain.delivery import Confirmed, Outcome
from continuity.domain.examined import Examined
from continuity.domain.ticket import RemoteChange, RemoteTicket, TicketDraft, TicketRef, TicketState
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import attempted, write
from continuity.tickets.jira.adf import document_from_text
from continuity.tickets.jira.connection import Connection, connect, platform, service
from continuity.tickets.jira.issues import LARGEST_FILE, TEXT, TITLE, Issues
from continuity.tickets.jira.system import link_back
from continuity.tickets.jira_service.desk import ServiceDesk
from continuity.tickets.jira_service.examining import examine_desk
from continuity.tickets.jira_service.options import JiraServiceOptions
from continuity.tickets.reading import mapping, mappings, text
from continuity.tickets.ticket import Abilities, TicketOpening, TicketSystem
from continuity.tickets.writing import body_of, label_of, one_line


@dataclass(frozen=True)
class _JiraService:
    options: JiraServiceOptions
    connection: Connection
    desk: ServiceDesk
    issues: Issues

    @property
    def abilities(self) -> Abilities:
        return Abilities(lagging_find=True, attachment_bytes=LARGEST_FILE, clocks=True)

    def probe(self) -> tuple[Examined, ...]:
        return examine_desk(self.connection, self.options)

    def create(self, draft: TicketDraft) -> Outcome:
        return attempted(lambda: self._create(draft))

    def _create(self, draft: TicketDraft) -> Outcome:
        values: dict[str, object] = {
            **self.options.fields,
            "summary": one_line(draft.title, TITLE),
            "description": document_from_text(body_of(draft, TEXT)),
        }
        if draft.severity in self.options.priorities:
            values["priority"] = {"name": self.options.priorities[draft.severity]}
        request: dict[str, object] = {
            "serviceDeskId": self.desk.id,
            "requestTypeId": self.desk.type_id,
            "requestFieldValues": values,
            "isAdfRequest": True,
        }
        if self.options.requester:
            request["raiseOnBehalfOf"] = self.options.requester
        ask = self.connection.change("POST", service("request"), request)
        outcome = write(self.connection.web, ask, self._made)
        if isinstance(outcome, Confirmed):
            self._label(outcome.id, draft)
        return outcome

    def _made(self, answer: Answer) -> Outcome | None:
        made = mapping(answer.value())
        ref = self.issues.ref({"id": made.get("issueId"), "key": made.get("issueKey")})
        return Confirmed(id=ref.id, key=ref.key, url=ref.url) if ref.id and ref.key else None

    def _label(self, issue: str, draft: TicketDraft) -> None:
        """Add what the form does not have; the text has the marker too, so it may fail."""
        labels = [{"add": label} for label in (draft.marker, *map(label_of, draft.labels))]
        update = {"update": {"labels": labels}}
        ask = self.connection.change("PUT", platform("issue", issue), update, repeatable=True)
        write(self.connection.web, ask, lambda _: Confirmed())
        if draft.url:
            link_back(self.connection, issue, draft)

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        return self.issues.find(marker)

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        return self.issues.comment(ref, text, key)

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        return self.issues.move(ref, to, note)

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        return attempted(lambda: self._attach(ref, attachment))

    def _attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        there = self.issues.attached(ref, attachment)
        if there is not None:
            return there
        path = service("servicedesk", self.desk.id, "attachTemporaryFile")
        # What is only laid down is thrown away again if nobody takes it.
        laid = replace(self.connection.upload(path, attachment), repeatable=True)
        outcome = write(self.connection.web, laid, _laid_down)
        if not isinstance(outcome, Confirmed):
            return outcome
        taken = {"temporaryAttachmentIds": [outcome.id], "public": False}
        path = service("request", ref.id, "attachment")
        ask = self.connection.change("POST", path, taken)
        return write(self.connection.web, ask, lambda _: outcome)

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        ticket = self.issues.fetch(ref)
        return ticket if ticket.gone else replace(ticket, clocks=self.desk.clocks(ref))

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        return self.issues.changes_since(moment, refs)


def _laid_down(answer: Answer) -> Outcome | None:
    laid = mappings(mapping(answer.value()).get("temporaryAttachments"))
    id = text(laid[0].get("temporaryAttachmentId")) if laid else ""
    return Confirmed(id=id) if id else None


def open_desk(opening: TicketOpening) -> TicketSystem:
    """Open one service desk."""
    options = opening.options
    if not isinstance(options, JiraServiceOptions):
        raise TypeError("these are not the options of Jira Service Management")
    connection = connect(options.address, options.user, opening)
    desk = ServiceDesk(options, connection)
    return _JiraService(options, connection, desk, Issues(options, connection))
