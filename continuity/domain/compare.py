"""Comparing what was restored with what the source was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from continuity.domain.differences import Rules, content_difference, outer_difference
from continuity.domain.hard_links import HardLinks
from continuity.domain.manifest import Entry, Kind, Seal, tree_order
from continuity.domain.text import N_, Message, say

_LINK_BROKEN = N_("It was one file with other names, and is a file of its own now.")
_MISSING = N_("It was not restored.")
_EXTRA = N_("It is there although it was not asked for.")
_UNSEALED = N_("The manifest cannot vouch for it: {reason}.")
_NO_DIGEST = N_("The manifest has no digest of its content.")
_UNREAD = N_("What was restored cannot be read: {reason}.")
_REMOVED_SINCE = N_("It was removed from the source since the backup.")
_CHANGED_SINCE = N_("It was changed at the source since the backup.")


class Outcome(StrEnum):
    """How one path came out.

    CORRUPT: type, content or link target is wrong. METADATA: the content is right, something
    around it is not. UNVERIFIABLE: nothing trustworthy to compare with, or it could not be read.
    DRIFTED: the live file changed since; information, never failure, never pass.
    """

    MATCH = "match"
    CORRUPT = "corrupt"
    MISSING = "missing"
    EXTRA = "extra"
    METADATA = "metadata"
    DRIFTED = "drifted"
    UNVERIFIABLE = "unverifiable"


_PROVING = (Outcome.MATCH, Outcome.CORRUPT, Outcome.MISSING, Outcome.METADATA)


class Finding(NamedTuple):
    """What is wrong with one path, or why nothing can be said of it."""

    path: bytes
    outcome: Outcome
    detail: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """How all paths came out: a count for every outcome, and the first findings in tree order.

    ``compared_files`` is how many files were compared by digest, and ``compared_bytes`` their
    content. ``findings_total`` counts those not kept as well.
    """

    counts: Mapping[Outcome, int]
    findings: tuple[Finding, ...]
    findings_total: int
    compared_files: int
    compared_bytes: int

    @property
    def verifiable(self) -> int:
        """Give how many paths could have failed: with none of them nothing was proven."""
        return sum(self.counts[outcome] for outcome in _PROVING)


def compare(
    expected: Iterable[Entry], observed: Iterable[Entry], rules: Rules, *, keep: int = 1000
) -> Comparison:
    """Compare entries of a manifest with a restored tree, both in tree order, as streams.

    At most ``keep`` findings are kept; broken hard links come last. Raises ValueError when a
    stream is out of order, since going on would compare the wrong files.
    """
    tally = _Tally(keep)
    links = HardLinks()
    extras = _Extras(tally, active=not rules.whole)
    unread: Entry | None = None
    for wanted, found in _joined(expected, observed):
        if wanted is None:
            extras.hold(found)
        else:
            extras.settle(wanted.path)
            finding = _judged(wanted, found, unread, rules)
            tally.add(wanted, finding)
            if finding is None and rules.hard_links and found is not None:
                links.add(wanted, found)
        if found is not None and found.seal is Seal.UNREADABLE and found.kind is Kind.DIRECTORY:
            unread = found
    extras.settle(None)
    for path in links.broken():
        tally.demote(Finding(path, Outcome.METADATA, say(_LINK_BROKEN)))
    return tally.comparison()


def drifts(expected: Iterable[Entry], live: Iterable[Entry]) -> Iterator[Finding]:
    """Tell which live files are no longer what the manifest says, by their state alone.

    Both come in tree order; what is live and not expected is of no interest.
    """
    for wanted, found in _joined(expected, live):
        if wanted is None:
            continue
        if found is None:
            yield Finding(wanted.path, Outcome.DRIFTED, say(_REMOVED_SINCE))
        elif _state(wanted) != _state(found):
            yield Finding(wanted.path, Outcome.DRIFTED, say(_CHANGED_SINCE))


def _state(entry: Entry) -> tuple[object, ...]:
    if entry.kind is Kind.DIRECTORY:
        return (entry.kind,)
    # Not the change time: a new mode or another name moves it, and the content is the same.
    return entry.kind, entry.size, entry.mtime_ns, entry.link_target


def _judged(
    wanted: Entry, found: Entry | None, unread: Entry | None, rules: Rules
) -> Finding | None:
    if wanted.seal is not Seal.SEALED:
        detail = say(_UNSEALED, reason=wanted.reason or str(wanted.seal))
        return Finding(wanted.path, Outcome.UNVERIFIABLE, detail)
    if found is None:
        return _absent(wanted, unread)
    if found.seal is Seal.UNREADABLE and not found.links:
        # Not even its type could be seen.
        return Finding(wanted.path, Outcome.UNVERIFIABLE, say(_UNREAD, reason=found.reason))
    wrong = content_difference(wanted, found)
    if wrong is not None:
        return Finding(wanted.path, Outcome.CORRUPT, wrong)
    doubt = _doubt(wanted, found)
    if doubt is not None:
        return Finding(wanted.path, Outcome.UNVERIFIABLE, doubt)
    around = outer_difference(wanted, found, rules)
    return None if around is None else Finding(wanted.path, Outcome.METADATA, around)


def _absent(wanted: Entry, unread: Entry | None) -> Finding:
    if unread is not None and wanted.path.startswith(unread.path + b"/"):
        return Finding(wanted.path, Outcome.UNVERIFIABLE, say(_UNREAD, reason=unread.reason))
    return Finding(wanted.path, Outcome.MISSING, say(_MISSING))


def _doubt(wanted: Entry, found: Entry) -> Message | None:
    """Say why a path that shows no difference is no match either."""
    if wanted.kind is Kind.FILE and wanted.sha256 is None:
        return say(_NO_DIGEST)
    if found.seal is not Seal.SURVEYED or (found.kind is Kind.FILE and found.sha256 is None):
        return say(_UNREAD, reason=found.reason or "not-read")
    return None


def _joined(
    expected: Iterable[Entry], observed: Iterable[Entry]
) -> Iterator[tuple[Entry | None, Entry | None]]:
    ours, theirs = _keyed(expected), _keyed(observed)
    wanted, found = next(ours, None), next(theirs, None)
    while wanted is not None or found is not None:
        if found is None or (wanted is not None and wanted[0] < found[0]):
            yield (wanted and wanted[1]), None
            wanted = next(ours, None)
        elif wanted is None or found[0] < wanted[0]:
            yield None, found[1]
            found = next(theirs, None)
        else:
            yield wanted[1], found[1]
            wanted, found = next(ours, None), next(theirs, None)


def _keyed(entries: Iterable[Entry]) -> Iterator[tuple[bytes, Entry]]:
    last = b""
    for entry in entries:
        key = tree_order(entry.path)
        if key <= last:
            raise ValueError(f"entries out of tree order at {entry.path!r}")
        last = key
        yield key, entry


class _Tally:
    """Counts outcomes and keeps the first findings."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._counts = dict.fromkeys(Outcome, 0)
        self._findings: list[Finding] = []
        self._total = 0
        self._files = 0
        self._bytes = 0

    def add(self, wanted: Entry, finding: Finding | None) -> None:
        """Count how an expected path came out; nothing found is a match."""
        if finding is None:
            self._counts[Outcome.MATCH] += 1
        else:
            self.find(finding)
        if finding is None or finding.outcome in {Outcome.CORRUPT, Outcome.METADATA}:
            self._files += wanted.kind is Kind.FILE
            self._bytes += wanted.size

    def find(self, finding: Finding) -> None:
        """Count a finding."""
        self._counts[finding.outcome] += 1
        self._total += 1
        if len(self._findings) < self._keep:
            self._findings.append(finding)

    def demote(self, finding: Finding) -> None:
        """Count a finding about a path that was taken for a match."""
        self._counts[Outcome.MATCH] -= 1
        self.find(finding)

    def comparison(self) -> Comparison:
        """Give the result."""
        return Comparison(
            counts=dict(self._counts),
            findings=tuple(self._findings),
            findings_total=self._total,
            compared_files=self._files,
            compared_bytes=self._bytes,
        )


class _Extras:
    """Found and not expected; a directory is held until it is known to lead nowhere expected."""

    def __init__(self, tally: _Tally, *, active: bool) -> None:
        self._tally = tally
        self._active = active
        self._held: list[bytes] = []

    def hold(self, found: Entry | None) -> None:
        """Take note of a path that nobody expects."""
        if found is None or not self._active:
            return
        while self._held and not found.path.startswith(self._held[-1] + b"/"):
            self._report(self._held.pop())
        if found.kind is Kind.DIRECTORY:
            self._held.append(found.path)
        else:
            self._report(found.path)

    def settle(self, path: bytes | None) -> None:
        """Let go what leads to an expected path, report the rest."""
        for held in self._held:
            if path is None or not path.startswith(held + b"/"):
                self._report(held)
        self._held.clear()

    def _report(self, path: bytes) -> None:
        self._tally.find(Finding(path, Outcome.EXTRA, say(_EXTRA)))
