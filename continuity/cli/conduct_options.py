"""What every act in a run shares: which run, who acts, why, and what the program does after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import NotRequired, TypedDict, TypeVar
from zoneinfo import ZoneInfo

import click

from continuity.app import App, opened
from continuity.cli.acting import acting, is_stranger, warn_of_stranger
from continuity.cli.columns import room
from continuity.cli.conduct_over import look_up
from continuity.cli.conduct_points import restores_ahead
from continuity.cli.conduct_reasons import reasons_of
from continuity.cli.conduct_restoring import candidates_of
from continuity.cli.conduct_screen import View, lines, plain_view
from continuity.cli.conduct_shown import Screen
from continuity.cli.conduct_stage import hands_of, stage_of
from continuity.cli.entry import Options
from continuity.cli.incident_options import past_moment_given
from continuity.cli.language import _
from continuity.cli.output import show, show_json
from continuity.cli.response import try_to_tell
from continuity.domain.conduct import Conduct
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_information import choices
from continuity.domain.conduct_paper import from_paper
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.conduct_refusals import Command, by_stranger
from continuity.domain.conduct_result import verified_at, work_of
from continuity.domain.conduct_times import lost, phases
from continuity.domain.conduct_verdict import verdict_of_run
from continuity.domain.failure import ConflictError
from continuity.domain.incident_commands import Person
from continuity.domain.verdict import exit_code
from continuity.workflows.child_runs import carry_on_all
from continuity.workflows.conducting import Stage, act, on_paper, stand_of, tick
from continuity.workflows.holding import release
from continuity.workflows.performing import perform

_F = TypeVar("_F", bound=Callable[..., object])


class Said(TypedDict):
    """What can be said with every act; ``paper`` and ``at`` with those that paper has room for."""

    note: str
    by: str | None
    version: int | None
    as_json: bool
    paper: NotRequired[bool]
    at: NotRequired[str | None]


def paper_options(function: _F) -> _F:
    """Add the options of what can be entered from paper."""
    at = click.option("--at", metavar="TIME", help=_("When it was done, as the paper says."))
    paper = click.option(
        "--paper", is_flag=True, help=_("It was done on paper, while the program was not there.")
    )
    return paper(at(function))


run_argument = click.argument("run", metavar="RUN")
step_argument = click.argument("step", metavar="STEP")
note_option = click.option("--note", default="", help=_("Why, or what was done, in words."))
by_option = click.option("--by", metavar="NAME", help=_("Who acts; the user of this machine."))
json_option = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
break_glass_option = click.option(
    "--break-glass",
    is_flag=True,
    help=_("Act without the right to, in an emergency; it goes on record, with the --note."),
)


def said_options(function: _F) -> _F:
    """Add the options of every act."""
    version = click.option(
        "--version",
        type=click.IntRange(min=1),
        help=_("Refuse when somebody went on since this version, as --json shows it."),
    )
    for option in (json_option, version, by_option, note_option):
        function = option(function)
    return function


def carry_out(options: Options, run: str, make: Callable[[Person], Command], said: Said) -> int:
    """Do what was asked, let the program do what is its turn then, and show how the run stands."""
    return carry_out_in(options, run, lambda _app, person: make(person), said)


def carry_out_in(
    options: Options, run: str, make: Callable[[App, Person], Command], said: Said
) -> int:
    """Do what takes a look into the workspace, as ``carry_out`` does."""
    with opened(options.workspace) as app:
        if said.get("paper") or said.get("at"):
            return _enter(app, said, run, make)
        screen = Screen(app)
        stage = stage_of(app, screen)
        person = acting(app, said["by"], said["note"])
        act(stage, run, _made(app, make, person, said), said["version"])
        release(app.bench.store, run)
        go_on(app, stage, run)
        return code_of(tell(screen, stage, run, as_json=said["as_json"]))


def _made(app: App, make: Callable[[App, Person], Command], person: Person, said: Said) -> Command:
    warn_of_stranger(app, said["by"])
    command = make(app, person)
    return by_stranger(command) if is_stranger(app, person.name) else command


def carry_on_alone(options: Options, run: str) -> int:
    """Let the program do what is its turn where nobody looks, and print how the run stands."""
    with opened(options.workspace) as app:
        stage = stage_of(app, alone=True)
        try:
            conduct = go_on(app, stage, run)
        except ConflictError:
            # Somebody else carries it on.
            conduct = stand_of(stage, run).conduct
    show_json({"run": run, "state": conduct.state.value, "version": conduct.version})
    return code_of(conduct)


def code_of(conduct: Conduct) -> int:
    """Give the exit code of an act: that it was carried out does not make the run go well."""
    return exit_code(verdict_of_run(conduct))


def _enter(app: App, said: Said, run: str, make: Callable[[App, Person], Command]) -> int:
    """Enter what was done on paper, by its own time; the program does nothing by itself then."""
    if not said.get("paper") or not said.get("at"):
        raise click.UsageError(_("Give --paper and --at together."))
    now, screen = app.bench.now(), Screen(app)
    at = _moment_on_paper(said.get("at") or "", now, app.workspace.settings.zone)
    stage = on_paper(stage_of(app, screen), run, at)
    person = replace(acting(app, said["by"], said["note"]), at=stage.now())
    command = _made(app, make, person, said)
    act(stage, run, from_paper(command, at, now), said["version"])
    return code_of(tell(screen, stage, run, as_json=said["as_json"]))


def _moment_on_paper(text: str, now: datetime, zone: str) -> datetime:
    """Read a time as people write it down: 09:40 is the latest one that there was."""
    try:
        clock = time.fromisoformat(text.strip())
    except ValueError:
        return past_moment_given(text, now, zone)
    place = ZoneInfo(zone)
    today = now.astimezone(place).date()
    moment = datetime.combine(today, clock, place)
    return moment if moment <= now else moment - timedelta(days=1)


def go_on(app: App, stage: Stage, run: str) -> Conduct:
    """Let the program do what is its turn."""
    conduct = carry_on_all(
        stage, run, partial(perform, hands_of(app, stage)), partial(look_up, app)
    )
    try_to_tell(app)
    return conduct


def tell(screen: Screen, stage: Stage, run: str, *, as_json: bool, whole: bool = False) -> Conduct:
    """Show how a run stands now; ``whole`` with all that is known of its systems."""
    tick(stage, run)
    view = view_of(screen, stand_of(stage, run), whole=whole)
    if as_json:
        show_json(plain_view(view))
    else:
        show("\n".join(lines(view)))
    return view.stand.conduct


def view_of(screen: Screen, stand: Stand, *, whole: bool = False) -> View:
    """Measure a run, from the beginning of the impact where that is known."""
    app = screen.app
    conduct, store, now = stand.conduct, app.bench.store, app.bench.now()
    with store.reading() as reading:
        incident = reading.incidents.find(conduct.incident) if conduct.incident else None
    impact = None if incident is None else incident.impact_at or incident.first_seen
    since = (None if conduct.drill else impact) or conduct.started_at or now
    until = (verified_at(stand) if conduct.over else None) or conduct.ended_at or now
    entries = entries_of(store.records(kinds=CONDUCTING), conduct.run)
    return View(
        stand=stand,
        points={step.id: candidates_of(app, step.job) for step in restores_ahead(stand)},
        spent=phases(entries, until, since, work_of(stand)),
        lost=lost(conduct, entries, since),
        now=now,
        zone=ZoneInfo(app.workspace.settings.zone),
        columns=room(),
        people=app.workspace.people,
        pack=None if conduct.over else screen.pack(stand, doors=whole or bool(choices(stand))),
        whole=whole,
        reasons=reasons_of(app.bench.store, conduct),
    )
