"""`continuity status`: the verdict of every system."""

from __future__ import annotations

import click

from continuity.cli.answer import answer
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog


@click.command(
    help=_("Show what would be lost, how long it takes to be back, and what proves it."),
    epilog=epilog("continuity status", "continuity status --system billing --json"),
)
@click.option("--system", "name", metavar="NAME", help=_("Only this system, in full."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, name: str | None, as_json: bool) -> int:
    """Judge and print."""
    return answer(options.workspace, name, as_json=as_json)
