"""Looks whether an instance of ServiceNow can take our incidents."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.servicenow.connection import NAME, Connection, shown_of, value_of, word


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, the journal, and every value of a choice list."""
    options = connection.options
    weights = [weight.split("/") for weight in options.severities.values()]
    choices = {
        "state": options.states.values(),
        "close_code": options.close_codes.values(),
        "hold_reason": [options.hold_reason] if "on-hold" in options.states else [],
        "impact": [impact for impact, _ in weights],
        "urgency": [urgency for _, urgency in weights],
    }
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(_account, connection)),
        guarded(say(N_("incidents")), partial(_incidents, connection)),
        guarded(say(N_("notes")), partial(_notes, connection)),
        *(
            guarded(_list_of(name), partial(_choice, connection, name, values))
            for name, values in choices.items()
        ),
    )


def _account(connection: Connection) -> Examined:
    subject, user = say(N_("account")), connection.options.user
    found = connection.rows("sys_user", f"user_name={word(user)}", "user_name", "name")
    if len(found) != 1:
        return doubtful(
            subject,
            say(N_("{name} knows no user {user}."), name=NAME, user=user),
            say(N_("Write the user as whom the credentials act: its notes are told by it.")),
        )
    name = connection.web.shown(shown_of(found[0], "name"))
    return sound(subject, say(N_("It is {name}."), name=name))


def _incidents(connection: Connection) -> Examined:
    connection.rows("incident", "correlation_id=continuity", "sys_id")
    return sound(say(N_("incidents")), say(N_("They can be read.")))


def _notes(connection: Connection) -> Examined:
    connection.rows("sys_journal_field", "element_id=continuity", "sys_id")
    return sound(say(N_("notes")), say(N_("They can be read.")))


def _list_of(name: str) -> Message:
    return say(N_("choices of {name}"), name=name)


def _choice(connection: Connection, name: str, wanted: Iterable[str]) -> Examined:
    query = f"nameINincident,task^element={name}^inactive=false"
    found = connection.rows("sys_choice", query, "value", "label")
    known = {value_of(row, "value") for row in found}
    strange = sorted(set(wanted) - known)
    if not strange:
        return sound(_list_of(name), say(N_("Everything that is chosen exists.")))
    if not known:
        return doubtful(
            _list_of(name),
            say(N_("The account cannot see what there is to choose.")),
            say(N_("Give it the role personalize_choices.")),
        )
    return doubtful(
        _list_of(name),
        say(N_("{name} does not know: {what}"), name=NAME, what=", ".join(strange)),
        say(N_("It knows: {known}"), known=connection.web.shown(", ".join(sorted(known)))),
    )
