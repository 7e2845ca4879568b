"""`schedule`: every planned time, what became of it, and what comes next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from continuity.app import now, recorded
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_json, table
from continuity.cli.slot_words import kind_text, plain_from_slot, row_of_slot
from continuity.config.expecting import expectations_of
from continuity.config.workspace import Workspace, job_named
from continuity.domain.clock import text_from_time
from continuity.domain.slot import Expectation, Slot

_DAYS = 7


@click.command(
    help=_(
        "Show every planned time of the last days and what became of it: run, late, or missed, and "
        "why; then when each job is due next. Slots are kept from the first “continuity tick” on."
    ),
    epilog=epilog("continuity schedule", "continuity schedule erp --days 30 --json"),
)
@click.argument("job", required=False)
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=_DAYS,
    help=_("How many days to look back; 7 if not given."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, job: str | None, days: int, as_json: bool) -> int:
    """Print slots and what is expected next."""
    at = now()
    with recorded(options.workspace, os.environ) as (workspace, store):
        slots: Sequence[Slot] = ()
        if store is not None:
            with store.reading() as reading:
                slots = reading.slots.history(at - timedelta(days=days), job)
        coming = sorted(_coming(workspace, job, at), key=lambda one: (one[0], one[1].key))
        if job is not None and not slots:
            job_named(workspace, job)  # an empty list would say that nothing was meant to run
    if as_json:
        show_json(
            {
                "slots": [plain_from_slot(slot) for slot in slots],
                "next": [
                    {"job": one.job, "kind": one.kind.value, "planned": text_from_time(planned)}
                    for planned, one in coming
                ],
            }
        )
    else:
        _show(slots, coming, ZoneInfo(workspace.settings.zone))
    return 0


def _coming(
    workspace: Workspace, job: str | None, at: datetime
) -> Iterator[tuple[datetime, Expectation]]:
    for wanted in expectations_of(workspace, at).values():
        if job is None or wanted.job == job:
            yield wanted.timetable.next_after(at), wanted


def _show(
    slots: Sequence[Slot], coming: Sequence[tuple[datetime, Expectation]], zone: ZoneInfo
) -> None:
    heading = [_("Planned"), _("What"), _("Job"), _("Became of it"), _("Why")]
    if slots:
        table([heading, *(row_of_slot(slot, zone) for slot in slots)])
    else:
        show(_("No slot was due yet while “continuity serve” or “continuity tick” looked."))
    show()
    rows = [
        [f"{planned.astimezone(zone):%Y-%m-%d %H:%M}", kind_text(one.kind), one.job]
        for planned, one in coming
    ]
    if rows:
        table([[_("Next"), _("What"), _("Job")], *rows])
    else:
        show(_("No job has a timetable."))
