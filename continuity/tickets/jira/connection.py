"""Requests to one site of Atlassian's cloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from continuity.domain.attachment import Attachment
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, multipart, path_from_parts
from continuity.tickets.reading import (
    Plain,
    complaint_from_keys,
    listed,
    mapping,
    number,
    text,
    understood,
)
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.writing import file_name

NAME = "Jira"
PLATFORM = ("rest", "api", "3")
SERVICE = ("rest", "servicedeskapi")
_PAGE, _MOST_PAGES = 100, 20
# Without it Jira takes an upload for a forgery by a browser.
_UPLOAD = {"X-Atlassian-Token": "no-check"}


def _complaint(content: bytes) -> Complaint:
    return complaint_from_keys(content, "errorMessages", "errorMessage", "message")


@dataclass(frozen=True)
class Connection:
    """One site, and who asks."""

    address: str
    web: Web
    _categories: dict[str, str] = field(default_factory=dict)

    def read(
        self, *parts: str, query: Mapping[str, str] | None = None, accept: tuple[int, ...] = (200,)
    ) -> Answer:
        """Read something of the platform."""
        asked = tuple((query or {}).items())
        path = path_from_parts(*PLATFORM, *parts)
        return self.web.read(Ask(method="GET", path=path, query=asked), accept)

    def serve(self, *parts: str, query: Mapping[str, str] | None = None) -> Answer:
        """Read something of the service management."""
        asked = tuple((query or {}).items())
        return self.web.read(Ask(method="GET", path=path_from_parts(*SERVICE, *parts), query=asked))

    def pages(self, key: str, *parts: str) -> Iterator[Plain]:
        """Read a list that has its beginning and its size in every answer."""
        start = 0
        for _ in range(_MOST_PAGES):
            query = {"startAt": str(start), "maxResults": str(_PAGE)}
            found = mapping(self.read(*parts, query=query).value())
            rows = listed(NAME, found.get(key))
            yield from rows
            start += len(rows)
            if not rows or start >= number(found.get("total")):
                return

    def change(self, method: str, path: str, value: object, *, repeatable: bool = False) -> Ask:
        """Prepare a write of JSON."""
        body = Body(content=json_bytes(value), media_type="application/json")
        return Ask(method=method, path=path, body=body, repeatable=repeatable)

    def upload(self, path: str, attachment: Attachment) -> Ask:
        """Prepare a write of a file."""
        named = file_name(attachment.name)
        content, kind = multipart("file", named, attachment.media_type, attachment.content)
        return Ask(
            method="POST", path=path, body=Body(content=content, media_type=kind), headers=_UPLOAD
        )

    def search(self, jql: str, fields: tuple[str, ...]) -> Iterator[Plain]:
        """Search; what was made just now may be missing."""
        asked: dict[str, object] = {"jql": jql, "fields": list(fields), "maxResults": _PAGE}
        path = path_from_parts(*PLATFORM, "search", "jql")
        for _ in range(_MOST_PAGES):
            answer = self.web.read(self.change("POST", path, asked, repeatable=True))
            found = mapping(answer.value())
            yield from listed(NAME, found.get("issues"))
            token = text(found.get("nextPageToken"))
            if not token:
                return
            asked["nextPageToken"] = token

    def category(self, status: str) -> str:
        """Tell the category of a status by its id: new, indeterminate or done."""
        if status not in self._categories:
            found = mapping(self.read("status", status, accept=(200, 404)).value())
            self._categories[status] = text(mapping(found.get("statusCategory")).get("key"))
        return self._categories[status]

    @cached_property
    def myself(self) -> Plain:
        """The account that asks."""
        return understood(NAME, self.read("myself").value(), "accountId")


def platform(*parts: str) -> str:
    """Name a place of the platform."""
    return path_from_parts(*PLATFORM, *parts)


def service(*parts: str) -> str:
    """Name a place of the service management."""
    return path_from_parts(*SERVICE, *parts)


def connect(address: str, user: str, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    site = Site(
        name=NAME,
        address=address,
        now=opening.now,
        login=(user, opening.secrets["token"]),
        complaint=_complaint,
    )
    return Connection(address=address, web=Web(site))
