"""`continuity incidents simulate`: bad months, told to stores that are thrown away."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json, table
from continuity.cli.wording import number
from continuity.domain.verdict import Verdict, exit_code
from continuity.workflows.storm import Weather, simulate_storm


@click.command(
    name="simulate",
    short_help=_("Show that a storm of failures is one incident."),
    help=_(
        "Live through bad nights and months in stores of their own, by a clock that is told the "
        "time, and count: each must be one incident, one ticket and a handful of messages. "
        "Nothing is sent, and no workspace is touched."
    ),
    epilog=epilog("continuity incidents simulate storm"),
)
@click.argument("what", type=click.Choice(["storm"]))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def command(what: str, as_json: bool) -> int:
    """Simulate, and count."""
    del what
    with TemporaryDirectory(prefix="continuity-storm-") as place:
        weathers = list(simulate_storm(lambda name: f"sqlite:///{Path(place) / name}.db"))
    verdict = Verdict.PASS if all(one.as_promised for one in weathers) else Verdict.FAIL
    if as_json:
        show_json({"verdict": verdict.value, "storms": [_plain(one) for one in weathers]})
    else:
        _show(weathers)
    return exit_code(verdict)


def _show(weathers: list[Weather]) -> None:
    heading = [_("Answers"), _("Incidents"), _("Told"), _("Tickets"), _("Entries"), _("Messages")]
    rows = [
        [
            number(one.answers),
            number(one.incidents),
            number(one.speaking),
            number(one.tickets),
            number(one.entries),
            number(one.messages),
            sentence(one.title),
        ]
        for one in weathers
    ]
    table([[*heading, _("Storm")], *rows])
    if all(one.as_promised for one in weathers):
        show(_("Each was one incident, one ticket and a handful of messages."))
    else:
        show(_("At least one was more than one incident, one ticket and a handful of messages."))


def _plain(one: Weather) -> dict[str, object]:
    return {
        "storm": sentence(one.title),
        "answers": one.answers,
        "incidents": one.incidents,
        "told": one.speaking,
        "tickets": one.tickets,
        "entries": one.entries,
        "messages": one.messages,
        "as_promised": one.as_promised,
    }
