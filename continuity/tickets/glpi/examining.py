"""Looks whether a GLPI can take our tickets, and tells the time that the settings say."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.glpi.connection import NAME, NOT_FOUND, Connection
from continuity.tickets.reading import mapping, text

_FARTHEST = timedelta(minutes=10)


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, its profile, the clock and everything that is named by number."""
    options = connection.options
    numbers = {
        "Entity": options.entity,
        "ITILCategory": options.category,
        "User": options.requester,
        "Group": options.group,
    }
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(_account, connection)),
        guarded(say(N_("clock")), partial(_clock, connection)),
        guarded(say(N_("tickets")), partial(_tickets, connection)),
        *(
            guarded(say("{thing}", thing=thing), partial(_exists, connection, thing, id))
            for thing, id in numbers.items()
            if id is not None
        ),
    )


def _account(connection: Connection) -> Examined:
    subject, session = say(N_("account")), connection.session
    profile = mapping(session.get("glpiactiveprofile"))
    if profile.get("interface") != "central":
        return doubtful(
            subject,
            say(N_("Its profile is one for people who only ask for help.")),
            say(N_("Give it a profile with the standard interface, such as Technician.")),
        )
    name = connection.web.shown(text(session.get("glpiname")))
    return sound(subject, say(N_("It is {name}."), name=name))


def _clock(connection: Connection) -> Examined:
    told = connection.session.get("glpi_currenttime")
    if abs(connection.at(told) - connection.now()) > _FARTHEST:
        return doubtful(
            say(N_("clock")),
            say(
                N_("It tells {time}, which is not the time in {zone}."),
                time=connection.web.shown(text(told)),
                zone=connection.options.zone,
            ),
            say(N_("Write its time zone under zone, or set its clock.")),
        )
    return sound(say(N_("clock")), say(N_("It tells the time of its zone.")))


def _tickets(connection: Connection) -> Examined:
    connection.search(connection.search_fields.get("Ticket.content", "21"), "continuity-")
    return sound(say(N_("tickets")), say(N_("They can be read.")))


def _exists(connection: Connection, thing: str, id: int) -> Examined:
    subject = say("{thing}", thing=thing)
    if connection.read(thing, str(id), missing=True).status == NOT_FOUND:
        return doubtful(
            subject,
            say(N_("{name} has none with the number {number}."), name=NAME, number=id),
            say(N_("Write the number that its address ends with.")),
        )
    return sound(subject, say(N_("It exists.")))
