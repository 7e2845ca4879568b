"""What people do with an incident while it lasts: take it, hold it, write down, make it graver."""

from __future__ import annotations

from typing import Unpack

import click

from continuity.app import App, opened
from continuity.cli.entry import Options
from continuity.cli.incident_options import (
    Said,
    carry_out,
    moment_given,
    number_argument,
    person_of,
    plain_action,
    said_options,
    tell,
)
from continuity.cli.language import _
from continuity.cli.output import epilog
from continuity.cli.response import desk_of, try_to_tell
from continuity.domain.incident_commands import (
    Command,
    HoldReason,
    Person,
    acknowledge,
    assign,
    declare_major,
    hold,
    note,
    resume,
    set_severity,
    start,
)
from continuity.domain.ticket import Severity
from continuity.workflows.ticket_again import make_again


@click.command(
    name="assign",
    short_help=_("Hand an incident to somebody."),
    help=_("Say who has the ball from now on."),
    epilog=epilog("continuity incidents assign 12 luis"),
)
@number_argument
@click.argument("person", metavar="PERSON")
@said_options
@click.pass_obj
def _assign(options: Options, number: int, person: str, **said: Unpack[Said]) -> int:
    return carry_out(options, number, lambda _app, by: assign(by, person), said)


@click.command(
    name="hold",
    short_help=_("Put an incident on hold until a time."),
    help=_(
        "Say that nobody can go on before a time, and why; then it is back by itself. Waiting for "
        "others stops the clock of its resolution, never that of the recovery."
    ),
    epilog=epilog(
        'continuity incidents hold 12 --until 2d --reason spare-part --note "disk ordered"'
    ),
)
@number_argument
@click.option("--until", required=True, metavar="WHEN", help=_("4h, 2d, a day or a time; a must."))
@click.option(
    "--reason",
    "why",
    type=click.Choice([reason.value for reason in HoldReason]),
    default=HoldReason.OTHER.value,
    help=_("What is waited for; other if not given."),
)
@said_options
@click.pass_obj
def _hold(options: Options, number: int, until: str, why: str, **said: Unpack[Said]) -> int:
    def make(app: App, person: Person) -> Command:
        end = moment_given(until, person.at, app.workspace.settings.zone)
        return hold(person, HoldReason(why), end)

    return carry_out(options, number, make, said)


@click.command(
    name="severity",
    short_help=_("Make an incident graver, or less grave."),
    help=_("Change how grave an incident is. Anybody may raise it; lowering it needs a --note."),
    epilog=epilog(
        "continuity incidents severity 12 S1",
        'continuity incidents severity 12 S4 --note "a test system"',
    ),
)
@number_argument
@click.argument("severity", type=click.Choice([severity.value for severity in Severity]))
@said_options
@click.pass_obj
def _severity(options: Options, number: int, severity: str, **said: Unpack[Said]) -> int:
    return carry_out(
        options, number, lambda _app, person: set_severity(person, Severity(severity)), said
    )


@click.command(
    name="ticket",
    short_help=_("Make another ticket where the first was deleted."),
    help=_(
        "Make another ticket where that of an incident was deleted. What somebody deleted is never "
        "made again unasked."
    ),
    epilog=epilog("continuity incidents ticket 12"),
)
@number_argument
@said_options
@click.pass_obj
def _ticket(options: Options, number: int, **said: Unpack[Said]) -> int:
    with opened(options.workspace) as app:
        person = person_of(app, said)
        incident = make_again(desk_of(app), number, person, said["version"])
        try_to_tell(app)
    tell(incident, as_json=said["as_json"])
    return 0


COMMANDS = (
    plain_action(
        "ack",
        _("Say that you have seen an incident, and take it."),
        acknowledge,
        "continuity incidents ack 12",
    ),
    plain_action("take", _("Begin to work on an incident."), start, "continuity incidents take 12"),
    _assign,
    _hold,
    plain_action("resume", _("End a hold."), resume, "continuity incidents resume 12"),
    plain_action(
        "note",
        _("Write something down."),
        note,
        'continuity incidents note 12 --note "called the provider"',
    ),
    _severity,
    _ticket,
    plain_action(
        "major",
        _("Say that an incident concerns the whole organisation."),
        declare_major,
        "continuity incidents major 12",
    ),
)
"""The actions of this module."""
