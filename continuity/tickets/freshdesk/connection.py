"""Requests to one Freshdesk or Freshservice."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from continuity.domain.attachment import Attachment
from continuity.domain.secret import Secret
from continuity.domain.ticket import Severity
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, multipart, path_from_parts
from continuity.tickets.freshdesk.options import FreshOptions
from continuity.tickets.hypertext import text_from_html
from continuity.tickets.reading import Plain, complaint_from_keys, listed, mapping, text
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.writing import file_name

_ROOT = ("api", "v2")
_PAGE, _MOST_PAGES = 100, 20
# Only the last thirty days are listed unless another beginning is asked for.
_EVER = "2015-01-19T02:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """In what the two differ.

    ``wrapped``: answers are objects that have the thing under its name. ``form`` has the fields of
    a ticket, ``listing`` is asked for with a list of them, and ``whole`` with one, to see its tags;
    ``weights`` are other fields that a severity has.
    """

    name: str
    wrapped: bool
    form: str
    listing: Mapping[str, str]
    whole: tuple[tuple[str, str], ...]
    attachment_bytes: int
    weights: Callable[[Severity], Mapping[str, object]] = lambda _severity: {}


def body_of_note(note: Plain) -> str:
    """The text of a note; the one without marks where it is given."""
    return text_from_html(text(note.get("body"))) or text(note.get("body_text"))


def _complaint(content: bytes) -> Complaint:
    return complaint_from_keys(content, "description", "message")


@dataclass(frozen=True)
class Connection:
    """One help desk, and who asks."""

    options: FreshOptions
    profile: Profile
    web: Web

    def read(self, *parts: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read something."""
        return self.web.read(Ask(method="GET", path=path_from_parts(*_ROOT, *parts)), accept)

    def ticket(self, id: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read a ticket with its tags."""
        path = path_from_parts(*_ROOT, "tickets", id)
        return self.web.read(Ask(method="GET", path=path, query=self.profile.whole), accept)

    def one(self, answer: Answer, name: str) -> Plain:
        """Take the thing out of an answer; an empty one when it is not there."""
        found = mapping(answer.value())
        return mapping(found.get(name)) if self.profile.wrapped else found

    def pages(
        self, name: str, *parts: str, query: tuple[tuple[str, str], ...] = ()
    ) -> Iterator[Plain]:
        """Read a list to its end, or to the two thousandth."""
        for page in range(1, _MOST_PAGES + 1):
            numbered = (*query, ("per_page", str(_PAGE)), ("page", str(page)))
            ask = Ask(method="GET", path=path_from_parts(*_ROOT, *parts), query=numbered)
            value = self.web.read(ask).value()
            found = mapping(value).get(name) if self.profile.wrapped else value
            rows = listed(self.profile.name, found)
            yield from rows
            if len(rows) < _PAGE:
                return

    def tickets(self) -> Iterator[Plain]:
        """Read all tickets of the requester, the newest first."""
        query = {
            "email": self.options.requester,
            "updated_since": _EVER,
            "order_type": "desc",
            **self.profile.listing,
        }
        # Only the first workspace is listed unless another is asked for.
        if workspace := text(self.options.fields.get("workspace_id")):
            query["workspace_id"] = workspace
        return self.pages("tickets", "tickets", query=tuple(query.items()))

    def form(self) -> tuple[Plain, ...]:
        """Read which fields a ticket has."""
        value = self.read(self.profile.form).value()
        found = mapping(value).get("ticket_fields") if self.profile.wrapped else value
        return listed(self.profile.name, found)

    def notes(self, id: str) -> Iterator[Plain]:
        """Read what was said in a ticket."""
        return self.pages("conversations", "tickets", id, "conversations")

    def change(self, method: str, value: object, *parts: str, repeatable: bool = False) -> Ask:
        """Prepare a write."""
        body = Body(content=json_bytes(value), media_type="application/json")
        path = path_from_parts(*_ROOT, *parts)
        return Ask(method=method, path=path, body=body, repeatable=repeatable)

    def upload(self, id: str, attachment: Attachment) -> Ask:
        """Prepare a file for a ticket."""
        content, media_type = multipart(
            "attachments[]", file_name(attachment.name), attachment.media_type, attachment.content
        )
        body = Body(content=content, media_type=media_type)
        return Ask(method="PUT", path=path_from_parts(*_ROOT, "tickets", id), body=body)


def connect(options: FreshOptions, profile: Profile, opening: TicketOpening, to: str) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    key: Secret = opening.secrets["key"]
    # The key is the user, and any password will do.
    swapped = Secret(f"{key.reveal()}:X")
    header = Secret(f"Basic {_base64(swapped)}")
    site = Site(
        name=profile.name,
        address=to,
        now=opening.now,
        headers={"Authorization": header},
        complaint=_complaint,
        hidden=(key, swapped),
    )
    return Connection(options=options, profile=profile, web=Web(site))


def _base64(secret: Secret) -> str:
    return base64.b64encode(secret.reveal().encode()).decode()
