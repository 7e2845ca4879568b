"""Looks whether a repository of GitHub can take our issues."""

from __future__ import annotations

from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.github.connection import NAME, Connection
from continuity.tickets.reading import mapping, understood


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, the repository and every label that must exist."""
    options, forge = connection.options, connection.forge
    labels = dict.fromkeys([*options.severities.values(), *options.states.values()])
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(forge.examine_account, lambda: connection.me)),
        guarded(say(N_("repository")), partial(_repository, connection)),
        *(forge.examine_label(name) for name in labels),
    )


def _repository(connection: Connection) -> Examined:
    subject, place = say(N_("repository")), connection.options.repository
    found = understood(NAME, connection.forge.read().value(), "full_name")
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
