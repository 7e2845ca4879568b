"""Looks whether a Zammad can take our tickets, and knows the words of the settings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from continuity.domain.examined import Examined, guarded, sound
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.examining import examine_words
from continuity.tickets.reading import text
from continuity.tickets.zammad.connection import NAME, Connection


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, the group, and every state and priority."""
    options = connection.options
    lists: tuple[tuple[Message, str, Iterable[str]], ...] = (
        (say(N_("group")), "groups", [options.group]),
        (say(N_("states")), "ticket_states", options.states.values()),
        (say(N_("priorities")), "ticket_priorities", options.priorities.values()),
    )
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(_account, connection)),
        *(
            guarded(subject, partial(_words, connection, subject, place, wanted))
            for subject, place, wanted in lists
        ),
    )


def _account(connection: Connection) -> Examined:
    name = connection.web.shown(text(connection.me["login"]))
    return sound(say(N_("account")), say(N_("It is {name}."), name=name))


def _words(connection: Connection, subject: Message, place: str, wanted: Iterable[str]) -> Examined:
    rows = connection.rows(place)
    known = [
        connection.web.shown(text(row.get("name")))
        for row in rows
        if row.get("active") is not False
    ]
    return examine_words(subject, NAME, wanted, known)
