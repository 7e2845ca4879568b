"""Whether the record of evidence is whole: edits, gaps and a missing end, found line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from continuity.domain.evidence import Head, Line, hash_line
from continuity.domain.text import N_, Message, say
from continuity.domain.verdict import Verdict


class AuditAnswer(StrEnum):
    """What can be said of the whole record."""

    INTACT = "intact"
    ALTERED = "altered"
    MISSING = "missing"
    TRUNCATED = "truncated"
    UNKNOWN_KEY = "unknown-key"
    CHECKPOINT_ALTERED = "checkpoint-altered"
    EMPTY = "empty"


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """What a checkpoint remembers: this record, counted from 1, had this hash."""

    sequence: int
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditResult:
    """The answer, and the records it is about.

    ``first`` and ``last`` name the altered or missing records, or the record up to which a doubtful
    checkpoint speaks. ``records`` were read and ``checkpoints`` confirmed before the
    answer was known; ``witnessed`` is the last record that a checkpoint confirmed, 0 if none: what
    follows it could be cut off unseen. ``head`` is the last record read.
    """

    answer: AuditAnswer
    head: Head
    checkpoints: int = 0
    witnessed: int = 0
    first: int | None = None
    last: int | None = None
    key: str | None = None

    @property
    def records(self) -> int:
        """How many records were read and found in place."""
        return self.head.sequence


def verdict_from_audit(result: AuditResult) -> Verdict:
    """Judge the answer: nothing to read proves nothing, and an unknown key could be anybody's."""
    match result.answer:
        case AuditAnswer.INTACT:
            return Verdict.PASS
        case AuditAnswer.EMPTY:
            return Verdict.INCONCLUSIVE
        case (
            AuditAnswer.ALTERED
            | AuditAnswer.MISSING
            | AuditAnswer.TRUNCATED
            | AuditAnswer.UNKNOWN_KEY
            | AuditAnswer.CHECKPOINT_ALTERED
        ):
            return Verdict.FAIL
        case _:
            assert_never(result.answer)


def explain_audit(result: AuditResult) -> Message:
    """Say the answer in one sentence."""
    match result.answer:
        case AuditAnswer.INTACT:
            return _explain_intact(result)
        case AuditAnswer.ALTERED:
            return _about(
                result,
                N_("Record {first} was altered."),
                N_("At least one of the records {first} to {last} was altered."),
            )
        case AuditAnswer.MISSING:
            return _about(
                result,
                N_("Record {first} is missing."),
                N_("The records {first} to {last} are missing."),
            )
        case AuditAnswer.TRUNCATED:
            return _about(
                result,
                N_("Record {first} was cut off: a checkpoint has seen it."),
                N_("The records {first} to {last} were cut off: a checkpoint has seen them."),
            )
        case AuditAnswer.UNKNOWN_KEY:
            return say(
                N_("The checkpoint of record {first} is not signed by a known key, but by {key}."),
                first=result.first or 0,
                key=result.key or "?",
            )
        case AuditAnswer.CHECKPOINT_ALTERED:
            return say(
                N_("The checkpoint of record {first} was altered or removed."),
                first=result.first or 0,
            )
        case AuditAnswer.EMPTY:
            return say(N_("Nothing was recorded yet, so there is nothing to verify."))
        case _:
            assert_never(result.answer)


def _explain_intact(result: AuditResult) -> Message:
    counts: dict[str, str | int] = {
        "records": result.records,
        "witnessed": result.witnessed,
        "checkpoints": result.checkpoints,
        "hash": result.head.hash,
    }
    if result.witnessed == 0:
        return say(
            N_("The only record is intact; no checkpoint guards the end. Head: {hash}")
            if result.records == 1
            else N_(
                "All {records} records are intact; no checkpoint guards their end. Head: {hash}"
            ),
            **counts,
        )
    return say(
        N_("The only record is intact; checkpoints that confirm it: {checkpoints}. Head: {hash}")
        if result.records == 1
        else N_(
            "All {records} records are intact; checkpoints that confirm the first {witnessed}:"
            " {checkpoints}. Head: {hash}"
        ),
        **counts,
    )


def _about(result: AuditResult, one: str, several: str) -> Message:
    first, last = result.first or 0, result.last or 0
    if first == last:
        return say(one, first=first)
    return say(several, first=first, last=last)


def verify_chain(
    lines: Iterable[Line], witnesses: Iterable[Witness] = (), after: Head | None = None
) -> AuditResult:
    """Walk the record in bounded memory, from its first line or from the one after ``after``.

    ``witnesses`` come in the order of their sequences; their signatures were checked before. The
    first defect ends the walk.
    """
    walk = _Walk(iter(witnesses), after or Head())
    for line in lines:
        defect = walk.defect_at(line)
        if defect is not None:
            return defect
    return walk.end()


class _Walk:
    """How far the chain was followed."""

    def __init__(self, witnesses: Iterator[Witness], after: Head) -> None:
        self.head = after
        self.checkpoints = 0
        self.witnessed = 0
        self._witnesses = witnesses
        self._next = next(witnesses, None)

    def defect_at(self, line: Line) -> AuditResult | None:
        """Follow the chain over one more line, or say why that cannot be done."""
        expected = self.head.sequence + 1
        if line.sequence > expected:
            return self._found(AuditAnswer.MISSING, expected, line.sequence - 1)
        if line.sequence < expected or hash_line(line) != line.hash:
            return self._found(AuditAnswer.ALTERED, line.sequence, line.sequence)
        if line.previous != self.head.hash:
            # Somebody wrote a new hash too: into this line's link, or into the line before.
            return self._found(AuditAnswer.ALTERED, max(self.head.sequence, 1), line.sequence)
        self.head = Head(sequence=line.sequence, hash=line.hash)
        return self._contradicted()

    def _contradicted(self) -> AuditResult | None:
        while self._next is not None and self._next.sequence <= self.head.sequence:
            if self._next.hash != self.head.hash:
                first = min(self.witnessed + 1, self._next.sequence)
                return self._found(AuditAnswer.ALTERED, first, self._next.sequence)
            self.checkpoints += 1
            self.witnessed = self._next.sequence
            self._next = next(self._witnesses, None)
        return None

    def end(self) -> AuditResult:
        """Judge the chain after its last line."""
        if self._next is not None:
            cut = max(self._next.sequence, self.head.sequence + 1)
            return self._found(AuditAnswer.TRUNCATED, self.head.sequence + 1, cut)
        answer = AuditAnswer.INTACT if self.head.sequence else AuditAnswer.EMPTY
        return self._found(answer, None, None)

    def _found(self, answer: AuditAnswer, first: int | None, last: int | None) -> AuditResult:
        return AuditResult(
            answer=answer,
            head=self.head,
            checkpoints=self.checkpoints,
            witnessed=self.witnessed,
            first=first,
            last=last,
        )
