"""Looks whether a repository of GitHub can take our issues."""

from __future__ import annotations

from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.examining import examine_label
from continuity.tickets.github.connection import NAME, Connection
from continuity.tickets.reading import mapping, understood

_NOT_FOUND = 404


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, the repository and every label that must exist."""
    options = connection.options
    labels = dict.fromkeys([*options.severities.values(), *options.states.values()])
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(_account, connection)),
        guarded(say(N_("repository")), partial(_repository, connection)),
        *(examine_label(name, partial(_has_label, connection, name)) for name in labels),
    )


def _account(connection: Connection) -> Examined:
    name = connection.web.shown(connection.me)
    return sound(say(N_("account")), say(N_("It is {name}."), name=name))


def _repository(connection: Connection) -> Examined:
    subject, place = say(N_("repository")), connection.options.repository
    found = understood(NAME, connection.read().value(), "full_name")
    if found.get("has_issues") is False or found.get("archived") is True:
        return doubtful(
            subject,
            say(N_("Nobody can make issues in {name}."), name=place),
            say(N_("Switch issues on in its settings, or name another repository.")),
        )
    rights = mapping(found.get("permissions"))
    if not (rights.get("triage") is True or rights.get("push") is True):
        return doubtful(
            subject,
            say(N_("The account may not label and close issues in {name}."), name=place),
            say(N_("Give it the role Triage, or a token that may write issues.")),
        )
    return sound(subject, say(N_("Issues can be made in {name}."), name=place))


def _has_label(connection: Connection, name: str) -> bool:
    return connection.read("labels", name, accept=(200, _NOT_FOUND)).status != _NOT_FOUND
