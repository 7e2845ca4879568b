"""`continuity check`: every problem of every file, before anything runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from continuity.cli.columns import plain
from continuity.cli.entry import USAGE, Options
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, remark, show, show_json

if TYPE_CHECKING:
    from continuity.config.problem import Problem
    from continuity.config.workspace import Workspace


@click.command(
    help=_(
        "Read all files of the workspace and report every problem as file:line: key: what was "
        "expected, what was found. Secrets are looked for, but never shown."
    ),
    epilog=epilog("continuity check", "continuity check --schema config/schema"),
)
@click.option(
    "--schema",
    "directory",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=_("Write JSON Schemas for editors into this directory, and check nothing."),
)
@click.option(
    "--without-secrets", is_flag=True, help=_("Do not ask whether each secret can be read.")
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, directory: Path | None, without_secrets: bool, as_json: bool) -> int:
    """Check, or write the schemas."""
    if directory is not None:
        return _write_schemas(directory, as_json=as_json)
    from continuity.config.loading import load_tolerant
    from continuity.config.problem import NoWorkspaceError, WorkspaceError

    try:
        environ = None if without_secrets else os.environ
        reading = load_tolerant(options.workspace, environ=environ)
    except WorkspaceError as error:
        if isinstance(error, NoWorkspaceError) and not as_json:
            raise
        return _report(error.problems, None, as_json=as_json)
    return _report(reading.problems, reading.workspace, as_json=as_json)


def _write_schemas(directory: Path, *, as_json: bool) -> int:
    from continuity.config.schema import write_schemas

    try:
        written = write_schemas(directory)
    except OSError as error:
        raise click.UsageError(
            _("{path} cannot be written: {cause}").format(
                path=plain(str(directory)), cause=error.strerror or type(error).__name__
            )
        ) from None
    if as_json:
        show_json({"written": [str(path) for path in written]})
    else:
        for path in written:
            show(plain(str(path)))
    return 0


def _report(problems: Sequence[Problem], workspace: Workspace | None, *, as_json: bool) -> int:
    if as_json:
        show_json(_plain(problems, workspace))
    elif problems or workspace is None:
        for problem in problems:
            show(problem.rendered(sentence))
        remark(
            plural("{count} problem.", "{count} problems.", len(problems)).format(
                count=len(problems)
            )
        )
    else:
        show(_sound(workspace))
        _remark_on_losses(workspace)
    return USAGE if problems or workspace is None else 0


def _remark_on_losses(workspace: Workspace) -> None:
    """Say what would be lost with what it helps to recover: wrong, but no mistake."""
    from continuity.config.offline_sites import too_few
    from continuity.config.own_copy import own_copy_missing

    few, alone = too_few(workspace), own_copy_missing(workspace)
    for missing in (few, alone):
        if missing is not None and workspace.books:
            remark(sentence(missing))


def _plain(problems: Sequence[Problem], workspace: Workspace | None) -> dict[str, object]:
    return {
        "ok": not problems and workspace is not None,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "key": problem.key,
                "expected": sentence(problem.expected),
                "found": sentence(problem.found),
            }
            for problem in problems
        ],
        "files": 0 if workspace is None else len(workspace.files),
        "systems": 0 if workspace is None else len(workspace.systems),
        "jobs": 0 if workspace is None else len(workspace.jobs),
    }


def _sound(workspace: Workspace) -> str:
    return _(
        "No problems in {files} files. Systems: {systems}. Jobs: {jobs}. "
        "Repositories: {repositories}. People: {people}. Runbooks: {runbooks}."
    ).format(
        files=len(workspace.files),
        systems=len(workspace.systems),
        jobs=len(workspace.jobs),
        repositories=len(workspace.repositories),
        people=len(workspace.people),
        runbooks=len(workspace.runbooks),
    )
