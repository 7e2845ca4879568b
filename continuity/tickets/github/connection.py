"""Requests to one repository of GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Site, Web
from continuity.hosts.web_words import Complaint
from continuity.tickets.forge import Forge
from continuity.tickets.github.options import GithubOptions
from continuity.tickets.reading import complaint_from_keys, text, understood
from continuity.tickets.ticket import TicketOpening

NAME = "GitHub"


def _complaint(content: bytes) -> Complaint:
    return complaint_from_keys(content, "message")


@dataclass(frozen=True)
class Connection:
    """One repository, and who asks."""

    options: GithubOptions
    forge: Forge

    @cached_property
    def me(self) -> str:
        """The name of the account that asks."""
        answer = self.forge.web.read(Ask(method="GET", path="user"))
        return text(understood(NAME, answer.value(), "login")["login"])


def connect(options: GithubOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    token = opening.secrets["token"].reveal()
    site = Site(
        name=NAME,
        address=options.address,
        now=opening.now,
        headers={
            "Authorization": Secret(f"Bearer {token}"),
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        complaint=_complaint,
    )
    root = ("repos", *options.repository.split("/"))
    return Connection(options=options, forge=Forge(name=NAME, root=root, web=Web(site)))
