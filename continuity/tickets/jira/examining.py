"""Looks whether a project of Jira can take our issues, and the maps to its words fit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from continuity.domain.examined import Examined, doubtful, guarded, sound
from continuity.domain.failure import ToolError
from continuity.domain.text import N_, Message, say
from continuity.hosts.web_way import examine_way
from continuity.tickets.jira.connection import NAME, Connection
from continuity.tickets.jira.moving import DONE, category_of
from continuity.tickets.jira.options import AtlassianOptions, JiraOptions
from continuity.tickets.reading import Plain, listed, mapping, mappings, text

_RIGHTS = ("BROWSE_PROJECTS", "CREATE_ISSUES", "ADD_COMMENTS", "TRANSITION_ISSUES")
_ALSO = ("CREATE_ATTACHMENTS",)
_OURS = ("project", "issuetype", "summary", "description", "labels", "reporter")


def examine_project(connection: Connection, options: JiraOptions) -> tuple[Examined, ...]:
    """Look at the account, its rights, the issue type, its fields and every map."""
    project = options.project
    return (
        examine_way(options.address),
        guarded(say(N_("account")), partial(examine_account, connection)),
        guarded(say(N_("rights")), partial(examine_rights, connection, project)),
        guarded(say(N_("fields")), partial(_fields, connection, options)),
        *examine_maps(connection, options, project),
    )


def examine_maps(
    connection: Connection, options: AtlassianOptions, project: str
) -> tuple[Examined, ...]:
    """Look whether the project has the statuses, and the site the resolutions."""
    return (
        guarded(say(N_("statuses")), partial(_statuses, connection, options, project)),
        guarded(say(N_("resolutions")), partial(_resolutions, connection, options)),
    )


def examine_account(connection: Connection) -> Examined:
    """Look whether the credentials work."""
    name = connection.web.shown(text(connection.myself.get("displayName")))
    return sound(say(N_("account")), say(N_("It is {name}."), name=name))


def examine_rights(connection: Connection, project: str) -> Examined:
    """Look whether the account may do what it will have to do."""
    query = {"projectKey": project, "permissions": ",".join((*_RIGHTS, *_ALSO))}
    found = mapping(
        mapping(connection.read("mypermissions", query=query).value()).get("permissions")
    )
    missing = [
        right
        for right in (*_RIGHTS, *_ALSO)
        if mapping(found.get(right)).get("havePermission") is not True
    ]
    if missing:
        return doubtful(
            say(N_("rights")),
            say(
                N_("The account lacks rights in {name}: {rights}"),
                name=project,
                rights=_all(missing),
            ),
            say(N_("Give them to it in the permission scheme of the project.")),
        )
    return sound(say(N_("rights")), say(N_("The account may do everything that is needed.")))


def _fields(connection: Connection, options: JiraOptions) -> Examined:
    subject = say(N_("fields"))
    place = ("issue", "createmeta", options.project, "issuetypes")
    kinds = listed(NAME, mapping(connection.read(*place).value()).get("issueTypes"))
    wanted = options.issue_type.casefold()
    named = [one for one in kinds if text(one.get("name")).casefold() == wanted]
    if not named:
        return unknown(subject, options.issue_type, (text(one.get("name")) for one in kinds))
    answer = connection.read(*place, text(named[0].get("id")), query={"maxResults": "200"})
    return _fit(subject, options, listed(NAME, mapping(answer.value()).get("fields")))


def _fit(subject: Message, options: JiraOptions, fields: tuple[Plain, ...]) -> Examined:
    there = {text(one.get("fieldId")): one for one in fields}
    strange = [name for name in options.fields if name not in there]
    if options.priorities and "priority" not in there:
        strange.append("priority")
    if strange:
        return unknown(subject, _all(strange), there)
    allowed = [
        text(one.get("name")) for one in mappings(there.get("priority", {}).get("allowedValues"))
    ]
    impossible = [name for name in options.priorities.values() if name not in allowed]
    if impossible:
        return unknown(subject, _all(impossible), allowed)
    given = {*_OURS, *options.fields, *(["priority"] if options.priorities else [])}
    missing = [name for name, one in there.items() if _is_needed(one) and name not in given]
    if missing:
        return doubtful(
            subject,
            say(
                N_("{name} needs fields that the settings do not give: {fields}"),
                name=NAME,
                fields=_all(missing),
            ),
            say(N_("Give them values under fields.")),
        )
    return sound(subject, say(N_("Everything that a new issue needs is given.")))


def _is_needed(field: Plain) -> bool:
    return field.get("required") is True and field.get("hasDefaultValue") is not True


def _statuses(connection: Connection, options: AtlassianOptions, project: str) -> Examined:
    subject = say(N_("statuses"))
    kinds = listed(NAME, connection.read("project", project, "statuses").value())
    found = [status for kind in kinds for status in mappings(kind.get("statuses"))]
    names = {text(one.get("name")) for one in found}
    known = {name.casefold() for name in names}
    strange = [name for name in options.statuses.values() if name.casefold() not in known]
    if strange:
        return unknown(subject, _all(strange), names)
    if DONE not in {category_of(one) for one in found}:
        raise ToolError(
            say(N_("The project {name} has no status that ends an issue."), name=project)
        )
    return sound(subject, say(N_("Every state has a status.")))


def _resolutions(connection: Connection, options: AtlassianOptions) -> Examined:
    subject = say(N_("resolutions"))
    names = {text(one.get("name")) for one in listed(NAME, connection.read("resolution").value())}
    strange = [name for name in options.resolutions.values() if name not in names]
    if strange:
        return unknown(subject, _all(dict.fromkeys(strange)), names)
    return sound(subject, say(N_("They exist.")))


def unknown(subject: Message, what: str, known: Iterable[str]) -> Examined:
    """Say that a name is not known over there, and which ones are."""
    return doubtful(
        subject,
        say(N_("{name} does not know: {what}"), name=NAME, what=what),
        say(N_("It knows: {known}"), known=_all(known)[:400]),
    )


def _all(names: Iterable[str]) -> str:
    return ", ".join(sorted(" ".join(name.split()) for name in names))
