"""Looks whether a service desk of Jira can take our requests."""

from __future__ import annotations

from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.jira.connection import NAME, Connection
from continuity.tickets.jira.examining import (
    examine_account,
    examine_maps,
    examine_rights,
    unknown,
)
from continuity.tickets.jira_service.desk import ServiceDesk
from continuity.tickets.jira_service.options import JiraServiceOptions
from continuity.tickets.reading import Plain, mappings, text

_OURS = frozenset({"summary", "description"})


def examine_desk(connection: Connection, options: JiraServiceOptions) -> tuple[Examined, ...]:
    """Look at the account, its rights, the request type, its fields and every map."""
    desk = ServiceDesk(options, connection)
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(examine_account, connection)),
        guarded(say(N_("rights")), partial(examine_rights, connection, options.desk)),
        guarded(say(N_("fields")), partial(_fields, desk)),
        *examine_maps(connection, options, options.desk),
    )


def _fields(desk: ServiceDesk) -> Examined:
    subject, options = say(N_("fields")), desk.options
    there = {text(one.get("fieldId")): one for one in desk.fields()}
    given = [*options.fields, *(["priority"] if options.priorities else []), *_OURS]
    strange = [name for name in given if name not in there]
    if strange:
        return unknown(subject, ", ".join(sorted(strange)), there)
    allowed = _labels(there.get("priority", {}))
    impossible = sorted({name for name in options.priorities.values() if name not in allowed})
    if impossible:
        return unknown(subject, ", ".join(impossible), allowed)
    missing = [
        name for name, one in there.items() if one.get("required") is True and name not in given
    ]
    if missing:
        return doubtful(
            subject,
            say(
                N_("{name} needs fields that the settings do not give: {fields}"),
                name=NAME,
                fields=", ".join(sorted(missing)),
            ),
            say(N_("Give them values under fields.")),
        )
    return sound(subject, say(N_("Everything that a new request needs is given.")))


def _labels(field: Plain) -> list[str]:
    return [text(one.get("label")) for one in mappings(field.get("validValues"))]
