"""`sabotage`: break things on purpose, in copies, and see whether the alarm goes off."""

from __future__ import annotations

import click

from continuity.app import opened
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_below, show_json, verdict_text
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code
from continuity.domain.written import size_from_text
from continuity.service.sabotage import MOST_BYTES, sabotage


@click.command(
    help=_(
        "Break things on purpose and see whether the alarm goes off: flip a byte in a copy of a "
        "repository, let its key be wrong, stop a job, send a test to people. Nothing real is "
        "touched. PASS means that it went red; the service does it each quarter."
    ),
    epilog=epilog("continuity sabotage", "continuity sabotage --json"),
)
@click.option(
    "--most",
    metavar="SIZE",
    help=_("Copy no repository larger than this; 2 GiB if not given."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, most: str | None, as_json: bool) -> int:
    """Try everything, and print what came of it."""
    with opened(options.workspace) as app:
        done = sabotage(app, MOST_BYTES if most is None else size_from_text(most))
    if as_json:
        bad = next((one for one in done.tried if one.verdict is not Verdict.PASS), None)
        show_json(
            {
                "verdict": done.verdict.value,
                "run_id": done.run_id,
                "reason": None if bad is None else sentence(bad.what),
                "tried": [
                    {"name": one.name, "verdict": one.verdict.value, "what": sentence(one.what)}
                    for one in done.tried
                ],
            }
        )
        return exit_code(done.verdict)
    for one in done.tried:
        show(f"{verdict_text(one.verdict, 12)}  {plain(one.name)}")
        show_below(sentence(one.what), 14)
    if done.verdict is Verdict.FAIL:
        show_below(sentence(say(N_("What stays green now would stay green on the bad day."))), 0)
    return exit_code(done.verdict)
