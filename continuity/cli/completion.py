"""`continuity completion`: print the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from continuity.cli.language import _
from continuity.cli.output import show


@click.command(
    help=_("Print the completion script of a shell."),
    epilog=_('Example: eval "$(continuity completion bash)"'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that the shell evaluates."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(_("This shell is not known."))
    root = context.find_root().command
    show(kind(root, {}, "continuity", "_CONTINUITY_COMPLETE").source())
