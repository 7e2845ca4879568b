"""`continuity backup`: back up one or more jobs."""

from __future__ import annotations

import click

from continuity.app import App, opened
from continuity.cli.entry import Options
from continuity.cli.jobs import Result, run_jobs
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import complain, epilog, show, show_below, show_json
from continuity.cli.results import body_of, plain_backup, show_conclusion
from continuity.cli.wording import duration, number, size
from continuity.domain.facts import JobFacts
from continuity.domain.failure import ContinuityError
from continuity.domain.plain import list_in, mapping_in, number_in
from continuity.domain.text import message_from_plain
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.accepting import accept_point
from continuity.workflows.backup import back_up
from continuity.workflows.copies import copy_manifests
from continuity.workflows.history import read_history
from continuity.workflows.retire import retire
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, Watch


@click.command(
    help=_("Back up one or more jobs; all of them when none is named."),
    epilog=epilog("continuity backup erp correo", "continuity backup --json erp"),
)
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option(
    "--accept",
    metavar="POINT",
    help=_("Run nothing: take this restore point out of quarantine, because a person looked."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object per job."))
@click.pass_context
def command(
    context: click.Context, jobs: tuple[str, ...], accept: str | None, as_json: bool
) -> int:
    """Run the backups in turn, each printed as it ends; the worst verdict is the exit code."""
    options = context.ensure_object(Options)
    if accept is not None:
        return _accept(options, jobs, accept)
    verdicts = []
    for result in run_jobs(options, jobs, _work, quiet=as_json):
        verdicts.append(result.conclusion.verdict)
        if as_json:
            show_json(plain_backup(result))
        else:
            _show(result)
    return exit_code(worst(verdicts))


def _accept(options: Options, jobs: tuple[str, ...], wanted: str) -> int:
    if len(jobs) != 1:
        raise click.UsageError(_("--accept takes exactly one job."))
    with opened(options.workspace) as app:
        point = accept_point(app.bench, app.protected(jobs[0]).job.name, wanted)
    show(_("Accepted: {point} of {job} counts from now on.").format(point=point, job=jobs[0]))
    return 0


def _work(app: App, protected: Protected, facts: JobFacts, watch: Watch) -> Ended:
    ended = back_up(app.bench, protected, facts, watch)
    if ended.conclusion.verdict is Verdict.PASS:
        _follow_up(app, protected, watch)
    return ended


def _follow_up(app: App, protected: Protected, watch: Watch) -> None:
    """Keep copies of the manifests and remove what policy no longer keeps; neither undoes a PASS.

    What fails here is said, and tried again after the next backup.
    """
    bench = app.bench
    try:
        retired = retire(bench, protected, read_history(bench, protected.job.name), watch)
        if retired is not None and retired.conclusion.reason is not None:
            complain(ContinuityError(retired.conclusion.reason, remedy=retired.conclusion.remedy))
        copy_manifests(bench, protected, watch)
    except ContinuityError as error:
        complain(error)


def _show(result: Result) -> None:
    body = body_of(result)
    point = mapping_in(body, "point")
    told = ""
    if point:
        files = number_in(point, "files")
        told = plural(
            "{files} file, {size}, {added} new, in {time}",
            "{files} files, {size}, {added} new, in {time}",
            files,
        ).format(
            files=number(files),
            size=size(number_in(point, "bytes")),
            added=size(number_in(body, "added_bytes")),
            time=duration(number_in(body, "milliseconds") / 1_000),
        )
    show_conclusion(result, told)
    for warning in list_in(body, "warnings"):
        if isinstance(warning, dict):
            show_below(sentence(message_from_plain(warning)))
