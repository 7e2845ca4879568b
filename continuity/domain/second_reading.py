"""Which files of a sample are restored, which are read a second way, and what the two agree on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from continuity.domain.compare import Comparison, Finding, Outcome
from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Entry, Kind
from continuity.domain.sampling import Sample
from continuity.domain.text import N_, Message, say

LEAST_RESTORED = 59
"""As many random files are restored by the engine itself: none bad of 59 is at most 5 %."""

LEAST_READ = 10
"""For fewer files than that a repository is not opened a second time."""

_WRONG = frozenset({Outcome.CORRUPT, Outcome.MISSING, Outcome.UNVERIFIABLE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """A sample in two parts, in tree order; ``both`` are restored and read as well."""

    restored: tuple[Entry, ...]
    read: tuple[Entry, ...]
    both: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondReading:
    """What the second reader found: of the files read apart, and of those read both ways.

    ``error`` is what kept it from reading; then nothing of its part is proven. What was read lies
    in ``touched`` of the ``packs`` of the repository that hold contents.
    """

    shares: Shares
    apart: Comparison
    disagree: tuple[bytes, ...]
    problems: tuple[Message, ...]
    error: ContinuityError | None = None
    touched: int = 0
    packs: int = 0


def divide(sample: Sample, both_ways: int, least: int = LEAST_READ) -> Shares | None:
    """Part a sample; None where fewer than ``least`` files would be left to read a second way.

    Opening a repository a second time is not worth it for them: the engine restores them, too.

    What must be in every sample, what is no file, and the random files that were drawn first are
    restored. Those drawn first are as random as all of them: they have the smallest ranks. Where
    fewer were drawn, files that are due take the places that are left.
    """
    first = sample.random[:LEAST_RESTORED]
    filling = sample.due[: LEAST_RESTORED - len(first)]
    restored = {*sample.always, *sample.owners_choice, *first, *filling}
    read = tuple(
        entry for entry in sample.entries if entry.kind is Kind.FILE and entry.path not in restored
    )
    if len(read) < least:
        return None
    apart = {entry.path for entry in read}
    kept = tuple(entry for entry in sample.entries if entry.path not in apart)
    twice = frozenset(first[:both_ways])
    both = tuple(entry for entry in kept if entry.path in twice and entry.kind is Kind.FILE)
    return Shares(restored=kept, read=read, both=both)


def disagreements(
    both: Iterable[Entry], restored: Comparison, read: Comparison
) -> tuple[bytes, ...]:
    """Give the files that came back right one way and wrong the other.

    Right means the content: a mode that a sandbox cannot keep is no disagreement about a backup.
    Where findings were not all kept, nobody knows about the rest; none of that is green anyway.
    """
    one, other = _wrong(restored.findings), _wrong(read.findings)
    return tuple(entry.path for entry in both if (entry.path in one) != (entry.path in other))


def _wrong(findings: Iterable[Finding]) -> frozenset[bytes]:
    return frozenset(finding.path for finding in findings if finding.outcome in _WRONG)


def joined(one: Comparison, other: Comparison) -> Comparison:
    """Add two comparisons of different paths."""
    return Comparison(
        counts={outcome: one.counts[outcome] + other.counts[outcome] for outcome in Outcome},
        findings=(*one.findings, *other.findings),
        findings_total=one.findings_total + other.findings_total,
        compared_files=one.compared_files + other.compared_files,
        compared_bytes=one.compared_bytes + other.compared_bytes,
    )


def tell_alone(restored: int, engine: str) -> Message:
    """Say that nobody read a second way, where somebody should have and cannot."""
    return say(
        N_(
            "The only entry was restored by {engine} alone: the independent reader cannot read"
            " this storage."
        )
        if restored == 1
        else N_(
            "All {restored} entries were restored by {engine} alone: the independent reader cannot"
            " read this storage."
        ),
        restored=restored,
        engine=engine,
    )


def tell_ways(reading: SecondReading, engine: str, *, with_packs: bool = True) -> Message:
    """Say how many were proven which way, and in how many packs what was read lies.

    Without ``with_packs`` they are left out, because more is said of them elsewhere.
    """
    shares = reading.shares
    counts: dict[str, str | int] = {
        "restored": len(shares.restored),
        "engine": engine,
        "read": len(shares.read),
        "both": len(shares.both),
    }
    if reading.error is not None:
        return say(
            N_(
                "{restored} entries were restored by {engine}; {read} more files were to be read"
                " without it by an independent reader, and {both} both ways."
            ),
            **counts,
        )
    if not with_packs:
        return say(
            N_(
                "{restored} entries were restored by {engine}; {read} more files were read without"
                " it by an independent reader, and {both} both ways."
            ),
            **counts,
        )
    return say(
        N_(
            "{restored} entries were restored by {engine}; {read} more files were read without it"
            " by an independent reader, and {both} both ways. What it read lies in {touched} of"
            " {packs} packs; files in one pack fail together."
        ),
        **counts,
        touched=reading.touched,
        packs=reading.packs,
    )
