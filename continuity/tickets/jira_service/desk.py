"""One service desk of Jira: its number, its request types, their fields, its clocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from continuity.domain.failure import AuthenticationError
from continuity.domain.text import N_, say
from continuity.domain.ticket import RemoteClock, TicketRef
from continuity.hosts.web_answer import RefusedError
from continuity.tickets.jira.connection import NAME, Connection
from continuity.tickets.jira_service.options import JiraServiceOptions
from continuity.tickets.reading import Plain, listed, mapping, mappings, number, text

_PAGE, _MOST_PAGES = 50, 40
_NOT_FOUND = 404


@dataclass(frozen=True)
class ServiceDesk:
    """A desk and a request type that are named, and looked up once."""

    options: JiraServiceOptions
    connection: Connection

    @cached_property
    def id(self) -> str:
        """The desk's number. Raises RefusedError."""
        wanted = self.options.desk
        for one in self._pages("servicedesk"):
            if one.get("projectKey") == wanted:
                return text(one.get("id"))
        raise _unknown(wanted)

    @cached_property
    def type_id(self) -> str:
        """The request type's number. Raises RefusedError."""
        wanted = self.options.request_type
        for one in self._pages("servicedesk", self.id, "requesttype"):
            if text(one.get("name")).casefold() == wanted.casefold():
                return text(one.get("id"))
        raise _unknown(wanted)

    def fields(self) -> tuple[Plain, ...]:
        """What the request type asks for."""
        place = ("servicedesk", self.id, "requesttype", self.type_id, "field")
        answer = mapping(self.connection.serve(*place).value())
        return listed(NAME, answer.get("requestTypeFields"))

    def clocks(self, ref: TicketRef) -> tuple[RemoteClock, ...]:
        """Read the service levels; none where the account is no agent."""
        try:
            return tuple(_clock(one) for one in self._pages("request", ref.id, "sla"))
        except (RefusedError, AuthenticationError):
            return ()

    def _pages(self, *parts: str) -> Iterator[Plain]:
        start = 0
        for _ in range(_MOST_PAGES):
            query = {"start": str(start), "limit": str(_PAGE)}
            found = mapping(self.connection.serve(*parts, query=query).value())
            rows = listed(NAME, found.get("values"))
            yield from rows
            start += len(rows)
            if not rows or found.get("isLastPage") is not False:
                return


def _unknown(what: str) -> RefusedError:
    return RefusedError(
        say(N_("{name} does not know: {what}"), name=NAME, what=what), status=_NOT_FOUND
    )


def _clock(metric: Plain) -> RemoteClock:
    ongoing = mapping(metric.get("ongoingCycle"))
    if ongoing:
        left = timedelta(milliseconds=number(mapping(ongoing.get("remainingTime")).get("millis")))
        return RemoteClock(
            name=text(metric.get("name")),
            breached=ongoing.get("breached") is True,
            paused=ongoing.get("paused") is True,
            remaining=left,
        )
    done = mappings(metric.get("completedCycles"))
    return RemoteClock(
        name=text(metric.get("name")),
        breached=any(one.get("breached") is True for one in done),
        paused=False,
        remaining=None,
    )
