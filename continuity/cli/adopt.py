"""`continuity adopt`: write jobs for what another program backs up already."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from continuity.app import improvised
from continuity.cli.columns import plain, room, wrapped
from continuity.cli.entry import Options
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, show, show_json
from continuity.config.adopt.found import Found
from continuity.config.adopt.registry import found_in_file
from continuity.config.adopt.snapshots import found_from_snapshots
from continuity.config.adopt.writing import Taken, take_over
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say

_NOTHING_TAKEN = 2


@click.command(
    help=_(
        "Read the configuration of resticprofile, autorestic, borgmatic or NPBackup, or the "
        "snapshots of a restic repository, and write jobs for it into this workspace. What could "
        "not be carried over is named. Nothing of theirs is changed."
    ),
    epilog=epilog(
        "continuity adopt /etc/resticprofile/profiles.yaml --system files",
        "continuity adopt ~/.autorestic.yml",
        "continuity adopt /srv/backup/restic --password-file key",
    ),
)
@click.argument("what", metavar="FILE|REPOSITORY")
@click.option("--system", help=_("Business system that the new jobs belong to."))
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_("File with the repository's password."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(
    options: Options, what: str, system: str | None, password_file: Path | None, as_json: bool
) -> int:
    """Read, write, and say what stays behind; exit 2 when no job could be made."""
    found = _found(what, password_file)
    taken = None
    if found.jobs:
        taken = take_over(options.workspace, found, system)
    if as_json:
        show_json(_plain(found, taken))
    else:
        _show(found, taken)
    return 0 if taken is not None else _NOTHING_TAKEN


def _found(what: str, password_file: Path | None) -> Found:
    if Path(what).is_file():
        return found_in_file(Path(what))
    if password_file is None:
        raise ConfigurationError(
            say(N_("{what} is no file, and no password was given."), what=plain(what)),
            remedy=say(
                N_("For a repository give the file that holds its password: --password-file FILE")
            ),
        )
    with improvised(what, password_file, None, None) as (bench, there):
        reader = there.open_reader(bench.scratch, {})
        snapshots = reader.snapshots()
    return found_from_snapshots(there.location, password_file, snapshots, socket.gethostname())


def _show(found: Found, taken: Taken | None) -> None:
    show(_("Read as {tool}.").format(tool=found.tool))
    if taken is None:
        show(_("No job could be made of it."))
    else:
        _show_taken(taken)
    if found.left:
        show()
        show(_("Not carried over:"))
        for left in found.left:
            text = _("{where}: {why}").format(
                where=plain(left.where), why=plain(sentence(left.why))
            )
            show("\n".join(wrapped("  " + text, "      ", room())))


def _show_taken(taken: Taken) -> None:
    count = len(taken.jobs)
    show(plural("{count} job written.", "{count} jobs written.", count).format(count=count))
    for path in taken.files:
        show("  " + plain(str(path)))
    for name in taken.known:
        show(_("Already here: {name}").format(name=plain(name)))
    for path in taken.awaited:
        show(_("Put the repository's password into {path}").format(path=plain(str(path))))
    if taken.jobs:
        show()
        show(
            _(
                "Next: continuity check, then continuity plan {job}. Switch the other program's "
                "schedule off when you let Continuity make the backups."
            ).format(job=taken.jobs[0])
        )


def _plain(found: Found, taken: Taken | None) -> dict[str, object]:
    return {
        "tool": found.tool,
        "jobs": [] if taken is None else list(taken.jobs),
        "files": [] if taken is None else [str(path) for path in taken.files],
        "known": [] if taken is None else list(taken.known),
        "awaited": [] if taken is None else [str(path) for path in taken.awaited],
        "left": [{"where": left.where, "why": sentence(left.why)} for left in found.left],
    }
