"""`continuity audit rotate-key`: another key signs the record from now on."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click

from continuity.app import App, opened
from continuity.cli.entry import Options
from continuity.cli.language import _
from continuity.cli.output import epilog, show, show_below, show_json
from continuity.domain.audit import explain_audit, verdict_from_audit
from continuity.domain.checkpoint import Checkpoint, checkpoint_from_text
from continuity.domain.failure import RecordError
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict

_REMEDY = N_("No key was changed. Find out first what happened: continuity audit verify")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rotated:
    """The keys before and after, and what the new one signed first."""

    old: bytes
    new: bytes
    first: Checkpoint

    @property
    def witness(self) -> str:
        """What is kept elsewhere of the first checkpoint of the new key."""
        return f"{self.first.sequence}:{self.first.hash}"


@click.command(
    name="rotate-key",
    short_help=_("Let a new key sign from now on."),
    help=_(
        "Make a new signing key and sign the end of the record with it. The old private key is "
        "gone; its public key stays, so that what it signed until now still verifies. A record "
        "that is not intact keeps its key."
    ),
    epilog=epilog("continuity audit rotate-key", "continuity audit rotate-key --yes --json"),
)
@click.option("--yes", is_flag=True, help=_("Ask nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object."))
@click.pass_obj
def command(options: Options, yes: bool, as_json: bool) -> int:
    """Ask, change the key, and tell what to keep elsewhere."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(_("Nobody can be asked here: add --yes."))
        # The question goes beside the result, which may be JSON.
        click.confirm(_("Replace the key that signs the record?"), abort=True, err=True)
    with opened(options.workspace) as app:
        rotated = _rotate(app)
    if as_json:
        show_json(_plain(rotated))
    else:
        _tell(rotated)
    return 0


def _rotate(app: App) -> _Rotated:
    from continuity.store.audit import audit
    from continuity.store.keys import open_keys, rotate_keys

    bench = app.bench
    keys = open_keys(bench.keys)
    result = audit(bench.store, keys.signers())
    if verdict_from_audit(result) is Verdict.FAIL:
        raise RecordError(explain_audit(result), remedy=say(_REMEDY))
    # Nobody else signs meanwhile: what waits for its turn uses the new key.
    with bench.store.transaction() as transaction:
        signed_before = (checkpoint_from_text(one.text).time for one in bench.store.checkpoints())
        old = keys.public()
        # Where the clock was ahead once, what was signed then stays valid, too.
        rotate_keys(keys, max([bench.now(), *signed_before]))
        signed = transaction.sign_checkpoint(bench.organisation, keys)
    return _Rotated(old=old, new=keys.public(), first=checkpoint_from_text(signed.text))


def _tell(rotated: _Rotated) -> None:
    from continuity.store.signers import text_from_public
    from continuity.store.signing import fingerprint

    show(
        _("A new key signs from now on: {fingerprint}").format(fingerprint=fingerprint(rotated.new))
    )
    show_below(
        _("What {fingerprint} signed until now still verifies.").format(
            fingerprint=fingerprint(rotated.old)
        )
    )
    # Copied by hand or by a mouse: never broken into lines.
    show("  " + _("Public key: {key}").format(key=text_from_public(rotated.new)))
    show("  " + _("First checkpoint: {witness}").format(witness=rotated.witness))
    show(
        _("Keep these three away from this machine, and give the key to a provider who follows it.")
    )
    show(_("Renew the emergency folder: continuity bundle publish"))


def _plain(rotated: _Rotated) -> dict[str, object]:
    from continuity.store.signers import text_from_public
    from continuity.store.signing import fingerprint

    return {
        "fingerprint": fingerprint(rotated.new),
        "public_key": text_from_public(rotated.new),
        "replaced": fingerprint(rotated.old),
        "checkpoint": rotated.witness,
    }
