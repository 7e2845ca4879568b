"""`continuity audit`: is the record of evidence whole, and can somebody else see that it is?"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from continuity.app import opened, recorded
from continuity.cli import erase, resume, rotate_key
from continuity.cli.columns import plain
from continuity.cli.entry import Options
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import epilog, remark, show, show_json, verdict_text
from continuity.domain.audit import (
    AuditAnswer,
    AuditResult,
    Witness,
    explain_audit,
    verdict_from_audit,
)
from continuity.domain.evidence import Head
from continuity.domain.failure import ConfigurationError, RecordError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict, exit_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from continuity.config.workspace import Workspace
    from continuity.store.signers import Signer
    from continuity.store.store import Store

_LONGEST = 1 << 16
_REMEDY = N_(
    "Keep a copy of the state as it is, compare with checkpoints kept elsewhere, and find out who"
    " wrote there."
)


@click.group(
    help=_("Verify, sign and export the record of evidence."),
    epilog=epilog(
        "continuity audit verify",
        "continuity audit checkpoint > checkpoint.txt",
        "continuity audit verify --against checkpoint.txt",
        "continuity audit export evidence-2026",
    ),
)
def command() -> None:
    """Group what is done with the record."""


command.add_command(resume.command)
command.add_command(erase.command)
command.add_command(rotate_key.command)


@command.command(
    name="verify",
    short_help=_("Tell whether the record is whole."),
    help=_(
        "Read the whole record: every hash, the chain, all checkpoints and their signatures. Says "
        "intact, or what was altered, is missing or was cut off."
    ),
    epilog=epilog("continuity audit verify", "continuity audit verify --against checkpoint.txt"),
)
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    help=_("A checkpoint kept elsewhere: its file, or sequence:hash as printed in mails."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def verify(options: Options, against: tuple[str, ...], as_json: bool) -> int:
    """Verify and print the answer."""
    witnesses = [_witness(text) for text in against]
    with recorded(options.workspace) as (workspace, store):
        result = _audit(workspace, store, witnesses)
    verdict = verdict_from_audit(result)
    if as_json:
        show_json(_plain(result, verdict))
        return exit_code(verdict)
    show(f"{verdict_text(verdict)}  {sentence(explain_audit(result))}")
    if verdict is Verdict.FAIL:
        show(_("What to do: {remedy}").format(remedy=_(_REMEDY)))
    return exit_code(verdict)


def _audit(workspace: Workspace, store: Store | None, witnesses: list[Witness]) -> AuditResult:
    from continuity.store.audit import audit

    if store is not None:
        return audit(store, _signers(workspace), witnesses)
    if not witnesses:
        return AuditResult(answer=AuditAnswer.EMPTY, head=Head())
    last = max(witness.sequence for witness in witnesses)
    return AuditResult(answer=AuditAnswer.TRUNCATED, head=Head(), first=1, last=last)


def _signers(workspace: Workspace) -> tuple[Signer, ...]:
    """Give the keys to trust; where no key was ever made, no signature is trusted."""
    from continuity.store.signers import SIGNERS, read_signers

    directory = Path(workspace.settings.store.state) / "keys"
    return read_signers(directory / SIGNERS) if directory.exists() else ()


def _witness(text: str) -> Witness:
    from continuity.domain.checkpoint import witness_from_text

    try:
        path = Path(text)
        if path.exists():
            with path.open("rb") as opened_file:
                text = opened_file.read(_LONGEST).decode("utf-8")
        return witness_from_text(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            say(N_("{against} is no checkpoint."), against=plain(str(path))),
            remedy=say(
                N_("Give the file that `continuity audit checkpoint` printed, or sequence:hash.")
            ),
        ) from error


def _plain(result: AuditResult, verdict: Verdict) -> dict[str, object]:
    return {
        "verdict": verdict.value,
        "answer": result.answer.value,
        "records": result.records,
        "checkpoints": result.checkpoints,
        "witnessed": result.witnessed,
        "first": result.first,
        "last": result.last,
        "key": result.key,
        "head": {"sequence": result.head.sequence, "hash": result.head.hash},
        "reason": sentence(explain_audit(result)),
    }


@command.command(
    name="checkpoint",
    short_help=_("Sign the end of the record."),
    help=_(
        "Sign the end of the record and print the checkpoint; keep it where nobody who can write "
        "to this machine can reach it. A record that is not intact is not signed."
    ),
    epilog=epilog("continuity audit checkpoint > checkpoint.txt"),
)
@click.pass_obj
def checkpoint(options: Options) -> int:
    """Sign and print."""
    from continuity.store.keys import open_keys

    with opened(options.workspace) as app:
        keys = open_keys(app.bench.keys)
        result = _audit(app.workspace, app.bench.store, [])
        if verdict_from_audit(result) is Verdict.FAIL:
            raise RecordError(explain_audit(result), remedy=say(_REMEDY))
        with app.bench.store.transaction() as transaction:
            signed = transaction.sign_checkpoint(app.bench.organisation, keys)
    show(signed.text.removesuffix("\n"))
    return 0


@command.command(
    name="export",
    short_help=_("Write the record out for an auditor."),
    help=_(
        "Write the record out. DIR gets everything an auditor needs to verify it without this "
        "program; --format gives one part: jsonl, the records as lines of JSON, or dsse, each "
        "restore test as an in-toto statement in a signed envelope. Names of people stay here."
    ),
    epilog=epilog(
        "continuity audit export evidence-2026",
        "continuity audit export --format jsonl --to records.jsonl",
    ),
)
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--format", "kind", type=click.Choice(["jsonl", "dsse"]), help=_("Only this part."))
@click.option(
    "--to", "target", metavar="FILE", type=click.Path(path_type=Path), help=_("Write to this file.")
)
@click.pass_obj
def export(options: Options, directory: Path | None, kind: str | None, target: Path | None) -> int:
    """Export as a whole or in part."""
    if directory is not None and (kind is not None or target is not None):
        raise click.UsageError(_("Give a directory, or --format and --to, not both."))
    if directory is not None:
        _export_all(options, directory)
        return 0
    with recorded(options.workspace) as (workspace, store):
        if store is None:
            raise _nothing_recorded()
        lines = _envelopes(workspace, store) if kind == "dsse" else _lines(store)
        count = _write(lines, target)
    remark(plural("{count} line.", "{count} lines.", count).format(count=count))
    return 0


def _export_all(options: Options, directory: Path) -> None:
    from continuity.store.export import export_record
    from continuity.store.keys import open_keys

    with recorded(options.workspace) as (workspace, store):
        if store is None:
            raise _nothing_recorded()
        keys = open_keys(Path(workspace.settings.store.state) / "keys")
        written = export_record(store, keys, directory)
    show(
        _(
            "{records} records, {drills} restore tests and {checkpoints} checkpoints in {path}"
        ).format(
            records=written.records,
            drills=written.drills,
            checkpoints=written.checkpoints,
            path=plain(str(directory)),
        )
    )


def _nothing_recorded() -> ConfigurationError:
    return ConfigurationError(
        say(N_("Nothing was recorded yet, so there is nothing to export.")),
        remedy=say(N_("Run: continuity backup")),
    )


def _lines(store: Store) -> Iterator[str]:
    from continuity.store.export import export_lines

    return export_lines(store)


def _envelopes(workspace: Workspace, store: Store) -> Iterator[str]:
    from continuity.domain.evidence import RecordKind
    from continuity.store.export import envelope, statement
    from continuity.store.keys import open_keys

    key = open_keys(Path(workspace.settings.store.state) / "keys").private()
    for record in store.records(kinds=(RecordKind.DRILL_FINISHED,)):
        yield envelope(statement(record), key).decode()


def _write(lines: Iterator[str], target: Path | None) -> int:
    """Write lines to a new file or to standard output; what is there is never overwritten."""
    count = 0
    with _writable(target) as write:
        for line in lines:
            write(line.encode("utf-8", "surrogateescape") + b"\n")
            count += 1
    return count


@contextmanager
def _writable(target: Path | None) -> Iterator[Callable[[bytes], object]]:
    if target is None:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()
        return
    try:
        with target.open("xb") as opened_file:
            yield opened_file.write
    except OSError as error:
        raise ConfigurationError(
            say(
                N_("{path} cannot be written: {cause}."),
                path=plain(str(target)),
                cause=error.strerror or type(error).__name__,
            ),
            remedy=say(N_("Name a new file on a file system with room.")),
        ) from error
