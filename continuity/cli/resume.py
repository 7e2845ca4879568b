"""`continuity audit resume`: go on with a record that came out of a copy."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from continuity.app import opened
from continuity.cli.entry import Options
from continuity.cli.language import _, sentence
from continuity.cli.output import epilog, show
from continuity.domain.audit import explain_audit, verdict_from_audit
from continuity.domain.failure import RecordError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

_REMEDY = N_("Take another copy, or an older one, and keep this one for the inquiry.")


@click.command(
    name="resume",
    short_help=_("Go on with a record that was restored."),
    help=_(
        "Go on with a record that came out of a copy of Continuity itself: verify it, close what "
        "was under way when the copy was made, say so in the record and sign its end. With "
        "--from, the record is first put into the database that the settings name, which must be "
        "empty: a server, or a state directory outside the workspace."
    ),
    epilog=epilog(
        "continuity audit resume --yes",
        "continuity audit resume --yes --from state/record.db",
    ),
)
@click.option(
    "--from",
    "source",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("The record of the copy, where the settings keep it elsewhere."),
)
@click.option("--yes", is_flag=True, help=_("Ask nothing."))
@click.pass_obj
def command(options: Options, source: Path | None, yes: bool) -> int:
    """Load if asked, verify, resume."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(_("Nobody can be asked here: add --yes."))
        click.confirm(_("Did this record come out of a copy, and runs nowhere else?"), abort=True)
    from continuity.store.audit import audit
    from continuity.store.signers import SIGNERS, read_signers
    from continuity.workflows.resuming import resume

    if source is not None:
        _load(options.workspace, source)
    with opened(options.workspace) as app:
        result = audit(app.bench.store, read_signers(app.bench.keys / SIGNERS))
        if verdict_from_audit(result) is not Verdict.PASS:
            raise RecordError(explain_audit(result), remedy=say(_REMEDY))
        resumed = resume(app.bench)
        end = app.bench.store.head()
    show(sentence(explain_audit(result)))
    show(
        _("The record goes on after {sequence}; runs without an end: {runs}.").format(
            sequence=resumed.head.sequence, runs=len(resumed.closed)
        )
    )
    show(_("Its end is signed: {witness}").format(witness=f"{end.sequence}:{end.hash}"))
    return 0


def _load(root: Path, source: Path) -> None:
    from continuity.config.loading import load_tolerant
    from continuity.config.opening import store_address
    from continuity.store.copying import load_record

    workspace = load_tolerant(root).workspace
    Path(workspace.settings.store.state).mkdir(mode=0o700, parents=True, exist_ok=True)
    load_record(source, store_address(workspace, os.environ))
