"""`continuity extract`: bring files back from a restic repository without restic."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict, Unpack

import click

from continuity.cli.entry import Options
from continuity.cli.extract_damage import Whereabouts, put_on_record
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, remark, show, show_below, show_json, verdict_text
from continuity.cli.progress import watched
from continuity.cli.wording import number
from continuity.config.witnessing import witness_at_address, witness_of_workspace
from continuity.domain.clock import text_from_time
from continuity.domain.text import Message, shown
from continuity.domain.verdict import exit_code
from continuity.engines.engine import Progress
from continuity.sandbox.interlocks import Interlocks
from continuity.witness.repository import Repository
from continuity.workflows.extracting import Extracted, ExtractRequest, extract
from continuity.workflows.finding_damage import telling

_SHOWN = 20


class _Asked(TypedDict):
    to: Path
    origin: str | None
    password_file: Path | None


@click.command(
    help=_(
        "Bring files and folders of a snapshot back into a new directory, read from the restic"
        " repository itself: restic need not be installed. SNAPSHOT is an id, its beginning, or"
        " `newest`; PATH is absolute as it was at the source, and / means everything. Nothing is"
        " written to the repository, nothing outside the directory, and no lock is made."
    ),
    epilog=epilog(
        "continuity extract newest /srv/data/offers --to /srv/returned --from nas",
        "continuity extract 3f9c12ab / --to /srv/returned --from /mnt/usb/restic"
        " --password-file key",
    ),
)
@click.argument("snapshot")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path),
    help=_("New or empty directory to bring them back to."),
)
@click.option(
    "--from",
    "origin",
    metavar="REPOSITORY",
    help=_("Name of a repository of the workspace; with --password-file, an address."),
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("File with the repository's password; then no workspace is needed."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(
    options: Options,
    snapshot: str,
    paths: tuple[str, ...],
    as_json: bool,
    **asked: Unpack[_Asked],
) -> int:
    """Extract once and say what came back."""
    request = ExtractRequest(
        snapshot=snapshot, paths=tuple(map(os.fsencode, paths)), to=asked["to"]
    )
    with (
        _opened(options, asked) as (repository, interlocks, place),
        watched(snapshot, quiet=as_json) as watch,
        telling(lambda what: _record(options, asked, place, what)),
        told_when_cut_short(asked["to"]),
    ):
        watch.phase("restore")
        extracted = extract(
            repository,
            request,
            interlocks,
            lambda files, size: watch.progress(
                Progress(files=files, bytes=size, total_files=None, total_bytes=None)
            ),
        )
    for problem in extracted.brought.problems[:1]:
        _record(options, asked, place, problem, extracted.snapshot.id)
    if as_json:
        show_json(_plain(extracted, asked["to"]))
    else:
        _show(extracted, asked["to"])
    return exit_code(extracted.verdict)


@contextmanager
def told_when_cut_short(to: Path) -> Iterator[None]:
    """Say of what was brought until somebody stopped it that it is not whole."""
    try:
        yield
    except KeyboardInterrupt:
        if to.exists():
            told = _(
                "Stopped before its end: in {folder} files are missing, and the last may be cut."
                " Delete it, or extract again into another directory."
            )
            remark(told.format(folder=shown(os.fsencode(to))))
        raise


@contextmanager
def _opened(options: Options, asked: _Asked) -> Iterator[tuple[Repository, Interlocks, bytes]]:
    origin, password_file = asked["origin"], asked["password_file"]
    if password_file is None:
        way = witness_of_workspace(options.workspace, origin, os.environ)
    elif origin is None:
        raise click.UsageError(_("Say with --from where the repository is."))
    else:
        way = witness_at_address(origin, password_file, os.environ)
    with way as (repository, place):
        locks = Interlocks(repositories=(place,) if place.startswith(b"/") else ())
        yield repository, locks, place


def _record(
    options: Options, asked: _Asked, place: bytes, what: Message, snapshot: str = ""
) -> None:
    """Put damage on record; what no workspace describes has none."""
    if asked["password_file"] is None:
        location = os.fsdecode(place)
        put_on_record(Whereabouts(options.workspace, location, snapshot), what)


def _show(extracted: Extracted, to: Path) -> None:
    brought = extracted.brought
    show(f"{verdict_text(extracted.verdict)}  {shown(os.fsencode(to))}")
    counted = plural(
        "{count} file was brought back.", "{count} files were brought back.", brought.files
    )
    show_below(counted.format(count=number(brought.files)))
    if brought.left_out:
        show_below(
            _("Left out, because they are no files, folders or links: {count}.").format(
                count=number(len(brought.left_out))
            )
        )
    if brought.bare:
        show_below(
            _("Without their extended attributes and access lists: {count}.").format(
                count=number(brought.bare)
            )
        )
    for path in extracted.missing[:_SHOWN]:
        show_below(_("Not in the snapshot: {path}").format(path=shown(path)))
    for problem in brought.problems[:_SHOWN]:
        show_below(sentence(problem))


def _plain(extracted: Extracted, to: Path) -> dict[str, object]:
    brought = extracted.brought
    return {
        "verdict": extracted.verdict.value,
        "snapshot": extracted.snapshot.id,
        "data_time": text_from_time(extracted.snapshot.time),
        "to": shown(os.fsencode(to)),
        "files": brought.files,
        "bytes": brought.size,
        "left_out": [shown(path) for path in brought.left_out],
        "without_attributes": brought.bare,
        "missing": [shown(path) for path in extracted.missing],
        "problems": [str(problem) for problem in brought.problems],
    }
