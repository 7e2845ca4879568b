"""The public keys that may have signed this record, in OpenSSH's allowed_signers file."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from continuity.domain.checkpoint import NAMESPACE
from continuity.domain.failure import RecordError
from continuity.domain.text import N_, say, shown
from continuity.store.signing import public_blob, public_from_blob

SIGNERS = "allowed_signers"
PRINCIPAL = "continuity"
"""Who signs: ``ssh-keygen -Y verify -I continuity``."""

BUNDLES = "continuity-bundle"
"""What the key signs beside checkpoints: ``ssh-keygen -Y verify -n continuity-bundle``."""

_STAMP = "%Y%m%d%H%M%SZ"
_ROW = re.compile(
    rf'{PRINCIPAL} namespaces="{NAMESPACE}"(?:,valid-before="(?P<until>[0-9]{{14}}Z)")?'
    r" ssh-ed25519 (?P<key>[A-Za-z0-9+/=]+)(?: .*)?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A public key of this record, 32 bytes; ``until`` is when another took its place."""

    public: bytes
    until: datetime | None = None

    def signed_then(self, public: bytes, moment: datetime) -> bool:
        """Tell whether this key is that one, and was in use at that moment."""
        return self.public == public and (self.until is None or moment < self.until)


def read_signers(path: Path) -> tuple[Signer, ...]:
    """Read an allowed_signers file; raises RecordError when it is missing or not understood."""
    try:
        rows = path.read_text("utf-8").splitlines()
        return tuple(_signer_from_row(row) for row in rows if row and not row.startswith("#"))
    except (OSError, ValueError) as error:
        raise RecordError(
            say(
                N_("The list of public keys {path} cannot be read."), path=shown(os.fsencode(path))
            ),
            remedy=say(N_("Bring it back from a backup or an earlier export of the record.")),
        ) from error


def _signer_from_row(row: str) -> Signer:
    found = _ROW.fullmatch(row)
    if found is None:
        raise ValueError("not a signer")
    until = found["until"]
    return Signer(
        public=public_from_blob(found["key"]),
        until=None if until is None else datetime.strptime(until, _STAMP).replace(tzinfo=UTC),
    )


def text_for_bundles(public: bytes) -> str:
    """Write an allowed_signers file for offline copies that one key signed."""
    return f'{PRINCIPAL} namespaces="{BUNDLES}" {text_from_public(public)}\n'


def text_from_signers(signers: Iterable[Signer]) -> str:
    """Write an allowed_signers file."""
    return "".join(f"{_row_from_signer(signer)}\n" for signer in signers)


def _row_from_signer(signer: Signer) -> str:
    options = f'namespaces="{NAMESPACE}"'
    if signer.until is not None:
        options += f',valid-before="{signer.until.astimezone(UTC).strftime(_STAMP)}"'
    return f"{PRINCIPAL} {options} {text_from_public(signer.public)}"


def text_from_public(public: bytes) -> str:
    """Write a public key as in a ``.pub`` file."""
    return f"ssh-ed25519 {base64.b64encode(public_blob(public)).decode()}"
