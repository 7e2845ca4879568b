"""Requests to one Zammad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from continuity.domain.clock import Now
from continuity.domain.secret import Secret
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, no_complaint, path_from_parts
from continuity.tickets.hypertext import text_from_html
from continuity.tickets.reading import (
    Plain,
    listed,
    mapping,
    mapping_from_json,
    text,
    understood,
)
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.zammad.options import ZammadOptions

NAME = "Zammad"
_ROOT = ("api", "v1")
_NAMES = (("expand", "true"),)
_MOST_FOUND = "200"


def body_of_article(article: Plain) -> str:
    """The text of an article, whichever way it was written."""
    body = text(article.get("body"))
    return text_from_html(body) if article.get("content_type") == "text/html" else body


def _complaint(content: bytes) -> Complaint:
    found = mapping_from_json(content)
    line = text(found.get("error_human")) or text(found.get("error"))
    return Complaint(line=line) if line else no_complaint(content)


@dataclass(frozen=True)
class Connection:
    """One server, and who asks."""

    options: ZammadOptions
    web: Web
    now: Now

    def read(self, *parts: str, accept: tuple[int, ...] = (200,)) -> Answer:
        """Read something, with names instead of numbers."""
        ask = Ask(method="GET", path=path_from_parts(*_ROOT, *parts), query=_NAMES)
        return self.web.read(ask, accept)

    def rows(self, *parts: str) -> tuple[Plain, ...]:
        """Read a whole list."""
        return listed(NAME, self.read(*parts).value())

    def search(self, condition: Mapping[str, object]) -> tuple[Plain, ...]:
        """Find tickets in the database itself, not in the index, which lags."""
        asked = {"condition": condition, "limit": _MOST_FOUND}
        ask = self.change("POST", asked, "tickets", "search", repeatable=True)
        return listed(NAME, self.web.read(ask).value())

    def change(self, method: str, value: object, *parts: str, repeatable: bool = False) -> Ask:
        """Prepare a write."""
        return Ask(
            method=method,
            path=path_from_parts(*_ROOT, *parts),
            query=_NAMES,
            body=Body(content=json_bytes(value), media_type="application/json"),
            repeatable=repeatable,
        )

    def articles(self, id: str) -> tuple[Plain, ...]:
        """Read everything that was written into a ticket."""
        return self.rows("ticket_articles", "by_ticket", id)

    def history(self, id: str) -> Plain:
        """Read what was changed in a ticket, and by whom."""
        return understood(NAME, self.read("ticket_history", id).value(), "history")

    @cached_property
    def me(self) -> Plain:
        """The account that asks."""
        return understood(NAME, self.read("users", "me").value(), "id", "login")

    def is_me(self, login: str) -> bool:
        """Tell whether somebody is us; articles name people by login or by mail address."""
        mine = {text(self.me.get(name)).casefold() for name in ("login", "email")} - {""}
        return login.casefold() in mine


def login_of(history: Plain, id: object) -> str:
    """Find the name of a person in what comes along with a history."""
    users = mapping(mapping(history.get("assets")).get("User"))
    return text(mapping(users.get(text(id))).get("login"))


def connect(options: ZammadOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    token = opening.secrets["token"].reveal()
    site = Site(
        name=NAME,
        address=options.address,
        now=opening.now,
        headers={"Authorization": Secret(f"Token token={token}")},
        complaint=_complaint,
        hidden=(opening.secrets["token"],),
    )
    return Connection(options=options, web=Web(site), now=opening.now)
