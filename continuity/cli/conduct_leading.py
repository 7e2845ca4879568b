"""What people do with a run as a whole: pause it, hand it over, do something besides, end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

import click

from continuity.app import App
from continuity.cli.acting import successor
from continuity.cli.conduct_options import (
    Said,
    carry_on_alone,
    carry_out,
    carry_out_in,
    run_argument,
    said_options,
)
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog
from continuity.domain.conduct_leading import (
    abort,
    deviate,
    go_through,
    offer,
    pause,
    resume,
    take_over,
)
from continuity.domain.conduct_refusals import Command
from continuity.domain.incident_commands import Person


def _on_run(
    name: str, summary: str, make: Callable[[Person], Command], example: str
) -> click.Command:
    @run_argument
    @said_options
    @click.pass_obj
    def run_it(options: Options, run: str, **said: Unpack[Said]) -> int:
        return carry_out(options, run, make, said)

    return click.command(name=name, short_help=summary, help=summary, epilog=epilog(example))(
        run_it
    )


@click.command(
    name="hand-over",
    short_help=_("Hand the lead to somebody, or take it."),
    help=_("With --to, ask somebody to lead the run; without, say that one takes it over."),
    epilog=epilog(
        "continuity runbook hand-over recover-billing-1 --to luis",
        "continuity runbook hand-over recover-billing-1 --by luis",
    ),
)
@run_argument
@click.option("--to", "whom", metavar="NAME", help=_("Who is to lead it from now on."))
@said_options
@click.pass_obj
def _hand_over(options: Options, run: str, whom: str | None, **said: Unpack[Said]) -> int:
    def make(app: App, person: Person) -> Command:
        return take_over(person) if whom is None else offer(person, successor(app, whom))

    return carry_out_in(options, run, make, said)


@click.command(
    name="abort",
    short_help=_("End a run before its end."),
    help=_("End a run before its end, with a reason; with --undo, take back first what can be."),
    epilog=epilog('continuity runbook abort recover-billing-1 --undo --note "wrong server"'),
)
@run_argument
@click.option("--undo", is_flag=True, help=_("Take back what was done, the last first."))
@click.option(
    "--interrupted", is_flag=True, help=_("A drill that something real put an end to; no failure.")
)
@said_options
@click.pass_obj
def _abort(options: Options, run: str, undo: bool, interrupted: bool, **said: Unpack[Said]) -> int:
    return carry_out(
        options, run, lambda person: abort(person, undo=undo, interrupted=interrupted), said
    )


@click.command(
    name="carry-on",
    short_help=_("Let the program do what is its turn, after a crash or a wait."),
    help=_(
        "Let the program do what is its turn, after a crash or a wait. The service and tick do so "
        "by themselves, with --unattended: then nobody acts, and whose turn it is gets told."
    ),
    epilog=epilog("continuity runbook carry-on recover-billing-1"),
)
@run_argument
@click.option(
    "--unattended", is_flag=True, help=_("Nobody looks: tell whoever is next, by every channel.")
)
@said_options
@click.pass_obj
def _carry_on(options: Options, run: str, unattended: bool, **said: Unpack[Said]) -> int:
    if unattended:
        return carry_on_alone(options, run)
    return carry_out(options, run, go_through, said)


_RUN = "recover-billing-1"
COMMANDS = (
    _on_run(
        "deviate",
        _("Do something that is not in the runbook; the --note says what and why."),
        deviate,
        f'continuity runbook deviate {_RUN} --note "the switch had no power"',
    ),
    _hand_over,
    _on_run(
        "pause", _("Stand still; deadlines do not."), pause, f"continuity runbook pause {_RUN}"
    ),
    _on_run("resume", _("Go on after a pause."), resume, f"continuity runbook resume {_RUN}"),
    _carry_on,
    _abort,
)
"""The acts of this module."""
