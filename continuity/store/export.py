"""Writes the record out for an auditor: lines, checkpoints, and one envelope for each drill."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from continuity.domain.evidence import (
    Line,
    Record,
    RecordKind,
    canonical_bytes,
    exported_text,
    record_from_line,
)
from continuity.domain.failure import ConfigurationError, RecordError
from continuity.domain.text import N_, say, shown
from continuity.store.checkpoints import SignedCheckpoint
from continuity.store.dsse import seal
from continuity.store.keys import Keys
from continuity.store.signers import SIGNERS, text_from_signers
from continuity.store.store import Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

RECORDS = "records.jsonl"
DRILLS = "drills.intoto.jsonl"
CHECKPOINTS = "checkpoints"

PREDICATE = "urn:continuity:drill-result:1"
# https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
_STATEMENT = "https://in-toto.io/Statement/v1"
_PAYLOAD = "application/vnd.in-toto+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """How much was written."""

    records: int
    checkpoints: int
    drills: int


def export_record(store: Store, keys: Keys, directory: Path) -> Exported:
    """Write the whole record into a new or empty directory, without what names people.

    Altered lines are written as they stand, so that the auditor sees them; a drill gets an envelope
    only when its line can be believed. Raises ConfigurationError when the directory cannot take it.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise FileExistsError(None, "it is not empty")
        signed = store.checkpoints()
        (directory / SIGNERS).write_text(text_from_signers(keys.signers()), "utf-8")
        _write_checkpoints(directory / CHECKPOINTS, signed)
        records, drills = _write_lines(store, keys, directory)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigurationError(
            say(
                N_("The record cannot be exported to {path}: {why}."),
                path=shown(os.fsencode(directory)),
                why=why,
            ),
            remedy=say(N_("Name a new directory on a file system with room.")),
        ) from error
    return Exported(records=records, checkpoints=len(signed), drills=drills)


def _write_checkpoints(directory: Path, signed: Sequence[SignedCheckpoint]) -> None:
    directory.mkdir()
    for one in signed:
        name = f"{one.sequence:012}.txt"
        (directory / name).write_bytes(one.text.encode())
        (directory / f"{name}.sig").write_bytes(one.signature.encode())


def _write_lines(store: Store, keys: Keys, directory: Path) -> tuple[int, int]:
    key = keys.private()
    count = drills = 0
    with (directory / RECORDS).open("wb") as lines, (directory / DRILLS).open("wb") as envelopes:
        for line in store.lines():
            lines.write(exported_text(line).encode("utf-8", "surrogateescape") + b"\n")
            count += 1
            signed = drill_envelope(line, key)
            if signed is not None:
                envelopes.write(signed + b"\n")
                drills += 1
    return count, drills


def drill_envelope(line: Line, key: Ed25519PrivateKey) -> bytes | None:
    """Put a restore test into a signed envelope; None for what is none or cannot be believed."""
    if line.kind != RecordKind.DRILL_FINISHED.value:
        return None
    try:
        return envelope(statement(record_from_line(line)), key)
    except (RecordError, ValueError, TypeError):
        return None


def export_lines(store: Store) -> Iterator[str]:
    """Give each record as one line of canonical JSON, its hash included."""
    return map(exported_text, store.lines())


def statement(record: Record) -> bytes:
    """Write a drill's record as an in-toto statement about that record."""
    return canonical_bytes(
        {
            "_type": _STATEMENT,
            "subject": [{"name": f"evidence/{record.sequence}", "digest": {"sha256": record.hash}}],
            "predicateType": PREDICATE,
            "predicate": {**record.body, "job": record.job},
        }
    )


def envelope(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a statement in a DSSE envelope."""
    return seal(payload, _PAYLOAD, key)
