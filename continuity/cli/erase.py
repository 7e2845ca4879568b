"""`continuity audit erase`: what was kept of a person beside the record goes; the record stays."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from continuity.app import App, opened
from continuity.cli.acting import likely_name
from continuity.cli.entry import Options
from continuity.cli.language import _, plural
from continuity.cli.output import epilog, remark, show, show_below, show_json
from continuity.config.problem import text_shown
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, Message, say

if TYPE_CHECKING:
    from continuity.store.erased import Erased


@click.command(
    name="erase",
    short_help=_("Erase a person from beside the record."),
    help=_(
        "Erase NAME, written as it was recorded, from beside the record: who acted, and what "
        "stands beside the same record, such as a note. It never comes back. That somebody was "
        "erased is recorded, with who did it and without the name; the record still verifies."
    ),
    epilog=epilog("continuity audit erase ana", "continuity audit erase ana --yes --json"),
)
@click.argument("name")
@click.option("--yes", is_flag=True, help=_("Ask nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, name: str, yes: bool, as_json: bool) -> int:
    """Have the name typed again, erase, and tell from what."""
    with opened(options.workspace) as app:
        if not yes:
            _have_typed(name)
        with app.bench.store.transaction() as transaction:
            erased = transaction.erase_person(name, app.bench.actor)
            noted_in = transaction.head().sequence
        if not erased.count:
            raise _nobody(app, name)
        written = name in app.workspace.people
    if as_json:
        show_json(_plain(erased, noted_in))
    else:
        _tell(erased, noted_in)
    if written:
        remark(_("config/people.yaml still knows that name, which is recorded whenever it acts."))
    return 0


def _have_typed(name: str) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(_("Nobody can be asked here: add --yes."))
    # The question goes beside the result, which may be JSON.
    typed: str = click.prompt(_("What is erased never comes back. Type the name again"), err=True)
    if typed != name:
        raise click.UsageError(_("That is another name. Nothing was erased."))


def _nobody(app: App, name: str) -> ConfigurationError:
    return ConfigurationError(
        say(N_("Nobody named {name} stands beside the record."), name=text_shown(name)),
        remedy=_remedy(app, name),
    )


def _remedy(app: App, name: str) -> Message:
    meant = likely_name(app, name)
    if meant is None or meant == name:
        return say(N_("Nothing was erased. Write the name as it was recorded, in full."))
    return say(N_("Nothing was erased. Did you mean {name}?"), name=meant)


def _tell(erased: Erased, noted_in: int) -> None:
    count = len(erased.records)
    show(
        plural(
            "Erased from beside {count} record.", "Erased from beside {count} records.", count
        ).format(count=count)
    )
    if erased.count > count:
        show_below(
            _("Incidents held: {incidents}, runs of runbooks: {runs}, tickets: {tickets}.").format(
                incidents=erased.incidents, runs=erased.runs, tickets=erased.tickets
            )
        )
    show_below(_("That it was done is record {sequence}.").format(sequence=noted_in))
    show_below(
        _(
            "Not reached: texts of others, files given as evidence, and what left this database: "
            "mails, tickets, reports, backups."
        )
    )


def _plain(erased: Erased, noted_in: int) -> dict[str, object]:
    return {
        "records": list(erased.records),
        "incidents": erased.incidents,
        "runs": erased.runs,
        "tickets": erased.tickets,
        "noted_in": noted_in,
    }
