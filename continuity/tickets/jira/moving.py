"""Brings an issue of Jira to another status, by whatever way its project has."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.delivery import Confirmed, Outcome, Rejected
from continuity.domain.text import N_, say
from continuity.domain.ticket import TicketRef, TicketState
from continuity.hosts.web_answer import Answer
from continuity.hosts.web_writes import write
from continuity.tickets.jira.connection import NAME, Connection, platform
from continuity.tickets.jira.options import AtlassianOptions
from continuity.tickets.reading import Plain, listed, mapping, mappings, text, understood

NEW, UNDER_WAY, DONE = "new", "indeterminate", "done"
_CATEGORIES = {
    TicketState.OPEN: (NEW, UNDER_WAY),
    TicketState.IN_PROGRESS: (UNDER_WAY, NEW),
    TicketState.ON_HOLD: (),
    TicketState.MITIGATED: (),
    TicketState.RESOLVED: (DONE,),
    TicketState.CLOSED: (DONE,),
    TicketState.CANCELLED: (DONE,),
    TicketState.DUPLICATE: (DONE,),
}


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A transition that the project offers now."""

    id: str
    name: str
    to: str
    category: str
    fields: Plain


def category_of(status: Plain) -> str:
    """Tell the category that comes with a status."""
    return text(mapping(status.get("statusCategory")).get("key"))


def bring(
    connection: Connection, options: AtlassianOptions, ref: TicketRef, to: TicketState
) -> Outcome:
    """Move an issue; one that is there already, or need not go anywhere, stays."""
    there = Confirmed(id=ref.id, key=ref.key, url=ref.url)
    answer = connection.read("issue", ref.id, query={"fields": "status"})
    issue = understood(NAME, answer.value(), "fields")
    status = mapping(mapping(issue["fields"]).get("status"))
    wanted = options.status(to)
    if _is_there(status, wanted, to):
        return there
    query = {"expand": "transitions.fields"}
    offered = mapping(connection.read("issue", ref.id, "transitions", query=query).value())
    way = _choose(_ways(offered), wanted, to)
    if way is None:
        needless = not wanted and DONE not in (category_of(status), *_CATEGORIES[to])
        return there if needless else _no_way(text(status.get("name")), wanted or to.value)
    fields = _fields(way, options, to)
    if isinstance(fields, Rejected):
        return fields
    asked = {"transition": {"id": way.id}, **({"fields": fields} if fields else {})}
    path = platform("issue", ref.id, "transitions")
    # Moving looks first, so that a second try finds it where it is to be.
    ask = connection.change("POST", path, asked, repeatable=True)

    def moved(_: Answer) -> Outcome:
        return there

    return write(connection.web, ask, moved)


def _is_there(status: Plain, wanted: str, to: TicketState) -> bool:
    if wanted:
        return text(status.get("name")).casefold() == wanted.casefold()
    categories = _CATEGORIES[to]
    return not categories or category_of(status) == categories[0]


def _ways(offered: Plain) -> tuple[_Way, ...]:
    return tuple(
        _Way(
            id=text(one.get("id")),
            name=text(one.get("name")),
            to=text(mapping(one.get("to")).get("name")),
            category=category_of(mapping(one.get("to"))),
            fields=mapping(one.get("fields")),
        )
        for one in listed(NAME, offered.get("transitions"))
    )


def _choose(ways: tuple[_Way, ...], wanted: str, to: TicketState) -> _Way | None:
    if wanted:
        named = wanted.casefold()
        return next(
            (way for way in ways if named in {way.to.casefold(), way.name.casefold()}), None
        )
    for category in _CATEGORIES[to]:
        fitting = [way for way in ways if way.category == category]
        if fitting:
            # The one that asks for least.
            return min(fitting, key=lambda way: len(_required(way)))
    return None


def _required(way: _Way) -> list[str]:
    return [
        name
        for name, field in way.fields.items()
        if mapping(field).get("required") is True
        and mapping(field).get("hasDefaultValue") is not True
    ]


def _fields(way: _Way, options: AtlassianOptions, to: TicketState) -> dict[str, object] | Rejected:
    """Fill in what the way asks for."""
    given: dict[str, object] = {
        name: value for name, value in options.ending_fields.items() if name in way.fields
    }
    resolution = mapping(way.fields.get("resolution"))
    allowed = {text(one.get("name")) for one in mappings(resolution.get("allowedValues"))}
    if options.resolution(to) in allowed:
        given["resolution"] = {"name": options.resolution(to)}
    missing = [name for name in _required(way) if name not in given]
    if not missing:
        return given
    reason = say(
        N_("{name} asks for fields to go to {status} that the settings do not give: {fields}"),
        name=NAME,
        status=way.to,
        fields=", ".join(missing),
    )
    return Rejected(reason=reason, fields=tuple(missing))


def _no_way(now: str, wanted: str) -> Rejected:
    return Rejected(
        reason=say(
            N_("{name} has no way from {status} to {target} for this account."),
            name=NAME,
            status=now,
            target=wanted,
        ),
        fields=("status",),
    )
