"""What of a job's files is proven, since when, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from continuity.domain.clock import text_from_time
from continuity.domain.manifest import Entry, Kind, Seal
from continuity.domain.shown import seconds_from

AGES = (timedelta(days=7), timedelta(days=30), timedelta(days=90), timedelta(days=365))
"""The steps of the histogram; what is older than the last has a step of its own."""


class ProvenContent(NamedTuple):
    """When a path was last proven, and the SHA-256 of the content that was."""

    at: datetime
    sha256: bytes | None


class Step(NamedTuple):
    """Files whose proof is younger than ``younger_than`` and not in a step before; None: older."""

    younger_than: timedelta | None
    files: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Counts over the files of one manifest; sizes in bytes.

    ``unsealed`` files cannot be proven at all. Overdue ones were not proven within ``within``,
    counted for those never proven from the beginning of the job. ``next_due`` is when the next
    file becomes overdue, None when nothing is asked for or nothing is left.
    """

    files: int
    bytes: int
    proven_files: int
    proven_bytes: int
    unsealed: int
    ages: tuple[Step, ...]
    oldest: datetime | None
    within: timedelta | None
    overdue_files: int
    overdue_bytes: int
    next_due: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageQuestion:
    """What is asked: by what time each file must be proven, and since when it is asked.

    ``began`` is the first record of the job, None when unknown: then nothing unproven is overdue.
    """

    now: datetime
    within: timedelta | None
    began: datetime | None


def proof_of(entry: Entry, proven: Mapping[bytes, ProvenContent]) -> datetime | None:
    """Tell when the content that a file has now was last proven."""
    known = proven.get(entry.path)
    return known.at if known is not None and known.sha256 == entry.sha256 else None


def can_be_proven(entry: Entry) -> bool:
    """Tell whether an entry is a file whose content is known for sure."""
    return entry.kind is Kind.FILE and entry.seal is Seal.SEALED and entry.sha256 is not None


def measure_coverage(
    entries: Iterable[Entry], proven: Mapping[bytes, ProvenContent], question: CoverageQuestion
) -> Coverage:
    """Count through a manifest, in bounded memory."""
    count = _Count(question)
    for entry in entries:
        if entry.kind is Kind.FILE:
            count.add(entry, proof_of(entry, proven))
    return count.total()


class _Count:
    """Sums that grow file by file."""

    def __init__(self, question: CoverageQuestion) -> None:
        self._question = question
        self._files = self._bytes = self._unsealed = 0
        self._overdue_files = self._overdue_bytes = 0
        self._steps = [[0, 0] for _ in (*AGES, None)]
        self._oldest: datetime | None = None
        self._next_due: datetime | None = None

    def add(self, entry: Entry, proven_at: datetime | None) -> None:
        self._files += 1
        self._bytes += entry.size
        if not can_be_proven(entry):
            self._unsealed += 1
            return
        if proven_at is not None:
            step = self._steps[_step(self._question.now - proven_at)]
            step[0] += 1
            step[1] += entry.size
            self._oldest = _earlier(self._oldest, proven_at)
        self._expect(entry, proven_at or self._question.began)

    def _expect(self, entry: Entry, since: datetime | None) -> None:
        if self._question.within is None or since is None:
            return
        due = since + self._question.within
        if due <= self._question.now:
            self._overdue_files += 1
            self._overdue_bytes += entry.size
        else:
            self._next_due = _earlier(self._next_due, due)

    def total(self) -> Coverage:
        steps = zip((*AGES, None), self._steps, strict=True)
        return Coverage(
            files=self._files,
            bytes=self._bytes,
            proven_files=sum(files for files, _ in self._steps),
            proven_bytes=sum(size for _, size in self._steps),
            unsealed=self._unsealed,
            ages=tuple(Step(age, files, size) for age, (files, size) in steps),
            oldest=self._oldest,
            within=self._question.within,
            overdue_files=self._overdue_files,
            overdue_bytes=self._overdue_bytes,
            next_due=self._next_due,
        )


def _step(age: timedelta) -> int:
    return next((step for step, limit in enumerate(AGES) if age < limit), len(AGES))


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


def plain_from_coverage(coverage: Coverage) -> dict[str, object]:
    """Reduce coverage to what JSON can hold: whole seconds, times in UTC."""
    return {
        "files": coverage.files,
        "bytes": coverage.bytes,
        "proven_files": coverage.proven_files,
        "proven_bytes": coverage.proven_bytes,
        "unsealed_files": coverage.unsealed,
        "ages": [
            {
                "younger_than_seconds": seconds_from(step.younger_than),
                "files": step.files,
                "bytes": step.bytes,
            }
            for step in coverage.ages
        ],
        "oldest": None if coverage.oldest is None else text_from_time(coverage.oldest),
        "within_seconds": seconds_from(coverage.within),
        "overdue_files": coverage.overdue_files,
        "overdue_bytes": coverage.overdue_bytes,
        "next_due": None if coverage.next_due is None else text_from_time(coverage.next_due),
    }
