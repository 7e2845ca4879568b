"""`continuity plan`: show what a backup or drill would do, and do nothing."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from continuity.app import App, opened
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json, table
from continuity.cli.plan_split import plain_split, show_why, split_rows
from continuity.cli.wording import moment, number, size
from continuity.domain.retention import RetentionPlan
from continuity.domain.text import shown
from continuity.workflows.history import read_history
from continuity.workflows.planning import DrillPlan, DrillRequest, plan_drill
from continuity.workflows.retire import plan_retirement
from continuity.workflows.splitting import Split, split_drill
from continuity.workflows.world import Protected

_SHOWN_PATHS = 12


@click.command(
    help=_(
        "Show what a backup of a job would do, a drill with --drill, or a read-back with"
        " --read-back; nothing is run."
    ),
    epilog=epilog(
        "continuity plan erp",
        "continuity plan erp --drill --json",
        "continuity plan erp --read-back",
    ),
)
@click.argument("job")
@click.option("--drill", "for_drill", is_flag=True, help=_("Plan a drill instead of a backup."))
@click.option("--full", is_flag=True, help=_("Plan a drill of everything."))
@click.option(
    "--read-back",
    is_flag=True,
    help=_("Plan a read-back of stored bytes: what is due, and what the budget allows."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_context
def command(
    context: click.Context, job: str, for_drill: bool, full: bool, read_back: bool, as_json: bool
) -> int:
    """Print the plan as a value; running it is `backup` and `drill`."""
    if read_back and (for_drill or full):
        raise click.UsageError(_("--read-back is a plan of its own: leave --drill and --full out."))
    with opened(context.ensure_object(Options).workspace) as app:
        protected = app.protected(job)
        if read_back:
            # It loads the witness, which the other plans have no use for.
            from continuity.cli.plan_read_back import show_read_back

            show_read_back(app, protected, as_json=as_json)
        elif for_drill or full:
            _show_drill(app, protected, full=full, as_json=as_json)
        else:
            _show_backup(app, protected, as_json=as_json)
    return 0


def _show_backup(app: App, protected: Protected, *, as_json: bool) -> None:
    history = read_history(app.bench, protected.job.name)
    retention = plan_retirement(app.bench, protected, history)
    extent = protected.extent
    plain: dict[str, object] = {
        "job": protected.job.name,
        "engine": protected.repository.engine,
        "repository": protected.job.repository,
        "location": protected.repository.location,
        "host": app.bench.host_name if protected.away is None else protected.away.host,
        "runs_on": _runs_on(protected) or app.bench.host_name,
        "paths": [shown(root) for root in extent.roots],
        "excludes": list(extent.excludes),
        "one_file_system": extent.one_file_system,
        "mounts": [shown(mount) for mount in extent.mounts],
        "sentinels": [shown(sentinel) for sentinel in extent.sentinels],
        "restore_points": len([point for point in history.points if point.removed_at is None]),
        "would_remove": [point.id for point in retention.removed],
        "held": None if retention.held is None else sentence(retention.held),
    }
    if as_json:
        show_json(plain)
        return
    show(_("Backup of {job}: {title}").format(job=protected.job.name, title=protected.job.title))
    table(
        [
            [_("From"), _from(protected)],
            [_("Left out"), ", ".join(extent.excludes) or "-"],
            [_("Must be mounted"), ", ".join(shown(mount) for mount in extent.mounts) or "-"],
            [_("Must exist"), ", ".join(shown(path) for path in extent.sentinels) or "-"],
            [_("Into"), f"{protected.job.repository} ({protected.repository.location})"],
            [_("With"), _engine(protected)],
            [_("Then removed"), _retention(retention)],
        ]
    )


def _runs_on(protected: Protected) -> str:
    """Name the other machine on which the engine runs; nothing for this one."""
    away = protected.away
    return "" if away is None or away.open_engine is None else away.host


def _from(protected: Protected) -> str:
    # A database covers no paths: its kind is what there is to say of it.
    roots = ", ".join(shown(root) for root in protected.extent.roots) or protected.job.source.kind
    away = protected.away
    if away is None:
        return roots
    return _("{paths} on {host}").format(paths=roots, host=away.host)


def _engine(protected: Protected) -> str:
    engine, away = protected.repository.engine, protected.away
    if away is None:
        return engine
    if away.open_engine is None:
        return _("{engine}, which runs here and fetches").format(engine=engine)
    return _("{engine}, which runs on {host}").format(engine=engine, host=away.host)


def _retention(plan: RetentionPlan) -> str:
    if plan.held is not None:
        return sentence(plan.held)
    return _("{removed} of {all} restore points, by the job's retention").format(
        removed=number(len(plan.removed)), all=number(len(plan.removed) + len(plan.kept))
    )


def _show_drill(app: App, protected: Protected, *, full: bool, as_json: bool) -> None:
    history = read_history(app.bench, protected.job.name)
    plan = plan_drill(app.bench, protected, history, DrillRequest(full=full))
    plan, split = split_drill(app.bench, protected, plan)
    if as_json:
        show_json({**_plain_drill(app, plan), **plain_split(plan, split)})
        return
    zone = ZoneInfo(protected.zone)
    show(_("Drill of {job}: {title}").format(job=protected.job.name, title=protected.job.title))
    table(
        [
            [_("Restore point"), f"{plan.point.id[:16]}  {moment(plan.point.data_time, zone)}"],
            [_("Of"), f"{number(plan.population_files)}, {size(plan.population_bytes)}"],
            [_("Restored"), _restored(plan, split)],
            *split_rows(plan, split),
            [_("Into"), shown(bytes(app.bench.sandbox_place))],
            [_("Seed"), plan.seed],
        ]
    )
    show_why(plan, split)
    if plan.paths is not None:
        for path in plan.paths[:_SHOWN_PATHS]:
            show("  " + shown(path))
        if len(plan.paths) > _SHOWN_PATHS:
            show("  " + _("and more: {count}").format(count=number(len(plan.paths) - _SHOWN_PATHS)))


def _restored(plan: DrillPlan, split: Split | None) -> str:
    entries, total = plan.expected_entries, plan.expected_bytes
    if split is not None:
        kept = split.shares.restored
        entries, total = len(kept), sum(entry.size for entry in kept)
    return f"{number(entries)}, {size(total)}"


def _plain_drill(app: App, plan: DrillPlan) -> dict[str, object]:
    sample = plan.sample
    return {
        "job": plan.job,
        "restore_point": plan.point.id,
        "why": plan.why,
        "full": plan.full,
        "seed": plan.seed,
        "sandbox": shown(bytes(app.bench.sandbox_place)),
        "entries": plan.expected_entries,
        "bytes": plan.expected_bytes,
        "population": {"files": plan.population_files, "bytes": plan.population_bytes},
        "random": None if sample is None else len(sample.random),
        "due": None if sample is None else len(sample.due),
        "always": None if sample is None else len(sample.always),
        "missed": None if sample is None else [shown(path) for path in sample.missed],
        "paths": None if plan.paths is None else [shown(path) for path in plan.paths],
    }
