"""`continuity prove`: prove any repository or copy now, without a workspace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict, Unpack

import click

from continuity.app import improvised
from continuity.cli.drill import show_drill
from continuity.cli.jobs import Result
from continuity.cli.language import _
from continuity.cli.output import epilog, show_below, show_json
from continuity.cli.progress import watched
from continuity.cli.results import body_of, plain_drill
from continuity.cli.wording import number
from continuity.domain.plain import mapping_in, number_in, text_in
from continuity.domain.verdict import exit_code
from continuity.workflows.prove import ProofRequest, prove
from continuity.workflows.world import Subject


class _Asked(TypedDict):
    password_file: Path | None
    source: Path | None
    size: int
    seed: str | None
    snapshot: str
    sandbox: Path | None
    independent: bool


@click.command(
    help=_(
        "Restore a sample of a restic repository, an rsync repository or a plain copy, and compare"
        " it. With --source, files that did not change since vouch for the content; without it only"
        " the engine's own hashes do, which proves less. Nothing is written to the repository, and"
        " no workspace is needed."
    ),
    epilog=epilog(
        "continuity prove /srv/backup/restic --password-file key --source /srv/data",
        "continuity prove sftp:backup@nas:/restic --password-file key --size 299",
        "continuity prove /mnt/copy --source /srv/data",
        "continuity prove /srv/backup/restic --password-file key --independent",
    ),
)
@click.argument("location")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("File with the repository's password."),
)
@click.option(
    "--source",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("The directory that was backed up, as it is now."),
)
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=59,
    show_default=True,
    help=_("Number of randomly drawn files."),
)
@click.option("--seed", help=_("Draw the sample of an earlier proof again."))
@click.option("--snapshot", default="newest", metavar="newest|ID", help=_("Which snapshot."))
@click.option(
    "--sandbox",
    type=click.Path(path_type=Path),
    help=_("Directory to restore into; a temporary one if not given."),
)
@click.option(
    "--independent",
    is_flag=True,
    help=_("Read a restic repository without restic, which need not even be installed."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
def command(location: str, as_json: bool, **asked: Unpack[_Asked]) -> int:
    """Prove once and print what was found."""
    request = ProofRequest(
        source=asked["source"],
        snapshot=asked["snapshot"],
        size=asked["size"],
        seed=asked["seed"],
    )
    with (
        improvised(location, asked["password_file"], asked["source"], asked["sandbox"]) as (
            bench,
            found,
        ),
        watched(location, quiet=as_json) as watch,
    ):
        ended = prove(
            bench,
            Subject(
                job="prove",
                repository=found.location,
                engine=found.engine,
                path_set="",
                rto=None,
            ),
            lambda: (
                found.open_independently(os.environ)
                if asked["independent"]
                else found.open_reader(bench.scratch, os.environ)
            ),
            request,
            watch,
        )
    result = Result(job=location, conclusion=ended.conclusion, ended=ended)
    if as_json:
        show_json({**plain_drill(result), "evidence": None})
    else:
        _show(result)
    return exit_code(result.conclusion.verdict)


def _show(result: Result) -> None:
    show_drill(result)
    body = body_of(result)
    drifted = number_in(body, "drifted_population")
    if drifted:
        show_below(
            _("Set aside because they changed at the source since: {count}.").format(
                count=number(drifted)
            )
        )
    if text_in(body, "level") == "L2":
        show_below(
            _(
                "Level L2 only: the stored bytes came back and fit their own hashes. Whether they"
                " are what the source was needs --source, or backups made by this program."
            )
        )
    if mapping_in(body, "point"):
        show_below(_("Without a workspace this is not recorded."))
