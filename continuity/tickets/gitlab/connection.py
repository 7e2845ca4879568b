"""Requests to one project of GitLab."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from continuity.domain.attachment import Attachment
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_words import Complaint, multipart, path_from_parts
from continuity.tickets.forge import Forge
from continuity.tickets.gitlab.options import GitlabOptions
from continuity.tickets.reading import (
    mapping,
    mapping_from_json,
    text,
    texts,
    understood,
)
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.writing import file_name

NAME = "GitLab"
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
    forge: Forge

    def upload(self, attachment: Attachment) -> Ask:
        """Prepare a file, which nobody sees before a note shows it."""
        content, media_type = multipart(
            "file", file_name(attachment.name), attachment.media_type, attachment.content
        )
        body = Body(content=content, media_type=media_type)
        return Ask(method="POST", path=self.forge.path("uploads"), body=body, repeatable=True)

    @cached_property
    def me(self) -> str:
        """The name of the account that asks."""
        answer = self.forge.web.read(Ask(method="GET", path=path_from_parts(*_ROOT, "user")))
        return text(understood(NAME, answer.value(), "username")["username"])


def connect(options: GitlabOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    site = Site(
        name=NAME,
        address=options.address,
        now=opening.now,
        headers={"PRIVATE-TOKEN": opening.secrets["token"]},
        complaint=_complaint,
    )
    root = (*_ROOT, "projects", options.project)
    return Connection(options=options, forge=Forge(name=NAME, root=root, web=Web(site)))
