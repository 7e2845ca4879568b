"""Requests to one repository of GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, path_from_parts
from continuity.tickets.github.options import GithubOptions
from continuity.tickets.reading import Plain, complaint_from_keys, listed, text, understood
from continuity.tickets.ticket import TicketOpening

NAME = "GitHub"
_PAGE, _MOST_PAGES = 100, 20


def _complaint(content: bytes) -> Complaint:
    return complaint_from_keys(content, "message")


@dataclass(frozen=True)
class Connection:
    """One repository, and who asks."""

    options: GithubOptions
    web: Web

    def read(self, *parts: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read something of the repository."""
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

    @cached_property
    def me(self) -> str:
        """The name of the account that asks."""
        answer = self.web.read(Ask(method="GET", path="user"))
        return text(understood(NAME, answer.value(), "login")["login"])

    def _path(self, *parts: str) -> str:
        return path_from_parts("repos", *self.options.repository.split("/"), *parts)


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
    return Connection(options=options, web=Web(site))
