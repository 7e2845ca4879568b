"""Signed checkpoints: made from the end of the record, and kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from continuity.domain.checkpoint import Checkpoint, text_from_checkpoint
from continuity.store.keys import Keys
from continuity.store.tables import checkpoint as table


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedCheckpoint:
    """The text of a checkpoint as it was signed, and its signature in OpenSSH's armour."""

    sequence: int
    text: str
    signature: str


def sign(checkpoint: Checkpoint, keys: Keys) -> SignedCheckpoint:
    """Sign the end of a record."""
    text = text_from_checkpoint(checkpoint)
    signature = keys.sign(text.encode())
    return SignedCheckpoint(sequence=checkpoint.sequence, text=text, signature=signature)


def add(connection: Connection, signed: SignedCheckpoint) -> None:
    """Keep a signed checkpoint for good."""
    values = {name: getattr(signed, name) for name in SignedCheckpoint.__slots__}
    connection.execute(insert(table), values)


def checkpoints(connection: Connection, after: int = 0) -> Sequence[SignedCheckpoint]:
    """Read the checkpoints of records after a sequence, in their order."""
    query = select(table).where(table.c.sequence > after).order_by(table.c.sequence)
    return [SignedCheckpoint(**row) for row in connection.execute(query).mappings()]
