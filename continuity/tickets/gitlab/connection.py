"""Requests to one project of GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, multipart, path_from_parts
from continuity.tickets.gitlab.options import GitlabOptions
from continuity.tickets.reading import (
    Plain,
    listed,
    mapping,
    mapping_from_json,
    text,
    texts,
    understood,
)
from continuity.tickets.ticket import Attachment, TicketOpening
from continuity.tickets.writing import file_name

NAME = "GitLab"
_PAGE, _MOST_PAGES = 100, 20
_ROOT = ("api", "v4")


def _complaint(content: bytes) -> Complaint:
    """Read an error: words, or what is wrong with each field."""
    found = mapping_from_json(content)
    fields = {
        str(name): " ".join(texts(why)) or text(why)
        for name, why in mapping(found.get("message")).items()
    }
    lines = [text(found.get("message")), text(found.get("error"))]
    lines += [f"{name}: {why}" for name, why in fields.items()]
    return Complaint(line=" ".join(line for line in lines if line), fields=tuple(fields))


@dataclass(frozen=True)
class Connection:
    """One project, and who asks."""

    options: GitlabOptions
    web: Web

    def read(self, *parts: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read something of the project."""
        return self.web.read(Ask(method="GET", path=self._path(*parts)), accept)

    def pages(self, *parts: str, query: tuple[tuple[str, str], ...] = ()) -> Iterator[Plain]:
        """Read a list to its end, or to the two thousandth."""
        for page in range(1, _MOST_PAGES + 1):
            numbered = (*query, ("per_page", str(_PAGE)), ("page", str(page)))
            answer = self.web.read(Ask(method="GET", path=self._path(*parts), query=numbered))
            found = listed(NAME, answer.value())
            yield from found
            if len(found) < _PAGE:
                return

    def change(self, method: str, value: object, *parts: str, repeatable: bool = False) -> Ask:
        """Prepare a write."""
        body = Body(content=json_bytes(value), media_type="application/json")
        return Ask(method=method, path=self._path(*parts), body=body, repeatable=repeatable)

    def upload(self, attachment: Attachment) -> Ask:
        """Prepare a file, which nobody sees before a note shows it."""
        content, media_type = multipart(
            "file", file_name(attachment.name), attachment.media_type, attachment.content
        )
        body = Body(content=content, media_type=media_type)
        return Ask(method="POST", path=self._path("uploads"), body=body, repeatable=True)

    @cached_property
    def me(self) -> str:
        """The name of the account that asks."""
        answer = self.web.read(Ask(method="GET", path=path_from_parts(*_ROOT, "user")))
        return text(understood(NAME, answer.value(), "username")["username"])

    def _path(self, *parts: str) -> str:
        return path_from_parts(*_ROOT, "projects", self.options.project, *parts)


def connect(options: GitlabOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    site = Site(
        name=NAME,
        address=options.address,
        now=opening.now,
        headers={"PRIVATE-TOKEN": opening.secrets["token"]},
        complaint=_complaint,
    )
    return Connection(options=options, web=Web(site))
