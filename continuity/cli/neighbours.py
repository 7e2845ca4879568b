"""`continuity neighbours`: how other installations do, asked now."""

from __future__ import annotations

from collections.abc import Mapping

import click

from continuity.app import opened
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json, table, verdict_text
from continuity.cli.wording import brief
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.neighbour import Neighbour
from continuity.domain.neighbour_signals import Standing, reason_of, verdict_of
from continuity.domain.text import N_, say
from continuity.domain.verdict import exit_code, worst
from continuity.workflows.neighbouring import ask_all


@click.command(
    help=_(
        "Ask every other installation of Continuity that this one watches whether it is well. The "
        "service asks each minute, and one that is silent or not well for too long becomes an "
        "incident."
    ),
    epilog=epilog("continuity neighbours", "continuity neighbours --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, as_json: bool) -> int:
    """Ask all and print."""
    with opened(options.workspace) as app:
        neighbours = dict(sorted(app.workspace.neighbours.items()))
        if not neighbours:
            raise ConfigurationError(
                say(N_("No neighbour is written in this workspace.")),
                remedy=say(N_("Write them into config/neighbours.yaml, each with its address.")),
            )
        known = ask_all(app.bench.store, neighbours, app.bench.now)
    verdict = worst(verdict_of(one) for one in known.values())
    if as_json:
        told = [_plain(name, one, known[name]) for name, one in neighbours.items()]
        show_json({"verdict": verdict.value, "neighbours": told})
    else:
        _list(neighbours, known)
    return exit_code(verdict)


def _list(neighbours: Mapping[str, Neighbour], known: Mapping[str, Standing]) -> None:
    rows = [[_("Verdict"), _("Neighbour"), _("Unchanged for")]]
    for name, one in neighbours.items():
        standing = known[name]
        span = brief(standing.asked - standing.since)
        rows.append([verdict_text(verdict_of(standing)), plain(one.title), span])
    table(rows)
    for name in neighbours:
        reason = reason_of(known[name])
        if reason is not None:
            for line in wrapped(f"{plain(name)}: {sentence(reason)}", "  ", room()):
                show(line)


def _plain(name: str, neighbour: Neighbour, standing: Standing) -> dict[str, object]:
    reason = reason_of(standing)
    return {
        "name": name,
        "title": neighbour.title,
        "verdict": verdict_of(standing).value,
        "heard": standing.heard.value,
        "since": text_from_time(standing.since),
        "reason": None if reason is None else sentence(reason),
    }
