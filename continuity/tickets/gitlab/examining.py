"""Looks whether a project of GitLab can take our issues."""

from __future__ import annotations

from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.text import N_, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.gitlab.connection import NAME, Connection
from continuity.tickets.reading import Plain, mapping, number, understood

# Planners and reporters may label and close issues, and write internal notes.
_PLANNER = 15


def examine(connection: Connection) -> tuple[Examined, ...]:
    """Look at the account, the project and every label that must exist."""
    options, forge = connection.options, connection.forge
    labels = dict.fromkeys([*options.severities.values(), *options.states.values()])
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(forge.examine_account, lambda: connection.me)),
        guarded(say(N_("project")), partial(_project, connection)),
        *(forge.examine_label(name) for name in labels),
    )


def _project(connection: Connection) -> Examined:
    subject, place = say(N_("project")), connection.options.project
    found = understood(NAME, connection.forge.read().value(), "id")
    closed = found.get("issues_access_level") == "disabled" or found.get("archived") is True
    if closed or found.get("issues_enabled") is False:
        return doubtful(
            subject,
            say(N_("Nobody can make issues in {name}."), name=place),
            say(N_("Switch issues on in its settings, or name another project.")),
        )
    if _level(found) < _PLANNER:
        return doubtful(
            subject,
            say(N_("The account may not label and close issues in {name}."), name=place),
            say(N_("Give it the role Planner or Reporter in the project.")),
        )
    return sound(subject, say(N_("Issues can be made in {name}."), name=place))


def _level(project: Plain) -> int:
    rights = mapping(project.get("permissions"))
    ways = (mapping(rights.get(way)) for way in ("project_access", "group_access"))
    return max(number(way.get("access_level")) for way in ways)
