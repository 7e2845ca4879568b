"""What people state of an incident that sets its clocks: since when, who was told, which duties."""

from __future__ import annotations

from typing import Unpack

import click

from continuity.app import App
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.incident_options import (
    Said,
    carry_out,
    number_argument,
    past_moment_given,
    plain_action,
    said_options,
)
from continuity.cli.language import _
from continuity.cli.output import epilog
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Command, Person
from continuity.domain.incident_statements import begin_duty, meet_duty, state_impact, tell
from continuity.domain.text import N_, say

_PAST = _("2h for two hours ago, a day or a time.")


@click.command(
    name="impact",
    short_help=_("Say that the business cannot work, and since when."),
    help=_(
        "Say since when the business cannot work: the time of its recovery counts from there, at "
        "night and on holidays, and nothing stops it but a proven end."
    ),
    epilog=epilog("continuity incidents impact 12 --since 2h"),
)
@number_argument
@click.option("--since", required=True, metavar="WHEN", help=_PAST)
@said_options
@click.pass_obj
def _impact(options: Options, number: int, since: str, **said: Unpack[Said]) -> int:
    def make(app: App, person: Person) -> Command:
        zone = app.workspace.settings.zone
        return state_impact(person, past_moment_given(since, person.at, zone))

    return carry_out(options, number, make, said)


@click.group(
    name="duty",
    short_help=_("Begin a duty to report, or say that it was met."),
    help=_(
        "Time within which an authority or a customer must be told, as config/incidents.yaml "
        "names it. Only a person begins one, and it never stands still."
    ),
    epilog=epilog(
        "continuity incidents duty begin 12 data-protection --since 2h",
        'continuity incidents duty met 12 data-protection --note "reference 2026-118"',
    ),
)
def _duty() -> None:
    """Hold what can be done about duties."""


@_duty.command(
    name="begin",
    short_help=_("Set a duty running."),
    help=_("Say that an authority or a customer must be told, and since when that is known."),
    epilog=epilog("continuity incidents duty begin 12 data-protection --since 2h"),
)
@number_argument
@click.argument("name", metavar="DUTY")
@click.option("--since", metavar="WHEN", help=_("When it became known; now if not given."))
@said_options
@click.pass_obj
def _begin(
    options: Options, number: int, name: str, since: str | None, **said: Unpack[Said]
) -> int:
    def make(app: App, person: Person) -> Command:
        _require_known(app, name)
        zone = app.workspace.settings.zone
        known = person.at if since is None else past_moment_given(since, person.at, zone)
        return begin_duty(person, name, known)

    return carry_out(options, number, make, said)


@_duty.command(
    name="met",
    short_help=_("Say that those who had to be told were told."),
    help=_("Say that the authority or customer was told; also when the incident is over."),
    epilog=epilog('continuity incidents duty met 12 data-protection --note "reference 2026-118"'),
)
@number_argument
@click.argument("name", metavar="DUTY")
@said_options
@click.pass_obj
def _met(options: Options, number: int, name: str, **said: Unpack[Said]) -> int:
    return carry_out(options, number, lambda _app, person: meet_duty(person, name), said)


def _require_known(app: App, name: str) -> None:
    known = app.workspace.responding.duties
    if name in known:
        return
    remedy = say(N_("Write it with its time into config/incidents.yaml, under duties."))
    if known:
        names = ", ".join(sorted(known))
        remedy = say(N_("Name one of config/incidents.yaml: {names}"), names=names)
    raise ConfigurationError(
        say(N_("There is no duty {name}."), name=plain(name)),
        remedy=remedy,
    )


COMMANDS = (
    _impact,
    plain_action(
        "told",
        _("Say that those concerned were told how it stands; the time until the next is new."),
        tell,
        'continuity incidents told 12 --note "called Elena"',
    ),
    _duty,
)
"""The actions of this module."""
