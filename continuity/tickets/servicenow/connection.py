"""Requests to one instance of ServiceNow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from continuity.domain.attachment import Attachment
from continuity.domain.clock import Now
from continuity.domain.failure import UnreachableError
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Body, Site, Web
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_words import Complaint, json_bytes, no_complaint, path_from_parts
from continuity.tickets.reading import Plain, listed, mapping, mapping_from_json, text
from continuity.tickets.servicenow.options import ServiceNowOptions
from continuity.tickets.servicenow.token import Token
from continuity.tickets.ticket import TicketOpening
from continuity.tickets.writing import file_name

NAME = "ServiceNow"
_OK, _PARTIAL, _NOT_FOUND = 200, 206, 404
_PAGE, _MOST_PAGES = 200, 20
_NO_WORD = re.compile(r"[^A-Za-z0-9_.@ -]")
_FIELD = re.compile(r"\b(?:[a-z]+_)+[a-z]+\b")
# The value for programs and the words for people, of every field, without addresses of records.
_SHOWN = {"sysparm_display_value": "all", "sysparm_exclude_reference_link": "true"}


def word(value: str) -> str:
    """Take out what could end a condition of a query."""
    return _NO_WORD.sub("", value)


def value_of(row: Plain, name: str) -> str:
    """The value of a field, for programs."""
    found = row.get(name)
    return text(mapping(found).get("value")) if isinstance(found, dict) else text(found)


def shown_of(row: Plain, name: str) -> str:
    """The value of a field, as people see it."""
    found = row.get(name)
    return text(mapping(found).get("display_value")) if isinstance(found, dict) else text(found)


def _complaint(content: bytes) -> Complaint:
    error = mapping(mapping_from_json(content).get("error"))
    line = " ".join(part for key in ("message", "detail") if (part := text(error.get(key))))
    if not line:
        return no_complaint(content)
    return Complaint(line=line, fields=tuple(dict.fromkeys(_FIELD.findall(line))))


@dataclass(frozen=True)
class Connection:
    """One instance, and who asks."""

    options: ServiceNowOptions
    web: Web
    now: Now

    def rows(self, table: str, query: str, *fields: str) -> list[Plain]:
        """Read the rows of a table to their end, or to the four thousandth.

        Raises UnreachableError when only a part of them came.
        """
        rows: list[Plain] = []
        for page in range(_MOST_PAGES):
            asked = {
                "sysparm_query": query,
                "sysparm_fields": ",".join(fields),
                "sysparm_limit": str(_PAGE),
                "sysparm_offset": str(page * _PAGE),
            }
            found = self._whole(_table(table), asked)
            rows += found
            if len(found) < _PAGE:
                break
        return rows

    def files(self, query: str) -> list[Plain]:
        """Read what is known of files."""
        path = path_from_parts("api", "now", "attachment")
        return self._whole(path, {"sysparm_query": query, "sysparm_limit": str(_PAGE)})

    def _whole(self, path: str, asked: Mapping[str, str]) -> list[Plain]:
        ask = Ask(method="GET", path=path, query=tuple({**_SHOWN, **asked}.items()))
        answer = self.web.read(ask, accept=(_OK, _PARTIAL))
        found = mapping(answer.value())
        # One that ran out of time is said to have worked, with an error at its end.
        if answer.status == _PARTIAL or "error" in found:
            raise UnreachableError(say(N_("{name} answered only a part."), name=NAME))
        return list(listed(NAME, found.get("result")))

    def incident(self, id: str, *fields: str) -> Answer:
        """Read one incident; 404 when it is not there, or not for us."""
        query = {**_SHOWN, "sysparm_fields": ",".join(fields)}
        path = _table("incident", id)
        ask = Ask(method="GET", path=path, query=tuple(query.items()))
        return self.web.read(ask, accept=(_OK, _NOT_FOUND))

    def change(
        self, method: str, fields: Mapping[str, str], *parts: str, repeatable: bool = False
    ) -> Ask:
        """Prepare a write of an incident."""
        return Ask(
            method=method,
            path=_table("incident", *parts),
            query=tuple(_SHOWN.items()),
            body=Body(content=json_bytes(fields), media_type="application/json"),
            repeatable=repeatable,
        )

    def upload(self, id: str, attachment: Attachment) -> Ask:
        """Prepare a write of a file."""
        return Ask(
            method="POST",
            path=path_from_parts("api", "now", "attachment", "file"),
            query=(
                ("table_name", "incident"),
                ("table_sys_id", id),
                ("file_name", file_name(attachment.name)),
            ),
            body=Body(content=attachment.content, media_type=attachment.media_type),
        )


def _table(name: str, *parts: str) -> str:
    return path_from_parts("api", "now", "table", name, *parts)


def connect(options: ServiceNowOptions, opening: TicketOpening) -> Connection:
    """Prepare a connection; nothing is asked yet."""
    secret = opening.secrets["password"]
    site = Site(name=NAME, address=options.address, now=opening.now, complaint=_complaint)
    if options.login == "password":
        site = replace(site, login=(options.user, secret))
    elif options.login == "api-key":
        site = replace(site, headers={"x-sn-apikey": secret})
    else:
        token = Token(
            web=Web(replace(site, hidden=(secret,))), client=options.client, secret=secret
        )
        site = replace(site, session=token)
    return Connection(options=options, web=Web(site), now=opening.now)
