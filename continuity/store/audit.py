"""Verifies the whole record: its chain, its checkpoints and what names people beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from continuity.domain.audit import AuditAnswer, AuditResult, Witness, verify_chain
from continuity.domain.checkpoint import checkpoint_from_text
from continuity.domain.evidence import Line, RecordKind, hash_personal
from continuity.domain.failure import RecordError
from continuity.store.checkpoints import SignedCheckpoint
from continuity.store.signers import Signer
from continuity.store.signing import fingerprint, verify
from continuity.store.store import Store


def audit(
    store: Store, signers: tuple[Signer, ...], against: Iterable[Witness] = ()
) -> AuditResult:
    """Read everything and answer for all of it, in bounded memory.

    ``signers`` are the keys to trust; ``against`` are checkpoints kept elsewhere, as in a mail.
    A defect of the chain is told before one of a checkpoint, whatever their order.
    """
    seen = _Seen()
    heard = [_heard(signed, signers) for signed in store.checkpoints()]
    witnesses = [*against, *(found for found in heard if isinstance(found, Witness))]
    witnesses.sort(key=lambda witness: witness.sequence)
    result = verify_chain(seen.through(store), witnesses)
    if result.answer is not AuditAnswer.INTACT:
        return result
    doubts = [found for found in heard if isinstance(found, _Doubt)]
    doubts += _removed(store, seen)
    doubts += [_Doubt(AuditAnswer.ALTERED, sequence) for sequence in seen.other_people]
    return _doubted(result, doubts[0]) if doubts else result


@dataclass(frozen=True, slots=True)
class _Doubt:
    answer: AuditAnswer
    sequence: int
    key: str | None = None


def _doubted(result: AuditResult, doubt: _Doubt) -> AuditResult:
    return replace(
        result, answer=doubt.answer, first=doubt.sequence, last=doubt.sequence, key=doubt.key
    )


def _heard(signed: SignedCheckpoint, signers: tuple[Signer, ...]) -> Witness | _Doubt:
    """Take a checkpoint as a witness, or say why it is none."""
    try:
        checkpoint = checkpoint_from_text(signed.text)
        public = verify(signed.text.encode(), signed.signature)
    except (ValueError, RecordError):
        return _Doubt(AuditAnswer.CHECKPOINT_ALTERED, signed.sequence)
    if checkpoint.sequence != signed.sequence:
        return _Doubt(AuditAnswer.CHECKPOINT_ALTERED, signed.sequence)
    if not any(signer.signed_then(public, checkpoint.time) for signer in signers):
        return _Doubt(AuditAnswer.UNKNOWN_KEY, signed.sequence, fingerprint(public))
    return Witness(sequence=checkpoint.sequence, hash=checkpoint.hash)


def _removed(store: Store, seen: _Seen) -> list[_Doubt]:
    """Find checkpoints that the record says were signed and that are no longer there."""
    present = {signed.sequence for signed in store.checkpoints()}
    return [
        _Doubt(AuditAnswer.CHECKPOINT_ALTERED, sequence)
        for sequence in seen.checkpoints
        if sequence not in present
    ]


@dataclass(slots=True)
class _Seen:
    """What passed by on the walk and is looked at afterwards."""

    checkpoints: list[int] = field(default_factory=list)
    other_people: list[int] = field(default_factory=list)

    def through(self, store: Store) -> Iterator[Line]:
        for line in store.lines():
            yield line
            # After the walk has found this line's hash right.
            if line.kind == RecordKind.CHECKPOINT_SIGNED.value:
                self.checkpoints.append(_checkpointed(line))
            if line.personal_hash is not None and _names_others(store, line):
                self.other_people.append(line.sequence)


def _checkpointed(line: Line) -> int:
    """Give the record up to which a checkpoint was signed; an unreadable one matches none."""
    try:
        return int(json.loads(line.body)["sequence"])
    except (ValueError, TypeError, KeyError):
        return line.sequence


def _names_others(store: Store, line: Line) -> bool:
    beside = store.personal_text(line.sequence)
    if beside is None:
        return False
    salt, text = beside
    try:
        return hash_personal(text.encode(), salt) != line.personal_hash
    except ValueError:
        return True
