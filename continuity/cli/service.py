"""`service`: the units with which systemd keeps Continuity running."""

from __future__ import annotations

from pathlib import Path

import click

from continuity.app import recorded
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, say
from continuity.service.units import commands_before, units_of, write_units

_FOLDER = Path("/etc/systemd/system")

_user = click.option(
    "--user", default="", metavar="NAME", help=_("As whom it runs; this user if not given.")
)
_timer = click.option(
    "--timer", is_flag=True, help=_("A timer that ticks every five minutes instead of a service.")
)


@click.group(
    help=_(
        "Let systemd keep Continuity running: print its units, or write them where systemd looks. "
        "Nothing is started."
    ),
    epilog=epilog(
        "continuity service print", "continuity service install", "continuity service print --timer"
    ),
)
def command() -> None:
    """Hold what belongs to systemd."""


@command.command(
    name="print",
    short_help=_("Print the units."),
    help=_(
        "Print the units of this workspace: watched over by systemd, shut off from what it does "
        "not need, secrets of kind credential handed over."
    ),
    epilog=epilog("continuity service print", "continuity service print --timer --user backup"),
)
@_user
@_timer
@click.pass_obj
def _print(options: Options, user: str, timer: bool) -> int:
    for name, text in _units(options, user, timer=timer).items():
        show(f"# {name}")
        show(text)
    return 0


@command.command(
    name="install",
    short_help=_("Write the units where systemd looks."),
    help=_(
        "Write the units where systemd looks, and say what to run then. A unit that somebody wrote "
        "by hand is never replaced."
    ),
    epilog=epilog("continuity service install", "continuity service install --user backup"),
)
@_user
@_timer
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=_FOLDER,
    help=_("Folder for the units; /etc/systemd/system if not given."),
)
@click.pass_obj
def _install(options: Options, user: str, timer: bool, folder: Path) -> int:
    with recorded(options.workspace) as (workspace, _store):
        units = dict(units_of(workspace, user, timer=timer))
        before = tuple(commands_before(workspace, user))
    try:
        written = write_units(units, folder)
    except FileExistsError as error:
        raise ConfigurationError(
            say(N_("{path} was written by somebody else."), path=str(error)),
            remedy=say(N_("Compare it with: continuity service print")),
        ) from error
    except OSError as error:
        raise ConfigurationError(
            say(
                N_("The units cannot be written to {folder}: {reason}"),
                folder=str(folder),
                reason=error.strerror or "-",
            ),
            remedy=say(N_("Run it as root, or choose another folder with --to.")),
        ) from error
    for path in written:
        show(str(path))
    last = sorted(units)[-1]
    for line in (*before, "systemctl daemon-reload", f"systemctl enable --now {last}"):
        show(_("Now run: {command}").format(command=line))
    return 0


def _units(options: Options, user: str, *, timer: bool) -> dict[str, str]:
    with recorded(options.workspace) as (workspace, _store):
        return dict(units_of(workspace, user, timer=timer))
