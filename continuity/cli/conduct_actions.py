"""What people do in a run: take a step, finish it, decide, permit, leave out, hand over, end it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Unpack

import click

from continuity.app import App
from continuity.cli.conduct_options import (
    Said,
    break_glass_option,
    carry_out,
    carry_out_in,
    paper_options,
    run_argument,
    said_options,
    step_argument,
)
from continuity.cli.conduct_restoring import candidate_named, require_kept
from continuity.cli.conduct_stage import stage_of
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog
from continuity.config.problem import text_shown
from continuity.domain.conduct import Entry, StepState, Waits
from continuity.domain.conduct_commands import (
    answer_unknown,
    claim,
    fail,
    go_on,
    retry,
    skip,
)
from continuity.domain.conduct_deciding import (
    PointChosen,
    approve,
    choose,
    choose_in_drill,
    choose_point,
    confirm,
)
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_refusals import Command
from continuity.domain.failure import ConfigurationError
from continuity.domain.incident_commands import Person
from continuity.domain.step_kinds import RestoreStep
from continuity.domain.text import N_, say
from continuity.domain.written import ExpectedError, duration_from_text
from continuity.workflows.conducting import stand_of

_from_option = click.option(
    "--from",
    "origin",
    metavar="REPOSITORY",
    help=_("Restore from this repository, the job's own or a copy of it."),
)


def _on_step(
    name: str, summary: str, make: Callable[[Person, str], Command], example: str
) -> click.Command:
    @run_argument
    @step_argument
    @said_options
    @click.pass_obj
    def run_it(options: Options, run: str, step: str, **said: Unpack[Said]) -> int:
        return carry_out(options, run, lambda person: make(person, step), said)

    return click.command(name=name, short_help=summary, help=summary, epilog=epilog(example))(
        run_it
    )


@click.command(
    name="decide",
    short_help=_("Take a decision."),
    help=_("Take a decision, by one of those who may; what was chosen and why goes on record."),
    epilog=epilog('continuity runbook decide recover-billing-1 where parallel --note "safer"'),
)
@run_argument
@step_argument
@click.argument("option", metavar="OPTION")
@click.option(
    "--objection",
    "objections",
    multiple=True,
    metavar="TEXT",
    help=_("What somebody said against it, and who; may be given several times."),
)
@break_glass_option
@paper_options
@said_options
@click.pass_obj
def _decide(
    options: Options,
    run: str,
    step: str,
    option: str,
    objections: tuple[str, ...],
    break_glass: bool,
    **said: Unpack[Said],
) -> int:
    def make(who: Person) -> Command:
        return choose(who, step, option, break_glass=break_glass, objections=objections)

    return carry_out(options, run, make, said)


@click.command(
    name="approve",
    short_help=_("Permit what a step asks for."),
    help=_("Permit what a step, a decision or another person asks for; never one's own."),
    epilog=epilog("continuity runbook approve recover-billing-1 permit"),
)
@run_argument
@step_argument
@break_glass_option
@paper_options
@said_options
@click.pass_obj
def _approve(options: Options, run: str, step: str, break_glass: bool, **said: Unpack[Said]) -> int:
    return carry_out(options, run, lambda who: approve(who, step, break_glass=break_glass), said)


@click.command(
    name="confirm",
    short_help=_("Let something begin that destroys."),
    help=_(
        "Let a step begin that destroys something: type the name of the system. It takes a second "
        "person who permitted it, or broken glass with a reason."
    ),
    epilog=epilog("continuity runbook confirm recover-billing-1 overwrite --system billing"),
)
@run_argument
@step_argument
@click.option("--system", required=True, metavar="NAME", help=_("The system, typed out."))
@break_glass_option
@said_options
@click.pass_obj
def _confirm(
    options: Options, run: str, step: str, system: str, break_glass: bool, **said: Unpack[Said]
) -> int:
    return carry_out(
        options, run, lambda who: confirm(who, step, system, break_glass=break_glass), said
    )


@click.command(
    name="answer",
    short_help=_("Answer what a step asks."),
    help=_(
        "Answer what a step asks: of one whose end nobody knows done, not-done or repeat; after a "
        "time-box go-on or a time such as 30m; in a drill run or simulate; else a restore point."
    ),
    epilog=epilog(
        'continuity runbook answer recover-billing-1 restart done --note "it is up"',
        "continuity runbook answer recover-billing-1 scope 30m",
        "continuity runbook answer recover-billing-1 restore newest-proven --from offsite",
    ),
)
@run_argument
@step_argument
@click.argument("answer", metavar="ANSWER")
@click.option(
    "--unproven",
    is_flag=True,
    help=_("Take a restore point that no test proves; it goes on record, with the --note."),
)
@_from_option
@said_options
@click.pass_obj
def _answer(
    options: Options,
    run: str,
    step: str,
    answer: str,
    unproven: bool,
    origin: str | None,
    **said: Unpack[Said],
) -> int:
    def make(app: App, person: Person) -> Command:
        stand = stand_of(stage_of(app), run)
        restore = stand.step(step)
        if stand.conduct.of(step).waits is not Waits.POINT or not isinstance(restore, RestoreStep):
            return _answering(person, step, answer)
        where = origin or restore.repository or ""
        one = candidate_named(app, restore.job, answer, where)
        chosen = PointChosen(point=one.point.id, proven=one.proven, repository=origin or "")
        return choose_point(person, step, chosen, unproven=unproven)

    return carry_out_in(options, run, make, said)


@click.command(
    name="retry",
    short_help=_("Try again what has failed."),
    help=_("Try again what has failed; after an undo, from where it was undone."),
    epilog=epilog(
        "continuity runbook retry recover-billing-1 restart",
        "continuity runbook retry recover-billing-1 restore --from offsite",
    ),
)
@run_argument
@step_argument
@_from_option
@said_options
@click.pass_obj
def _retry(options: Options, run: str, step: str, origin: str | None, **said: Unpack[Said]) -> int:
    def make(app: App, person: Person) -> Command:
        restore = stand_of(stage_of(app), run).step(step)
        if origin and isinstance(restore, RestoreStep):
            require_kept(app, restore.job, origin)
        return retry(person, step, origin or "")

    return carry_out_in(options, run, make, said)


def _answering(person: Person, step: str, answer: str) -> Command:
    def run(stand: Stand) -> tuple[Entry, ...]:
        one = stand.conduct.of(step)
        if one.state is StepState.UNKNOWN:
            return answer_unknown(person, step, answer)(stand)
        if one.waits is Waits.DRILL:
            return choose_in_drill(person, step, answer)(stand)
        return go_on(person, step, _more_time(answer))(stand)

    return run


def _more_time(answer: str) -> timedelta | None:
    try:
        return None if answer == "go-on" else duration_from_text(answer)
    except ExpectedError as error:
        raise ConfigurationError(
            say(N_("{answer} is no answer to this step."), answer=text_shown(answer)),
            remedy=say(N_("Write go-on, or how much longer it may take, such as 30m.")),
        ) from error


_RUN = "recover-billing-1"
COMMANDS = (
    _on_step(
        "claim",
        _("Take a step, so that nobody else does it too; for half an hour."),
        claim,
        f"continuity runbook claim {_RUN} scope",
    ),
    _on_step(
        "fail",
        _("Say that a step could not be done."),
        fail,
        f'continuity runbook fail {_RUN} scope --note "no way in"',
    ),
    _on_step(
        "skip",
        _("Go on without a step, with a reason."),
        skip,
        f'continuity runbook skip {_RUN} scope --note "seen already"',
    ),
    _retry,
    _decide,
    _approve,
    _confirm,
    _answer,
)
"""The acts of this module."""
