"""`continuity runbook info`: what must be known before somebody decides what is done first."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from continuity.answering.informing import (
    Topic,
    topic_of_incident,
    topic_of_run,
    topic_of_system,
)
from continuity.app import App, opened
from continuity.cli.columns import plain, room
from continuity.cli.conduct_options import json_option
from continuity.cli.conduct_shown import inquiry_of
from continuity.cli.conduct_stage import stage_of
from continuity.cli.entry import Options
from continuity.cli.incident_options import IncidentNumber
from continuity.cli.information_screen import Shown, pack_lines
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_json
from continuity.domain.failure import ConfigurationError
from continuity.domain.information_plain import plain_from_pack
from continuity.domain.text import N_, say
from continuity.workflows.conducting import stand_of
from continuity.workflows.responding import unknown_incident


@click.command(
    name="info",
    short_help=_("Show what must be known before somebody decides."),
    help=_(
        "Show what must be known before somebody decides: the systems that are down in the order "
        "in which the business wants them back, what each would lose now, how long it takes by "
        "what was measured, where its copies are and whether they can be reached, who is there. "
        "Of a RUN, an incident or a system; else of the run that goes on, or of everything."
    ),
    epilog=epilog(
        "continuity runbook info recover-billing-1",
        "continuity runbook info --incident 12",
        "continuity runbook info --system billing --json",
    ),
)
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--incident", type=IncidentNumber(), help=_("Of what an incident takes down."))
@click.option("--system", metavar="NAME", help=_("Of what is down with a system."))
@json_option
@click.pass_obj
def show_information(
    options: Options, run: str | None, incident: int | None, system: str | None, as_json: bool
) -> int:
    """Print it."""
    if sum(one is not None for one in (run, incident, system)) > 1:
        raise click.UsageError(_("Ask for one of a run, an incident or a system."))
    with opened(options.workspace) as app:
        topic = _topic(app, run, incident, system)
        pack = inquiry_of(app).pack(topic)
        if as_json:
            show_json(plain_from_pack(pack))
        else:
            shown = Shown(pack=pack, zone=ZoneInfo(app.workspace.settings.zone), columns=room())
            show("\n".join(pack_lines(shown)))
    return 0


def _topic(app: App, run: str | None, incident: int | None, system: str | None) -> Topic:
    if incident is not None:
        with app.bench.store.reading() as reading:
            found = reading.incidents.find(incident)
        if found is None:
            raise unknown_incident(incident)
        return topic_of_incident(app.workspace, found)
    if system is not None:
        return _of_system(app, system)
    name = run or _only_run(app)
    if not name:
        return Topic(systems=tuple(sorted(app.workspace.systems)))
    stand = stand_of(stage_of(app), name)
    return topic_of_run(stand.document.front, stand.conduct.incident)


def _of_system(app: App, system: str) -> Topic:
    if system not in app.workspace.systems:
        names = ", ".join(sorted(app.workspace.systems)) or "-"
        raise ConfigurationError(
            say(N_("There is no system named {name}."), name=plain(system)),
            remedy=say(N_("Known: {names}"), names=names),
        )
    return topic_of_system(app.workspace, system)


def _only_run(app: App) -> str:
    """Give the run that goes on, if there is exactly one."""
    with app.bench.store.reading() as reading:
        going_on = reading.conducts.open()
    return going_on[0].run if len(going_on) == 1 else ""


COMMANDS = (show_information,)
"""The command of this module."""
