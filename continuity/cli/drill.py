"""`continuity drill`: restore and compare, to prove that a job can be recovered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

import click

from continuity.app import App
from continuity.cli.answers import show_answers
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.jobs import Result, run_jobs
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, show_below, show_json
from continuity.cli.packs_read import show_packs
from continuity.cli.results import body_of, detail_of, plain_drill, show_conclusion
from continuity.cli.wording import duration, number, size
from continuity.domain.facts import JobFacts
from continuity.domain.plain import flag_in, list_in, mapping_in, number_in, text_in
from continuity.domain.text import message_from_plain
from continuity.domain.verdict import Verdict, exit_code, worst
from continuity.workflows.drill import drill
from continuity.workflows.planning import DrillRequest
from continuity.workflows.reading_back import read_back
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, Watch

_SHOWN_FINDINGS = 10


class _Asked(TypedDict):
    full: bool
    point: str
    size: int | None
    seed: str | None
    copy: str | None
    read_back: bool


@click.command(
    help=_(
        "Restore a sample, or everything, into the sandbox and compare every byte with the manifest"
        " sealed at backup time; all jobs when none is named."
    ),
    epilog=epilog(
        "continuity drill erp",
        "continuity drill erp --full",
        "continuity drill erp --point random --size 299",
        "continuity drill erp --seed 5f1d9c2a77e0b3c4",
        "continuity drill erp --copy cloud",
        "continuity drill erp --read-back",
    ),
)
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--full", is_flag=True, help=_("Restore everything, and time the recovery."))
@click.option(
    "--point",
    default="newest",
    metavar="newest|random|oldest|ID",
    help=_("Restore point; the newest if not given."),
)
@click.option("--size", type=click.IntRange(min=0), help=_("Number of randomly drawn files."))
@click.option("--seed", help=_("Draw the sample of an earlier drill again."))
@click.option(
    "--copy",
    metavar="REPOSITORY",
    help=_("Restore from this copy; otherwise the repository and its copies take turns."),
)
@click.option(
    "--read-back",
    is_flag=True,
    help=_("Restore nothing: check the repository and read back what is due of its bytes."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object per job."))
@click.pass_context
def command(
    context: click.Context, jobs: tuple[str, ...], as_json: bool, **asked: Unpack[_Asked]
) -> int:
    """Run the drills in turn, each printed as it ends; the worst verdict is the exit code."""
    restores = asked["full"] or asked["seed"] or asked["copy"] or asked["size"] is not None
    if asked["read_back"] and restores:
        raise click.UsageError(
            _("--read-back restores nothing: leave --full, --size, --seed and --copy out.")
        )
    request = DrillRequest(
        full=asked["full"],
        point=asked["point"],
        size=asked["size"],
        seed=asked["seed"],
        copy=asked["copy"],
    )

    def work(app: App, protected: Protected, facts: JobFacts, watch: Watch) -> Ended:
        if asked["read_back"]:
            return read_back(app.bench, protected, facts, watch)
        return drill(app.bench, protected, facts, request, watch)

    verdicts = []
    options = context.ensure_object(Options)
    for result in run_jobs(options, jobs, work, quiet=as_json):
        verdicts.append(result.conclusion.verdict)
        if as_json:
            show_json(plain_drill(result))
        else:
            show_drill(result)
    return exit_code(worst(verdicts))


def show_drill(result: Result) -> None:
    """Print what a restore test found, in words."""
    body = body_of(result)
    show_conclusion(result, _told(body))
    if text_in(body, "copy_of"):
        told = _("Restored from {repository}, a copy of {original}.")
        original = plain(text_in(body, "copy_of"))
        show_below(told.format(repository=plain(text_in(body, "repository")), original=original))
    _show_findings(body)
    show_answers(body)
    unverifiable = number_in(mapping_in(body, "classes"), "unverifiable")
    if unverifiable:
        show_below(
            _("Changed while it was backed up, so not proven: {count}.").format(
                count=number(unverifiable)
            )
        )
    show_packs(mapping_in(body, "packs"))
    _show_said(body)


def _show_said(body: Mapping[str, object]) -> None:
    for name in ("confidence", "pack_confidence", "ways"):
        said = mapping_in(body, name)
        if said:
            show_below(sentence(message_from_plain(mapping_in(said, "sentence"))))
    why = mapping_in(mapping_in(body, "sample"), "why")
    if why:
        told = _("Which files are due was decided by their age alone, not by packs. {why}")
        show_below(told.format(why=sentence(message_from_plain(why))))


def _told(body: Mapping[str, object]) -> str:
    if mapping_in(body, "packs"):
        took = number_in(body, "milliseconds") / 1_000
        return _("stored bytes read back in {time}").format(time=duration(took))
    part = mapping_in(body, "slice")
    if part:
        return _("slice {k} of {n} read back in {time}").format(
            k=number_in(part, "k"),
            n=number_in(part, "n"),
            time=duration(number_in(body, "milliseconds") / 1_000),
        )
    restored = mapping_in(body, "restored")
    if not restored:
        return ""
    entries = number_in(restored, "files")
    return _template(body, entries).format(
        level=text_in(body, "level"),
        files=number(entries),
        size=size(number_in(restored, "bytes")),
        time=duration(number_in(mapping_in(body, "rto"), "milliseconds") / 1_000),
    )


def _show_findings(body: Mapping[str, object]) -> None:
    findings = [item for item in list_in(body, "findings") if isinstance(item, Mapping)]
    told = [item for item in findings if text_in(item, "class") != "unverifiable"]
    for finding in told[:_SHOWN_FINDINGS]:
        show_below(f"{text_in(finding, 'class').upper()}  {text_in(finding, 'path')}", 4)
        show_below(detail_of(finding), 6)
    if len(told) > _SHOWN_FINDINGS:
        rest = number(len(told) - _SHOWN_FINDINGS)
        show_below(_("and more, seen with --json: {count}").format(count=rest), 4)


def _template(body: Mapping[str, object], entries: int) -> str:
    if text_in(body, "verdict") != Verdict.PASS:
        return plural(
            "{files} entry compared in {time}", "{files} entries compared in {time}", entries
        )
    if flag_in(body, "full"):
        return plural(
            "{level}, the only entry back in {time} ({size})",
            "{level}, all {files} entries back in {time} ({size})",
            entries,
        )
    return plural(
        "{level}, {files} entry restored and compared in {time} ({size})",
        "{level}, {files} entries restored and compared in {time} ({size})",
        entries,
    )
