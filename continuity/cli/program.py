"""The commands and what is said before their names."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from continuity import __version__
from continuity.cli.click_words import ANY_COMMAND, ANY_OPTIONS, METAVARS, ONE_COMMAND
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog
from continuity.domain.text import N_

# Each module holds one command of the same name; it is loaded when it is asked for, because
# `status` must start within 150 ms and some commands load a second's worth of libraries.
_COMMANDS = {
    "init": N_("Write a new workspace."),
    "check": N_("Check the workspace and report every problem."),
    "doctor": N_("Look at tools, secrets, repositories, space and clock."),
    "hosts": N_("Look at other machines, and accept their keys."),
    "adopt": N_("Write jobs for what another program backs up already."),
    "plan": N_("Show what a backup or drill would do."),
    "backup": N_("Back up one or more jobs."),
    "drill": N_("Restore and compare: prove that a job can be recovered."),
    "prove": N_("Prove any repository or copy, without a workspace."),
    "extract": N_("Bring files back from a restic repository without restic."),
    "status": N_("Show the verdict of every system."),
    "coverage": N_("Show what of a job is proven, and what is overdue."),
    "locations": N_("Look at the storage of repositories: room, locks, 3-2-1-1-0."),
    "forecast": N_("Show what comes back when, and what would be lost."),
    "report": N_("Report on a month: what is proven, what is not, what to do."),
    "clients": N_("Show how the clients of a provider stand."),
    "neighbours": N_("Ask other installations whether they are well."),
    "incidents": N_("Show what is wrong, who has it, and what to do."),
    "runbook": N_("List, check and show what is done on the bad day."),
    "bundle": N_("Keep runbooks and recovery kit where they are when nothing else is."),
    "channels": N_("Try the ways to people, and confirm that they were seen."),
    "serve": N_("Stay, and run jobs by themselves."),
    "service": N_("Let systemd keep it running."),
    "tick": N_("Run what is due now, once; for cron and timers."),
    "schedule": N_("Show what ran when, what was missed, and what comes next."),
    "listen": N_("Hear jobs that run elsewhere."),
    "sabotage": N_("Break things in copies, and see the alarm go off."),
    "canary": N_("Plant known content that tampering cannot miss."),
    "audit": N_("Verify, export and sign the record of evidence."),
    "completion": N_("Print the completion script of a shell."),
}


class LazyCommands(click.Group):
    """A group that loads a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands in the order of a first visit."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of this name."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"continuity.cli.{cmd_name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"continuity.cli.{cmd_name} has no command")
        return worded(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; for an unknown one, name those that may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            name = error.command_name
            raise click.NoSuchCommand(name, possibilities=_COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(text)) for name, text in _COMMANDS.items()])


def worded(command: click.Command) -> click.Command:
    """Say in the language in use what follows a command's name, there and below it."""
    command.options_metavar = _(ANY_OPTIONS)
    for option in command.params:
        shown = option.metavar or option.type.name.upper()
        if isinstance(option, click.Option) and not option.is_flag and shown in METAVARS:
            option.metavar = _(shown)
    if isinstance(command, click.Group):
        alone = command.invoke_without_command
        command.subcommand_metavar = _(ANY_COMMAND if alone else ONE_COMMAND)
        for one in command.commands.values():
            worded(one)
    return command


def make_program() -> click.Group:
    """Build the command line in the language in use."""

    @click.group(
        cls=LazyCommands,
        help=_(
            "Prove that backups can be restored: back up with restic and rsync, restore into a "
            "sandbox, compare every byte, measure how much would be lost and how long it takes."
        ),
        epilog=epilog("continuity init acme", "continuity backup", "continuity status"),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )
    @click.version_option(__version__, prog_name="continuity")
    @click.option(
        "--workspace",
        "-w",
        type=click.Path(path_type=Path),
        envvar="CONTINUITY_WORKSPACE",
        default=Path(),
        help=_("Folder with config/, jobs/ and runbooks/; the current one if not given."),
    )
    @click.option(
        "--lang", type=click.Choice(["es", "en"]), help=_("Language of texts; otherwise from LANG.")
    )
    @click.option("--debug", is_flag=True, help=_("Show the full trace of an unexpected error."))
    @click.pass_context
    def program(context: click.Context, workspace: Path, lang: str | None, debug: bool) -> None:
        context.obj = Options(workspace=workspace, debug=debug)

    worded(program)
    return program
