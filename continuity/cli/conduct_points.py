"""`continuity runbook points`: what could come back, and what is proven of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import click

from continuity.app import opened
from continuity.cli.columns import joined, plain
from continuity.cli.conduct_restoring import candidates_of, reachable
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_json
from continuity.cli.wording import duration
from continuity.config.workspace import job_named
from continuity.domain.clock import text_from_time
from continuity.domain.conduct_frontier import Stand, frontier
from continuity.domain.restore_choice import Candidate
from continuity.domain.step_kinds import RestoreStep

_SHOWN = 5
# The ids of rsync begin with the time, so that only the whole of one tells it from others.
_SHORT, _LONG = 12, 32


def restores_ahead(stand: Stand) -> tuple[RestoreStep, ...]:
    """Give the restores that are on, or next."""
    if stand.conduct.over:
        return ()
    steps = (stand.step(name) for name in frontier(stand))
    restores = (step for step in steps if isinstance(step, RestoreStep))
    return tuple(step for step in restores if step.target != "previous")


def point_lines(
    known: Sequence[Candidate], now: datetime, zone: tzinfo, most: int = _SHOWN
) -> Iterator[str]:
    """Write a line for each restore point: when, how old, and what the latest test of it said."""
    if not known:
        yield "    " + _("There is no restore point.")
        return
    several = any(one.copy_of for one in known)
    rows = [_row(one, now, zone, several=several) for one in known[:most]]
    heading = [_("Restore point"), _("Data of"), _("Age"), _("Level"), _("Verdict"), _("Proof")]
    if several:
        heading.insert(1, _("Repository"))
    for line in joined([heading, *rows], "<<<><<<" if several else "<<><<<", gap="  "):
        yield "    " + line.rstrip()
    proven = next((one for one in known if one.proven), None)
    if proven is not None and proven not in known[:most]:
        yield "    " + _("The newest proven one: {point}").format(point=plain(proven.point.id))


def _row(one: Candidate, now: datetime, zone: tzinfo, *, several: bool) -> tuple[str, ...]:
    tested = one.tested_at
    proof = _("not proven")
    if tested is not None:
        word = _("proven {age} ago") if one.proven else _("tested {age} ago, does not count")
        proof = word.format(age=duration((now - tested).total_seconds()))
    return (
        plain(one.point.id if len(one.point.id) <= _LONG else one.point.id[:_SHORT]),
        *((plain(one.repository),) if several else ()),
        f"{one.point.data_time.astimezone(zone):%Y-%m-%d %H:%M}",
        duration((now - one.point.data_time).total_seconds()),
        one.level or "-",
        "-" if one.verdict is None else one.verdict.value,
        proof,
    )


def plain_points(known: Sequence[Candidate]) -> list[dict[str, object]]:
    """Reduce restore points to what JSON can hold."""
    return [
        {
            "id": one.point.id,
            "repository": one.repository,
            "copy_of": one.copy_of or None,
            "data_time": text_from_time(one.point.data_time),
            "proven": one.proven,
            "level": one.level,
            "tested_at": None if one.tested_at is None else text_from_time(one.tested_at),
            "verdict": None if one.verdict is None else one.verdict.value,
        }
        for one in known
    ]


@click.command(
    name="points",
    short_help=_("List what could come back."),
    help=_(
        "List the restore points of a job, the newest first: how old each is, in which repository, "
        "what the latest restore test of it there said, and whether that still counts."
    ),
    epilog=epilog("continuity runbook points erp"),
)
@click.argument("job", metavar="JOB")
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def points(options: Options, job: str, as_json: bool) -> int:
    """Print a line for each restore point."""
    with opened(options.workspace) as app:
        known = candidates_of(app, job_named(app.workspace, job).name)
        now, zone = app.bench.now(), ZoneInfo(app.workspace.settings.zone)
        names = tuple(dict.fromkeys(one.repository for one in known))
        answering = reachable(app, names)
    if as_json:
        doors = {name: name in answering for name in names}
        show_json({"job": job, "points": plain_points(known), "answers": doors})
        return 0
    for name in names:
        if name not in answering:
            show(_("{repository} does not answer now.").format(repository=plain(name)))
    for line in point_lines(known, now, zone, most=len(known)):
        show(line)
    return 0


COMMANDS = (points,)
"""The commands of this module."""
