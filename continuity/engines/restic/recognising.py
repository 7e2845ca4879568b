"""Recognise a local repository that was opened before, without half a second of key derivation.

A repository's config is encrypted and authenticated, and written once. So the same bytes hold the
same id for ever, and whoever has once opened them need not open them again to know it. Remembered
is a file of the config's SHA-256 that holds the id.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from continuity.engines.restic.calls import Caller
from continuity.engines.restic.reading import read_identity

# Some 150 bytes are usual; more than this was never a config.
_CONFIG_BYTES = 1 << 16


def identify(caller: Caller) -> str:
    """Open the repository to learn its id, and note what the config told.

    Nothing is noted when another config came into its place meanwhile; not being able to note is
    no error. Raises what ``read_identity`` raises.
    """
    before = _place(caller)
    identity = read_identity(caller)
    if before is not None and before == _place(caller):
        with contextlib.suppress(OSError):  # not being able to note is no error
            _write(before, identity)
    return identity


def _write(place: Path, identity: str) -> None:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor, fresh = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(identity)
    os.replace(fresh, place)


def recognises(caller: Caller, identity: str) -> bool:
    """Tell whether the config is one that told this id before."""
    place = _place(caller)
    if place is None:
        return False
    try:
        return place.read_text(encoding="ascii") == identity
    except (OSError, ValueError):
        return False


def _place(caller: Caller) -> Path | None:
    """Name the note about the config as it is now; None where nothing may be remembered."""
    if caller.local is None or not caller.may_remember:
        return None
    try:
        with (caller.local / "config").open("rb") as file:
            config = file.read(_CONFIG_BYTES + 1)
    except OSError:
        return None
    if not 0 < len(config) <= _CONFIG_BYTES:
        return None
    return caller.scratch / "configs" / hashlib.sha256(config).hexdigest()
