"""Requests to one GLPI, by the REST interface that all its versions since 9.1 have."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from continuity.domain.attachment import Attachment
from continuity.domain.clock import Now
from continuity.domain.failure import UnreachableError
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import (
    Complaint,
    json_bytes,
    multipart,
    no_complaint,
    path_from_parts,
)
from continuity.tickets.glpi.options import GlpiOptions
from continuity.tickets.glpi.session import Session
from continuity.tickets.hypertext import text_from_html
from continuity.tickets.reading import Plain, listed, mapping, moment, number, text, understood
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.writing import file_name

NAME = "GLPI"
OK, PARTIAL, NOT_FOUND = 200, 206, 404
_PAGE, _MOST_PAGES = 50, 40
_ENCODED = ("&lt;", "&#60;")


def text_of(row: Plain, name: str = "content") -> str:
    """Read a text, which some versions give as HTML and others as HTML that is escaped."""
    content = text(row.get(name))
    return text_from_html(html.unescape(content) if content.startswith(_ENCODED) else content)


def _complaint(content: bytes) -> Complaint:
    """Read an error: a list of its name and words."""
    answer = Answer(status=0, headers={}, content=content).value()
    if not isinstance(answer, list):
        return no_complaint(content)
    words = [one for one in answer if isinstance(one, str)]
    return Complaint(line=text_from_html(": ".join(words)))


@dataclass(frozen=True)
class Connection:
    """One server, and who asks."""

    options: GlpiOptions
    web: Web
    now: Now

    def read(
        self, *parts: str, query: Mapping[str, str] | None = None, missing: bool = False
    ) -> Answer:
        """Read something; with ``missing`` it may be that there is no such thing."""
        path = path_from_parts(*parts)
        ask = Ask(method="GET", path=path, query=tuple((query or {}).items()))
        return self.web.read(ask, (OK, PARTIAL, NOT_FOUND) if missing else (OK, PARTIAL))

    def rows(self, *parts: str) -> list[Plain]:
        """Read a list to its end, or to the two thousandth."""
        rows: list[Plain] = []
        for page in range(_MOST_PAGES):
            answer = self.read(*parts, query=_range(page))
            rows += listed(NAME, answer.value())
            if len(rows) >= _whole(answer, len(rows)):
                break
        return rows

    def search(self, field: str, value: str) -> list[str]:
        """Find the numbers of tickets in which a field contains something."""
        found: list[str] = []
        for page in range(_MOST_PAGES):
            asked = {
                "criteria[0][field]": field,
                "criteria[0][searchtype]": "contains",
                "criteria[0][value]": value,
                "forcedisplay[0]": "2",
                **_range(page),
            }
            answer = understood(
                NAME, self.read("search", "Ticket", query=asked).value(), "totalcount"
            )
            data = answer.get("data", [])
            # The first versions give an object with the rows under their numbers.
            rows = list(data.values()) if isinstance(data, dict) else data
            found += [text(row.get("2")) for row in listed(NAME, rows)]
            if len(found) >= number(answer["totalcount"]):
                return found
            if not rows:
                raise UnreachableError(say(N_("{name} answered only a part."), name=NAME))
        return found

    @cached_property
    def search_fields(self) -> Mapping[str, str]:
        """The numbers of what tickets can be searched by; they differ between versions."""
        answer = understood(NAME, self.read("listSearchOptions", "Ticket").value())
        return {
            text(mapping(one).get("uid")): key for key, one in answer.items() if key.isdecimal()
        }

    @cached_property
    def session(self) -> Plain:
        """The session that asks: user, profile, time."""
        found = understood(NAME, self.read("getFullSession").value(), "session")
        return understood(NAME, found["session"], "glpiID")

    @property
    def me(self) -> str:
        """The number of the user who asks."""
        return text(self.session["glpiID"])

    def at(self, value: object) -> datetime:
        """Read a time, which is told without its zone."""
        read = moment(value)
        try:
            return read.replace(tzinfo=ZoneInfo(self.options.zone)).astimezone(UTC)
        except OverflowError:
            return read

    def change(
        self, method: str, fields: Mapping[str, object], *parts: str, repeatable: bool = False
    ) -> Ask:
        """Prepare a write."""
        body = Body(content=json_bytes({"input": fields}), media_type="application/json")
        path = path_from_parts(*parts)
        return Ask(method=method, path=path, body=body, repeatable=repeatable)

    def upload(self, id: str, attachment: Attachment) -> Ask:
        """Prepare a file for a ticket."""
        named = file_name(attachment.name)
        about = {"name": named, "_filename": [named], "itemtype": "Ticket", "items_id": id}
        content, media_type = multipart(
            "filename[0]",
            named,
            attachment.media_type,
            attachment.content,
            ("uploadManifest", json_bytes({"input": about})),
        )
        body = Body(content=content, media_type=media_type)
        return Ask(method="POST", path="Document", body=body)


def _range(page: int) -> dict[str, str]:
    return {"range": f"{page * _PAGE}-{page * _PAGE + _PAGE - 1}"}


def _whole(answer: Answer, seen: int) -> int:
    """How many there are; where nothing is said, what was seen is all."""
    said = answer.headers.get("content-range", "").rpartition("/")[2]
    if not said and answer.status == PARTIAL:
        raise UnreachableError(say(N_("{name} answered only a part."), name=NAME))
    return number(said) if said else seen


def connect(options: GlpiOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    app = opening.secrets.get("app-token")
    token = opening.secrets["user-token"]
    site = Site(
        name=NAME,
        address=f"{options.address.rstrip('/')}/apirest.php",
        now=opening.now,
        headers={} if app is None else {"App-Token": app},
        complaint=_complaint,
        hidden=(token,),
    )
    session = Session(web=Web(site), token=token)
    web = Web(replace(site, session=session))
    return Connection(options=options, web=web, now=opening.now)
