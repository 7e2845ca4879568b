"""`continuity runbook start` and `status`: begin a run, and see how runs stand."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TypedDict, Unpack

import click

from continuity.app import App, opened, recorded
from continuity.cli.acting import acting, warn_of_stranger
from continuity.cli.columns import room
from continuity.cli.conduct_options import by_option, code_of, go_on, json_option, tell
from continuity.cli.conduct_ready import short_line
from continuity.cli.conduct_screen import heading
from continuity.cli.conduct_shown import Screen
from continuity.cli.conduct_stage import stage_of, text_of_book
from continuity.cli.entry import Options
from continuity.cli.incident_options import IncidentNumber
from continuity.cli.language import _
from continuity.cli.output import complain, epilog, remark, show, show_json
from continuity.cli.paint import Unheard
from continuity.cli.warnings import hindered, unwritable
from continuity.config.basis import basis_of
from continuity.domain.conduct import Conduct, Mode
from continuity.domain.conduct_plain import plain_from_conduct
from continuity.domain.conduct_program import Start
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code
from continuity.service.readiness import precheck_of
from continuity.workflows.conducting import Stage, begin

_LOOKED_AGAIN_SECONDS = 2.0


class _Given(TypedDict):
    """How a run is to begin."""

    incident: int | None
    mode: str
    urgent: bool
    parameters: tuple[str, ...]
    by: str | None
    as_json: bool


@click.command(
    name="start",
    short_help=_("Begin to follow a runbook."),
    help=_(
        "Begin a run of a runbook, in earnest or as a drill. Its text is kept: an edit during the "
        "run does not touch it. The program does what is its turn, then says who is next."
    ),
    epilog=epilog(
        "continuity runbook start recover-billing --incident 12",
        "continuity runbook start recover-billing --mode table-top",
    ),
)
@click.argument("name")
@click.option("--incident", type=IncidentNumber(), help=_("The incident that it is to end."))
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.REAL.value,
    help=_("In earnest, talked through, practised in part, or practised whole; real."),
)
@click.option("--urgent", is_flag=True, help=_("Only what is critical; the rest is listed."))
@click.option(
    "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help=_("What it asks for.")
)
@by_option
@json_option
@click.pass_obj
def start_run(options: Options, name: str, **given: Unpack[_Given]) -> int:
    """Begin a run, and show how it stands."""
    with opened(options.workspace) as app:
        screen = Screen(app)
        stage = stage_of(app, screen)
        run = _begin(app, stage, name, given)
        go_on(app, stage, run)
        conduct = tell(screen, stage, run, as_json=given["as_json"], whole=True)
        _tell_readiness(app, name)
    return code_of(conduct)


def _tell_readiness(app: App, name: str) -> None:
    """Say how ready the runbook was, beside the result: it never holds anybody up."""
    try:
        found = precheck_of(app).look((name,), away=False)
    except ContinuityError as error:
        complain(error)
        return
    for one in found:
        remark(short_line(one))


def _begin(app: App, stage: Stage, name: str, given: _Given) -> str:
    document = app.workspace.books.get(name)
    if document is None:
        raise ConfigurationError(
            say(N_("There is no runbook {name} that can be used."), name=name),
            remedy=say(N_("See them all: continuity runbook list")),
        )
    number = given["incident"] or 0
    with app.bench.store.reading() as reading:
        incident = reading.incidents.find(number) if number else None
        count = sum(one.runbook == name for one in reading.conducts.all())
    how = Start(
        mode=Mode(given["mode"]),
        urgent=given["urgent"],
        incident=number,
        severity="" if incident is None else incident.severity.value,
        parameters=dict(_pair(text) for text in given["parameters"]),
        basis=basis_of(app.workspace, document),
    )
    warn_of_stranger(app, given["by"])
    person = acting(app, given["by"], "")
    text = text_of_book(app.workspace.root / "runbooks" / f"{name}.md")
    run = f"{name}-{count + 1}"
    begin(stage, run, document, text, how, person)
    return run


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(_("Write NAME=VALUE."))
    return name, value


@click.command(
    name="status",
    short_help=_("Show how runs stand."),
    help=_(
        "Show one run: every step, what is next and by whom, and the time it has taken; without "
        "RUN, a line for each. With --follow it is shown again whenever anybody goes on."
    ),
    epilog=epilog(
        "continuity runbook status", "continuity runbook status recover-billing-1 --follow"
    ),
)
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--follow", is_flag=True, help=_("Show it again whenever something happens."))
@json_option
@click.pass_obj
def status(options: Options, run: str | None, follow: bool, as_json: bool) -> int:
    """Print how one run stands, or a line for each."""
    if run is None:
        return _list(options, as_json=as_json)
    with opened(options.workspace) as app:
        screen = Screen(app)
        stage = stage_of(app, screen)
        conduct = tell(screen, stage, run, as_json=as_json)
        while follow and not conduct.over and not isinstance(sys.stdout, Unheard):
            time.sleep(_LOOKED_AGAIN_SECONDS)
            go_on(app, stage, run)
            with app.bench.store.reading() as reading:
                latest = reading.conducts.find(run)
            if latest is not None and latest.version != conduct.version:
                show()
                conduct = tell(screen, stage, run, as_json=as_json)
    return code_of(conduct)


def _list(options: Options, *, as_json: bool) -> int:
    runs: Sequence[Conduct] = ()
    hindrance = None
    with recorded(options.workspace, as_left=True) as (_workspace, store):
        if store is not None:
            hindrance = store.hindrance
            with store.reading() as reading:
                runs = reading.conducts.all()
    code = exit_code(Verdict.PASS if hindrance is None else Verdict.INCONCLUSIVE)
    if as_json:
        plain_runs = [plain_from_conduct(one) for one in runs]
        show_json({"runs": plain_runs, "unwritable": unwritable(hindrance)})
        return code
    if hindrance is not None:
        show("\n".join((*hindered(hindrance, room()), "")))
    for one in runs:
        show(heading(one))
    if not runs:
        show(_("No runbook was ever followed."))
    return code


COMMANDS = (start_run, status)
"""The commands of this module."""
