"""`continuity runbook done` and `evidence`: finish a step with what shows it, and see it again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypedDict, Unpack

import click

from continuity.app import App, opened
from continuity.cli.columns import joined, plain
from continuity.cli.conduct_options import (
    Said,
    carry_out_in,
    paper_options,
    run_argument,
    said_options,
    step_argument,
)
from continuity.cli.conduct_stage import exhibits_of, stage_of
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, remark, show, show_json
from continuity.domain.conduct_commands import finish
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.conduct_refusals import Command
from continuity.domain.exhibit import Exhibit, exhibits_in
from continuity.domain.incident_commands import Person
from continuity.store.exhibits import Exhibits
from continuity.workflows.conducting import stand_of

_ALTERED = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Given(TypedDict):
    """What is kept of a step; the first three are files, the others what somebody read."""

    file: tuple[Path, ...]
    photo: tuple[Path, ...]
    printed: tuple[Path, ...]
    reading: tuple[str, ...]
    checksum: tuple[str, ...]
    ticket: tuple[str, ...]


class _Done(Said, _Given):
    """All that can be given to a step that is done."""

    outputs: tuple[str, ...]


@click.command(
    name="done",
    short_help=_("Say that a step is done."),
    help=_(
        "Say that a step is done, with the evidence that it demands and the values it gives. Files "
        "are copied beside the record, which holds their SHA-256."
    ),
    epilog=epilog(
        'continuity runbook done recover-billing-1 scope --note "two desks, no login"',
        "continuity runbook done recover-billing-1 cables --photo rack.jpg --paper --at 09:40",
    ),
)
@run_argument
@step_argument
@click.option("--file", multiple=True, type=_FILE, help=_("A file to keep."))
@click.option("--photo", multiple=True, type=_FILE, help=_("A picture to keep."))
@click.option("--printed", multiple=True, type=_FILE, help=_("What a program printed, to keep."))
@click.option("--reading", multiple=True, metavar="TEXT", help=_("What somebody read off."))
@click.option("--checksum", multiple=True, metavar="TEXT", help=_("A checksum of something."))
@click.option("--ticket", multiple=True, metavar="TEXT", help=_("The number of a ticket."))
@click.option(
    "--output", "outputs", multiple=True, metavar="NAME=VALUE", help=_("A value for later steps.")
)
@paper_options
@said_options
@click.pass_obj
def done(options: Options, run: str, step: str, **given: Unpack[_Done]) -> int:
    """Finish a step."""
    pairs = [text.partition("=") for text in given["outputs"]]
    values = {name: value for name, _sign, value in pairs}
    note = ("note",) if given["note"].strip() else ()

    def make(app: App, person: Person) -> Command:
        kept = tuple(_kept(exhibits_of(app), given))
        return finish(person, step, note, values, kept)

    return carry_out_in(options, run, make, given)


def _kept(exhibits: Exhibits, given: _Given) -> Iterator[Exhibit]:
    files: Mapping[str, Iterable[Path]] = {
        "file": given["file"],
        "photo": given["photo"],
        "output": given["printed"],
    }
    texts: Mapping[str, Iterable[str]] = {
        "reading": given["reading"],
        "checksum": given["checksum"],
        "ticket": given["ticket"],
    }
    for kind, paths in files.items():
        yield from (exhibits.keep_file(kind, path) for path in paths)
    for kind, words in texts.items():
        yield from (exhibits.keep(kind, text.encode()) for text in words)


@click.command(
    name="evidence",
    short_help=_("List what is kept of a run."),
    help=_(
        "List what is kept of the steps of a run, each with its SHA-256, and look whether it is "
        "unaltered; with --to it is copied there. 1 when anything is gone or altered."
    ),
    epilog=epilog("continuity runbook evidence recover-billing-1 --to /media/usb"),
)
@run_argument
@click.option(
    "--to",
    "goal",
    type=click.Path(file_okay=False, path_type=Path),
    help=_("Copy everything into this directory."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def evidence(options: Options, run: str, goal: Path | None, as_json: bool) -> int:
    """Print a line for each thing that is kept."""
    with opened(options.workspace) as app:
        stand_of(stage_of(app), run)
        entries = entries_of(app.bench.store.records(kinds=CONDUCTING), run)
        kept = exhibits_of(app)
        rows = [(entry.step, one, kept.is_sound(one.digest)) for entry, one in exhibits_in(entries)]
        if goal is not None:
            _copy(kept, goal, [(step, one) for step, one, sound in rows if sound])
    if as_json:
        show_json({"run": run, "evidence": [_plain(*row) for row in rows]})
    else:
        _show(rows)
    return 0 if all(sound for _step, _one, sound in rows) else _ALTERED


def _copy(kept: Exhibits, goal: Path, rows: Iterable[tuple[str, Exhibit]]) -> None:
    goal.mkdir(parents=True, exist_ok=True)
    for step, one in rows:
        path = kept.find(one.digest)
        if path is not None:
            shutil.copyfile(path, goal / f"{step}-{one.kind}-{one.digest[:12]}")


def _plain(step: str, one: Exhibit, sound: bool) -> dict[str, object]:
    return {"step": step, "kind": one.kind, "sha256": one.digest, "bytes": one.size, "sound": sound}


def _show(rows: list[tuple[str, Exhibit, bool]]) -> None:
    if not rows:
        show(_("Nothing is kept of this run."))
        return
    cells = [(plain(step), one.kind, str(one.size), one.digest) for step, one, _sound in rows]
    for line in joined(cells, "<<><", gap="  "):
        show(line)
    for step, one, sound in rows:
        if not sound:
            told = _("{step}: {kind} {digest} is gone or altered.")
            remark(told.format(step=plain(step), kind=one.kind, digest=one.digest))


COMMANDS = (done, evidence)
"""The commands of this module."""
