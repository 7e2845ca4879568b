"""`continuity init`: a workspace to start from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypedDict, Unpack

import click

from continuity.cli.columns import plain
from continuity.cli.language import _, language
from continuity.cli.output import epilog, show
from continuity.config.init import Answers, write_workspace
from continuity.engines.registry import engine_kinds

_FALLBACK_ZONE = "UTC"
_ZONES = "zoneinfo/"
_MANY = 10


class _Given(TypedDict):
    organisation: str | None
    zone: str | None
    paths: tuple[str, ...]
    location: str | None
    engine: str | None
    owner: str | None
    email: str | None


@click.command(
    help=_(
        "Write a new workspace into DIR: settings, one system, one job, runbooks. Asks on a "
        "terminal for what no option says; with --yes, or without a terminal, it takes what it "
        "would propose. Nothing is ever overwritten."
    ),
    epilog=epilog(
        "continuity init acme",
        "continuity init acme --yes --organisation 'Acme Ltd' --path /srv/data",
    ),
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--organisation", help=_("Whose workspace this is."))
@click.option("--zone", help=_("IANA zone of schedules, such as Europe/Madrid."))
@click.option(
    "--path", "paths", multiple=True, help=_("What is protected; more than once if need be.")
)
@click.option("--location", help=_("Where the copies are kept."))
@click.option("--engine", help=_("Who makes the copies: restic or rsync."))
@click.option("--owner", help=_("Name of the person who answers for it."))
@click.option("--email", help=_("Where mail reaches that person."))
@click.option("--yes", is_flag=True, help=_("Ask nothing."))
def command(directory: Path, yes: bool, **given: Unpack[_Given]) -> None:
    """Ask what is missing, and write."""
    asking = not yes and sys.stdin.isatty()
    written = write_workspace(directory, _answers(directory, given, asking=asking))
    for line in _lines(written):
        show(line)
    show()
    show(
        _("Next: adapt these files, then continuity --workspace {path} check").format(
            path=plain(str(directory))
        )
    )


def _lines(written: Sequence[Path]) -> Iterator[str]:
    """Give a line for each file, and one for all files of a folder that has many."""
    for folder, paths in groupby(written, key=lambda path: path.parent):
        files = [plain(str(path)) for path in paths]
        if len(files) > _MANY:
            yield _("{folder}: {count} files").format(folder=plain(str(folder)), count=len(files))
        else:
            yield from files


def _answers(directory: Path, given: _Given, *, asking: bool) -> Answers:
    ask = _Questions(asking=asking)
    organisation = ask(_("Organisation"), given["organisation"], directory.absolute().name)
    owner = ask(_("Who answers for it (name)"), given["owner"], _("Owner"))
    paths = given["paths"] or tuple(
        ask(_("What is protected (path; several with a blank between)"), None, "/srv").split()
    )
    return Answers(
        organisation=organisation,
        language="es" if language() == "es" else "en",
        zone=ask(_("Time zone"), given["zone"], local_zone()),
        paths=paths,
        location=ask(_("Where copies are kept"), given["location"], "repositories/backups"),
        engine=ask(
            _("Who makes the copies ({engines})").format(engines=", ".join(sorted(engine_kinds()))),
            given["engine"],
            "restic",
        ),
        owner_name=owner,
        owner_email=ask(_("Mail address"), given["email"], "owner@example.com"),
    )


class _Questions:
    """Asks on a terminal, and takes the proposal elsewhere."""

    def __init__(self, *, asking: bool) -> None:
        self._asking = asking

    def __call__(self, question: str, given: str | None, proposal: str) -> str:
        if given is not None:
            return given
        if not self._asking:
            return proposal
        answer: str = click.prompt(question, default=proposal)
        return answer


def local_zone() -> str:
    """Give the zone this machine is set to, as far as it says so."""
    try:
        _before, found, zone = os.path.realpath("/etc/localtime").partition(_ZONES)
    except OSError:
        return _FALLBACK_ZONE
    return zone if found else _FALLBACK_ZONE
