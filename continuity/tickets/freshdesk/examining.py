"""Looks whether a Freshdesk or Freshservice can take our tickets, and knows its numbers."""

from __future__ import annotations

from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.examining import examine_words
from continuity.tickets.freshdesk.connection import Connection
from continuity.tickets.reading import Plain, mapping, mappings, number, text

# What a new ticket is given in any case.
_OURS = {"requester", "subject", "description", "status", "priority", "source", "company"}
_OURS |= {"urgency", "impact"}
_IN_FORM = {"type": "ticket_type", "group_id": "group", "responder_id": "agent"}


def examine(connection: Connection, address: str) -> tuple[Examined, ...]:
    """Look at the account, the fields that must be given, and every number."""
    options = connection.options
    return (
        examine_way(address),
        guarded(say(N_("tickets")), partial(_tickets, connection)),
        guarded(say(N_("statuses")), partial(_statuses, connection)),
        guarded(say(N_("fields")), partial(_fields, connection)),
        guarded(say(N_("fields on ending")), partial(_ending, connection)),
        *(
            [guarded(say(N_("field for the marker")), partial(_marker_field, connection))]
            if options.marker_field
            else []
        ),
    )


def _tickets(connection: Connection) -> Examined:
    next(iter(connection.tickets()), None)
    return sound(say(N_("tickets")), say(N_("They can be read.")))


def _statuses(connection: Connection) -> Examined:
    subject = say(N_("statuses"))
    for field in connection.form():
        if text(field.get("name")) == "status":
            known = _numbers(field.get("choices"))
            wanted = map(str, connection.options.statuses.values())
            return examine_words(subject, connection.profile.name, wanted, known)
    return doubtful(
        subject,
        say(N_("The account cannot see what there is to choose.")),
        say(N_("Give it a role that may see the fields of tickets.")),
    )


def _numbers(choices: object) -> list[str]:
    """Freshdesk has an object with numbers as names, Freshservice a list of objects."""
    listed = [text(one.get("id")) for one in mappings(choices)]
    return listed or [name for name in map(str, mapping(choices)) if number(name)]


def _fields(connection: Connection) -> Examined:
    options, form = connection.options, connection.form()
    subject, known = say(N_("fields")), {text(one.get("name")) for one in form}
    own = set(mapping(options.fields.get("custom_fields")))
    if own - known:
        return examine_words(subject, connection.profile.name, own, known)
    given = {*_OURS, *_names(options.fields), options.marker_field}
    missing = _missing(form, "required_for_agents", given)
    return _given(connection, subject, missing, say(N_("Give them values under fields.")))


def _ending(connection: Connection) -> Examined:
    options, form = connection.options, connection.form()
    given = {*_OURS, *_names(options.fields), *_names(options.ending_fields)}
    missing = _missing(form, "required_for_closure", given)
    remedy = say(N_("Give them values under ending_fields."))
    return _given(connection, say(N_("fields on ending")), missing, remedy)


def _missing(form: tuple[Plain, ...], rule: str, given: set[str]) -> list[str]:
    needed = (text(one.get("name")) for one in form if one.get(rule) is True)
    return sorted(name for name in needed if name not in given)


def _given(
    connection: Connection, subject: Message, missing: list[str], remedy: Message
) -> Examined:
    if not missing:
        return sound(subject, say(N_("Everything that is asked for is given.")))
    fields = connection.web.shown(", ".join(missing))
    return doubtful(
        subject,
        say(
            N_("{name} needs fields that the settings do not give: {fields}"),
            name=connection.profile.name,
            fields=fields,
        ),
        remedy,
    )


def _names(fields: Plain) -> set[str]:
    """The names of fields in the form, which calls some of them differently."""
    own = set(mapping(fields.get("custom_fields")))
    return own | {_IN_FORM.get(name, name) for name in fields}


def _marker_field(connection: Connection) -> Examined:
    known = (text(one.get("name")) for one in connection.form())
    wanted = [connection.options.marker_field]
    return examine_words(say(N_("field for the marker")), connection.profile.name, wanted, known)
