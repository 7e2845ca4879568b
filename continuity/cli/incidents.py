"""`continuity incidents`: what is wrong, who has it, and what to do next."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from continuity.answering.climbing import Climbing
from continuity.app import App, opened, portfolio_of, recorded
from continuity.cli import incident_actions, incident_endings, incident_storm, incident_times
from continuity.cli.columns import room
from continuity.cli.entry import Options
from continuity.cli.incident_clocks import plain_from_prospect, prospect_lines
from continuity.cli.incident_offer import offer_lines, plain_offer
from continuity.cli.incident_options import number_argument
from continuity.cli.incident_screen import (
    Picture,
    brief_of,
    gravest_first,
    overview,
    plain_of,
    timeline,
)
from continuity.cli.incident_told import outside_of, outside_shown, plain_from_outside
from continuity.cli.incident_words import state_text, title_of
from continuity.cli.language import _, plural
from continuity.cli.output import epilog, show, show_below, show_json, table
from continuity.cli.response import hear_outside, respond_to_all, tell_outside
from continuity.cli.warnings import hindered, unwritable
from continuity.config.responding import ladders_of
from continuity.config.workspace import Workspace
from continuity.domain.assessment import assess
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.incident import ENDED, Incident, State
from continuity.domain.incident_plain import local_number
from continuity.domain.verdict import Verdict, exit_code
from continuity.store.store import Store
from continuity.workflows.delivering import Delivered
from continuity.workflows.responding import unknown_incident

_LASTING = tuple(state for state in State if state not in ENDED)


@click.group(
    invoke_without_command=True,
    help=_(
        "Show what is wrong now, the gravest first: since when, what it means for the business, "
        "what was measured, who has it, and what to do next; 1 when anything is open."
    ),
    epilog=epilog(
        "continuity incidents",
        "continuity incidents show 12",
        "continuity incidents ack 12",
        'continuity incidents resolve 12 --note "new disk"',
    ),
)
@click.option(
    "--all", "everything", is_flag=True, help=_("List all there ever were, also those that ended.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_context
def command(context: click.Context, everything: bool, as_json: bool) -> int:
    """Print what is open, unless something else was asked."""
    if context.invoked_subcommand is not None:
        return 0
    options = context.ensure_object(Options)
    states = tuple(State) if everything else _LASTING
    with _pictured(options, states) as (picture, _workspace, _store):
        speaking = [one for one in picture.incidents if one.speaks]
        if as_json:
            rows = [plain_of(one, picture) for one in gravest_first(picture.incidents)]
            known = {"open": len(speaking), "unwritable": unwritable(picture.hindrance)}
            show_json({**known, "incidents": rows})
        else:
            _say_hindrance(picture)
            _list(picture) if everything else show("\n".join(overview(picture)))
    return exit_code(Verdict.FAIL) if speaking else _code(picture)


def _code(picture: Picture) -> int:
    """Give the exit code where nothing is open: what was known last is not known to be so now."""
    return exit_code(Verdict.PASS if picture.hindrance is None else Verdict.INCONCLUSIVE)


def _say_hindrance(picture: Picture) -> None:
    if picture.hindrance is not None:
        show("\n".join((*hindered(picture.hindrance, picture.columns), "")))


@contextmanager
def _pictured(
    options: Options, states: tuple[State, ...]
) -> Iterator[tuple[Picture, Workspace, Store | None]]:
    """Read incidents and what is judged now; nothing is written."""
    standing = portfolio_of(options.workspace, os.environ)
    with recorded(options.workspace, os.environ, as_left=True) as (workspace, store):
        incidents: tuple[Incident, ...] = ()
        if store is not None:
            with store.reading() as reading:
                incidents = tuple(reading.incidents.all(states))
        assessment = standing.assess()
        picture = Picture(
            incidents=incidents,
            assessment=assessment,
            columns=room(),
            hindrance=None if store is None else store.hindrance,
        )
        yield picture, workspace, store


def _list(picture: Picture) -> None:
    heading = [_("Number"), _("Sev."), _("State"), _("Since"), _("What")]
    rows = [
        [
            local_number(one.number),
            one.severity.value,
            state_text(one.state),
            f"{one.first_seen.astimezone(picture.zone):%Y-%m-%d %H:%M}",
            title_of(one),
        ]
        for one in sorted(picture.incidents, key=lambda one: -one.number)
    ]
    if rows:
        table([heading, *rows])
    else:
        show(_("There was never an incident."))


@command.command(
    name="show",
    short_help=_("Show one incident with all that happened."),
    help=_(
        "Show one incident in full: what is known, who has it, everything that happened, its "
        "tickets as they were seen last, and who was told by which way."
    ),
    epilog=epilog("continuity incidents show 12", "continuity incidents show 12 --json"),
)
@number_argument
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def show_one(options: Options, number: int, as_json: bool) -> int:
    """Print one incident."""
    with _pictured(options, tuple(State)) as (picture, workspace, store):
        incident = next((one for one in picture.incidents if one.number == number), None)
        if incident is None or store is None:
            raise unknown_incident(number)
        records = _history(store, number)
        people = store.people()
        climbing = Climbing(workspace=workspace, store=store, present=ladders_of(workspace))
        prospect = climbing.prospect(incident, picture.assessment.at)
        outside = outside_of(store, number)
        if as_json:
            events = [
                {**record.body, "sequence": record.sequence, **people.get(record.sequence, {})}
                for record in records
            ]
            more = {
                **plain_from_prospect(prospect),
                **plain_from_outside(outside),
                **plain_offer(workspace, store, incident),
            }
            more["unwritable"] = unwritable(picture.hindrance)
            show_json({**plain_of(incident, picture), **more, "events": events})
            return _code(picture)
        _say_hindrance(picture)
        show("\n".join(brief_of(incident, picture)))
        if incident.active:
            known = _("What is known of its systems: {command}")
            show_below(known.format(command=f"continuity runbook info --incident {number}"), 4)
        for line in offer_lines(workspace, store, incident):
            show_below(line, 4)
        show()
        show("\n".join(prospect_lines(prospect, workspace, picture.zone)))
        if records:
            show()
            show(_("What happened:"))
            show("\n".join(timeline(records, people, picture)))
        for line in outside_shown(outside, picture):
            show(line)
    return _code(picture)


def _history(store: Store, number: int) -> list[Record]:
    changed = store.records(kinds=[RecordKind.INCIDENT_CHANGED])
    return [record for record in changed if record.body.get("incident") == number]


@command.command(
    name="update",
    short_help=_("Look at what is known now, and open or end incidents."),
    help=_(
        "Look at what was recorded since the last time and at what follows from it: overdue, at "
        "risk, not proven, broken. Backups and drills do this at their end; run it from cron for "
        "what happens when nothing runs."
    ),
    epilog=epilog("continuity incidents update", "continuity incidents update --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def update(options: Options, as_json: bool) -> int:
    """Respond, and say what moved."""
    with opened(options.workspace) as app:
        heard = {one.number: one for one in hear_outside(app)}
        moved = {move.after.number: move.after for move in respond_to_all(app, options.workspace)}
        delivered = tell_outside(app)
        _say_moved(app, list({**heard, **moved}.values()), delivered, as_json=as_json)
    return 0


def _say_moved(app: App, moved: list[Incident], delivered: Delivered, *, as_json: bool) -> None:
    if as_json:
        assessment = assess(portfolio_of(app.workspace.root).portfolio, app.bench.now())
        picture = Picture(incidents=moved, assessment=assessment, columns=room())
        changed = [plain_of(one, picture) for one in moved]
        show_json({"changed": changed, "delivered": delivered.plain()})
        return
    for one in moved:
        show(f"{local_number(one.number)}  {state_text(one.state)}  {title_of(one)}")
    count = len(moved)
    show(
        plural("{count} incident changed.", "{count} incidents changed.", count).format(count=count)
    )
    if delivered.lanes:
        show(
            _("Told outside: {confirmed}. To be tried again: {later}. Refused: {rejected}.").format(
                confirmed=delivered.confirmed,
                later=delivered.retryable + delivered.uncertain,
                rejected=delivered.rejected,
            )
        )


for _more in (
    *incident_actions.COMMANDS,
    *incident_times.COMMANDS,
    *incident_endings.COMMANDS,
    incident_storm.command,
):
    command.add_command(_more)
