"""`continuity doctor`: is everything there that a backup and a drill will need?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import click

from continuity.app import App, opened
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show, show_json, verdict_text
from continuity.cli.overview import tally
from continuity.config.loading import load_tolerant
from continuity.config.outlets import channel_names
from continuity.config.own_copy import examine_own_copy
from continuity.config.problem import Problem
from continuity.domain.attention import examine_attention
from continuity.domain.examined import Examined, doubtful, sound
from continuity.domain.facts import Facts
from continuity.domain.failure import RecordError
from continuity.domain.report_signals import examine_reports
from continuity.domain.storage_judgement import Keeping, keeping_from
from continuity.domain.text import N_, say
from continuity.domain.verdict import exit_code, worst
from continuity.offline.standing import examine_offline
from continuity.reporting.expecting import arrivals_of
from continuity.service.attention import attention_of
from continuity.service.report_desk import report_desk_of
from continuity.workflows.examining import (
    examine_clock,
    examine_places,
    examine_repositories,
)
from continuity.workflows.examining_away import examine_away
from continuity.workflows.facts import read_facts
from continuity.workflows.inspecting import (
    examine_leftovers,
    examine_manifests,
    examine_record,
)
from continuity.workflows.isolating import examine_isolation
from continuity.workflows.liveness import examine_channels
from continuity.workflows.observing import examine_storage
from continuity.workflows.visiting import examine_machines

_WORKSPACE = say(N_("workspace"))


@click.command(
    help=_(
        "Look at tools and their versions, secrets, each host and repository, space, clock, locks, "
        "leftovers, manifests and the record; every problem comes with its remedy."
    ),
    epilog=epilog("continuity doctor", "continuity doctor --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, as_json: bool) -> int:
    """Examine and print; the exit code is that of the worst finding."""
    problems = load_tolerant(options.workspace, environ=os.environ).problems
    found: list[Examined] = []
    with opened(options.workspace) as app:
        for one in _examine(app, problems):
            found.append(one)
            if not as_json:
                _show(one)
    verdicts = [one.verdict for one in found]
    verdict = worst(verdicts)
    if as_json:
        show_json({"verdict": verdict.value, "examined": [_plain(one) for one in found]})
    else:
        show()
        show(_("Looked at: {counts}").format(counts=tally(verdicts)))
    return exit_code(verdict)


def _examine(app: App, problems: Iterable[Problem]) -> Iterator[Examined]:
    yield from _workspace(app, tuple(problems))
    bench = app.bench
    yield examine_clock(bench)
    yield from examine_places(bench)
    yield examine_isolation(bench)
    facts = read_facts(bench.store, bench.now()).facts
    yield from examine_machines(app.machines(), bench.now)
    yield from examine_repositories(app.all_protected(), facts)
    yield from examine_away(app.all_protected(), facts)
    yield from examine_storage(
        _keepings(app, facts), facts, bench.now(), app.workspace.settings.zone
    )
    outlets = app.workspace.outlets
    yield from examine_channels(bench, outlets, channel_names(app.workspace))
    yield from examine_own_copy(app.workspace)
    yield from examine_offline(app.workspace, bench.store, bench.now)
    yield from examine_reports(arrivals_of(report_desk_of(app)), bench.now())
    yield from _attention(app)
    yield from examine_record(bench)
    yield examine_manifests(bench, facts)
    yield from examine_leftovers(bench)


def _attention(app: App) -> Iterator[Examined]:
    try:
        yield from examine_attention(attention_of(app), app.bench.now())
    except RecordError:
        return  # What is altered is named by the look at the record.


def _keepings(app: App, facts: Facts) -> Iterator[Keeping]:
    jobs = app.workspace.jobs
    for name, repository in sorted(app.workspace.repositories.items()):
        using = [job for job, written in jobs.items() if written.repository == name]
        yield keeping_from(name, repository.medium, using, facts)


def _workspace(app: App, problems: tuple[Problem, ...]) -> Iterator[Examined]:
    remedy = say(N_("Correct what “continuity check” names with file and line."))
    for problem in problems:
        what = say("{problem}", problem=problem.rendered(sentence))
        yield doubtful(_WORKSPACE, what, remedy)
    if not problems:
        files = len(app.workspace.files)
        what = say(N_("No problems in {files} files; every secret can be read."), files=files)
        yield sound(_WORKSPACE, what)


def _show(one: Examined) -> None:
    text = _("{subject}: {what}").format(
        subject=plain(sentence(one.subject)), what=sentence(one.what)
    )
    head, *rest = wrapped(text, " " * 14, room())
    show(verdict_text(one.verdict, 12) + head[12:])
    for line in rest:
        show(line)
    if one.remedy is not None:
        remedy = _("What to do: {remedy}").format(remedy=sentence(one.remedy))
        show("\n".join(wrapped(remedy, " " * 14, room())))


def _plain(one: Examined) -> dict[str, object]:
    return {
        "subject": str(one.subject),
        "verdict": one.verdict.value,
        "what": sentence(one.what),
        "remedy": None if one.remedy is None else sentence(one.remedy),
    }
