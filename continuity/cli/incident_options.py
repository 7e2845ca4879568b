"""What every action on an incident shares: its number, who acts, why, and what is told after."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypedDict, TypeVar, Unpack
from zoneinfo import ZoneInfo

import click

from continuity.app import App, opened
from continuity.cli.acting import acting
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.incident_words import next_of, state_text, title_of
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_json
from continuity.cli.response import desk_of, try_to_tell
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident import Incident
from continuity.domain.incident_commands import Command, Person
from continuity.domain.incident_plain import local_number, plain_from_incident
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, duration_from_text
from continuity.workflows.responding import act

_F = TypeVar("_F", bound=Callable[..., object])
_NUMBER = re.compile(r"(?:CONT-)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


class Said(TypedDict):
    """What can be said with every action."""

    note: str
    by: str | None
    version: int | None
    as_json: bool


class IncidentNumber(click.ParamType[int]):
    """The number of an incident, as ``12`` or as ``CONT-0012``."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read it."""
        found = _NUMBER.fullmatch(str(value).strip())
        if found is None:
            self.fail(_("a number such as 12 or CONT-0012"), param, ctx)
        return int(found[1])


number_argument = click.argument("number", type=IncidentNumber())


def said_options(function: _F) -> _F:
    """Add the options of every action."""
    for option in reversed(
        (
            click.option("--note", default="", help=_("Why, or what was done, in words.")),
            click.option("--by", metavar="NAME", help=_("Who acts; the user of this machine.")),
            click.option(
                "--version",
                type=click.IntRange(min=1),
                help=_("Refuse when somebody changed it since this version, as --json shows it."),
            ),
            click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object.")),
        )
    ):
        function = option(function)
    return function


def carry_out(
    options: Options, number: int, make: Callable[[App, Person], Command], said: Said
) -> int:
    """Do what was asked, and show what became of it."""
    with opened(options.workspace) as app:
        incident = act(desk_of(app), number, make(app, person_of(app, said)), said["version"])
        try_to_tell(app)
    tell(incident, as_json=said["as_json"])
    return 0


def person_of(app: App, said: Said) -> Person:
    """Give who acts now, and why."""
    return acting(app, said["by"], said["note"])


def tell(incident: Incident, *, as_json: bool) -> None:
    """Show how an incident stands after an action."""
    if as_json:
        show_json({**plain_from_incident(incident), "next": next_of(incident)})
        return
    state = state_text(incident.state)
    show(f"{local_number(incident.number)}  {state}  {title_of(incident)}")
    if following := next_of(incident):
        show("    " + _("Next: {command}").format(command=following))


def moment_given(text: str, now: datetime, zone: str) -> datetime:
    """Read until when: a span from now such as ``4h``, a day, which counts whole, or a time."""
    try:
        return now + duration_from_text(text)
    except ExpectedError:
        pass
    return _moment_written(text, zone, day_counts=timedelta(days=1))


def past_moment_given(text: str, now: datetime, zone: str) -> datetime:
    """Read since when: a span before now such as ``2h``, a day from its beginning, or a time."""
    try:
        return now - duration_from_text(text)
    except ExpectedError:
        return _moment_written(text, zone, day_counts=timedelta())


def _moment_written(text: str, zone: str, *, day_counts: timedelta) -> datetime:
    try:
        if len(text.strip()) == len("2026-12-24"):
            day = date.fromisoformat(text.strip())
            return datetime.combine(day + day_counts, time(), ZoneInfo(zone))
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigurationError(
            say(N_("{text} is no time."), text=plain(text)),
            remedy=say(N_("Write 4h, 2d, 2026-12-24 or 2026-12-24T18:00.")),
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone))


def plain_action(
    name: str, summary: str, make: Callable[[Person], Command], *examples: str
) -> click.Command:
    """Make the command of an action that takes nothing but what can be said with every one."""

    @number_argument
    @said_options
    @click.pass_obj
    def run(options: Options, number: int, **said: Unpack[Said]) -> int:
        return carry_out(options, number, lambda _app, person: make(person), said)

    made = click.command(name=name, short_help=summary, help=summary, epilog=epilog(*examples))
    return made(run)
