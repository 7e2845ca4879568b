"""`canary`: plant known content that tampering cannot miss, and see how it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from continuity.app import App, opened
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_below, show_json, table
from continuity.domain.canary import ROW_NAME, Seedling
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ContinuityError
from continuity.domain.text import N_, shown
from continuity.domain.verdict import Verdict, exit_code
from continuity.sources.source import RowCanary
from continuity.workflows.canaries import (
    Standing,
    State,
    choose_row,
    choose_seedlings,
    look_at_canaries,
    plant_files,
    plant_row,
    retire_canaries,
)
from continuity.workflows.history import read_history
from continuity.workflows.world import Protected

_STATES = {
    State.SOUND: N_("as planted"),
    State.CHANGED: N_("CHANGED"),
    State.GONE: N_("GONE"),
    State.UNKNOWN: N_("unknown"),
    State.ASKED: N_("asked in drills"),
    State.UNFINISHED: N_("planting was interrupted"),
}
_UNCERTAIN = frozenset({State.UNKNOWN, State.UNFINISHED})
_ALARMING = frozenset({State.CHANGED, State.GONE})


@click.group(
    help=_(
        "Plant files and rows that nobody ever changes: when one changes, somebody or something "
        "tampers with the source."
    ),
    epilog=epilog(
        "continuity canary plant files", "continuity canary list", "continuity canary retire files"
    ),
)
def command() -> None:
    """Group what is done with canaries."""


@command.command(
    name="plant",
    short_help=_("Plant canaries in a job's source."),
    help=_(
        "Plant a few files of ordinary names into the directories of a job, never over anything. "
        "They count at once: each backup and each drill compares them byte for byte. Into a "
        "database a row is planted, or the statements for it are printed."
    ),
    epilog=epilog("continuity canary plant files", "continuity canary plant files --count 5 --yes"),
)
@click.argument("job")
@click.option(
    "--count",
    type=click.IntRange(min=1, max=100),
    default=3,
    help=_("How many files at most; 3 if not given."),
)
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.pass_obj
def plant(options: Options, job: str, count: int, yes: bool) -> int:
    """Say what would be planted, ask, and plant."""
    with opened(options.workspace) as app:
        protected = app.protected(job)
        if protected.living is not None:
            return _plant_row(app, protected, yes=yes)
        language = app.workspace.settings.language
        seedlings = choose_seedlings(app.bench, protected, count, language)
        show(_("To be planted in the source of {job}:").format(job=plain(job)))
        for seedling in seedlings:
            show(f"  {shown(seedling.path)}")
        _ask(yes)
        plant_files(app.bench, protected, seedlings)
    _told(seedlings)
    return 0


def _ask(yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(_("Nobody can be asked here: give --yes to plant."))
    click.confirm(_("Plant them?"), abort=True)


def _told(seedlings: Sequence[Seedling]) -> None:
    show(
        _("Planted: {count}. They are watched from the next backup on.").format(
            count=len(seedlings)
        )
    )
    show_below(_("Tell the people who work there not to touch them. Nothing need be written."))


def _plant_row(app: App, protected: Protected, *, yes: bool) -> int:
    row = choose_row(app.bench)
    living = protected.living
    if living is None or living.plant is None:
        _show_by_hand(row)
        return 0
    show(_("To be executed in the source of {job}:").format(job=plain(protected.job.name)))
    _show_statements(row)
    _ask(yes)
    try:
        plant_row(app.bench, protected, row)
    except ContinuityError:
        _show_by_hand(row)
        raise
    show(_("Planted. Each drill asks for it from the next backup on."))
    return 0


def _show_by_hand(row: RowCanary) -> None:
    show(_("Execute this in the database, as a user who may make a table:"))
    _show_statements(row)
    show(_("and write this into the job, so that each drill asks for it:"))
    for line in (
        "checks:",
        "  - kind: sql",
        f"    name: {ROW_NAME}",
        f"    query: {row.query}",
        f'    equals: "{row.value}"',
    ):
        show(f"  {line}")


def _show_statements(row: RowCanary) -> None:
    for statement in row.statements:
        show(f"  {statement};")


@command.command(
    name="list",
    short_help=_("Show all planted canaries."),
    help=_("Show the planted canaries and how they are now; 1 when one was changed or is gone."),
    epilog=epilog("continuity canary list", "continuity canary list --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def list_all(options: Options, as_json: bool) -> int:
    """Look at every canary and print how it is."""
    with opened(options.workspace) as app:
        found = [
            (protected.job.name, one)
            for protected in app.all_protected()
            for one in look_at_canaries(protected, read_history(app.bench, protected.job.name))
        ]
    verdict = _verdict([one for _job, one in found])
    if as_json:
        rows = [_plain(job, one) for job, one in found]
        show_json({"verdict": verdict.value, "canaries": rows})
    elif found:
        heading = [_("Job"), _("Now"), _("Planted"), _("Canary")]
        table([heading, *(_row(job, one) for job, one in found)])
        if State.UNFINISHED in {one.state for _job, one in found}:
            show_below(_("Planting again clears what was interrupted: continuity canary plant JOB"))
    else:
        show(_("No canary is planted. Next: continuity canary plant JOB"))
    return exit_code(verdict)


def _verdict(standing: Sequence[Standing]) -> Verdict:
    states = {one.state for one in standing}
    if states & _ALARMING:
        return Verdict.FAIL
    return Verdict.INCONCLUSIVE if states & _UNCERTAIN else Verdict.PASS


def _row(job: str, one: Standing) -> list[str]:
    canary = one.canary
    return [plain(job), _(_STATES[one.state]), f"{canary.at:%Y-%m-%d}", plain(canary.name)]


def _plain(job: str, one: Standing) -> dict[str, object]:
    return {
        "job": job,
        "kind": one.canary.kind,
        "name": one.canary.name,
        "planted_at": text_from_time(one.canary.at),
        "state": one.state.value,
    }


@command.command(
    name="retire",
    short_help=_("Stop watching the canaries of a job."),
    help=_(
        "Stop watching all planted canaries of a job, and remove the files that are still as they "
        "were planted. Changed ones stay where they are."
    ),
    epilog=epilog("continuity canary retire files --yes"),
)
@click.argument("job")
@click.option("--yes", is_flag=True, help=_("Do not ask."))
@click.pass_obj
def retire(options: Options, job: str, yes: bool) -> int:
    """Ask, and retire."""
    with opened(options.workspace) as app:
        protected = app.protected(job)
        history = read_history(app.bench, protected.job.name)
        if not history.canaries:
            show(_("No canary is planted. Next: continuity canary plant JOB"))
            return 0
        if not yes and not sys.stdin.isatty():
            raise click.UsageError(_("Nobody can be asked here: give --yes to retire."))
        if not yes:
            click.confirm(
                _("Stop watching {count}?").format(count=len(history.canaries)), abort=True
            )
        left = retire_canaries(app.bench, protected, history)
    show(_("Watched no longer: {count}.").format(count=len(history.canaries)))
    for one in left:
        show_below(_("Left where it is: {name}").format(name=plain(one.canary.name)))
    return 0
