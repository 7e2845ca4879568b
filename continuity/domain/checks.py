"""Whether the repository behind a job was found sound, slice by slice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from continuity.domain.facts import CheckRun
from continuity.domain.failure import FailureClass
from continuity.domain.reason import Reason
from continuity.domain.text import N_, say
from continuity.domain.verdict import Verdict


class Soundness(NamedTuple):
    """What checks prove: the level they reach and since when, and what speaks against it.

    ``damaged_at`` is the time of the latest check that found damage, also if it is repaired now.
    """

    level: str | None
    at: datetime | None
    reasons: tuple[Reason, ...]
    damaged_at: datetime | None


def latest_checks(checks: Sequence[CheckRun], most: int) -> tuple[CheckRun, ...]:
    """Keep the latest checks, and of those before them the last that failed: it voids proof."""
    older, kept = checks[:-most], checks[-most:]
    failed = [run for run in older if run.verdict is Verdict.FAIL]
    return (*failed[-1:], *kept)


def checks_of(checks: Iterable[CheckRun], repository: str) -> tuple[CheckRun, ...]:
    """Leave out checks of repositories that a job used before; one that names none stays."""
    return tuple(run for run in checks if run.identity.repository in {"", repository})


def judge_checks(checks: Sequence[CheckRun], now: datetime, validity: timedelta) -> Soundness:
    """Judge by all checks: damage stands until a check that covers it passes.

    What was read too late, or too little of it, was still found right; by when it is to be read is
    judged apart.
    """
    if not checks:
        return Soundness(None, None, (), None)
    reasons = [_reason(run) for run in _standing(checks)]
    latest = checks[-1]
    if not _found_right(latest) and latest.verdict is not Verdict.FAIL:
        reasons.append(_reason(latest))
    failed = [run.at for run in checks if run.verdict is Verdict.FAIL]
    passed = [run for run in checks if _found_right(run)]
    read_back = read_back_since(checks, now - validity)
    level, at = (None, None) if not passed else ("L1", passed[-1].at)
    if read_back is not None:
        level, at = "L2", read_back
    return Soundness(level, at, tuple(reasons), max(failed, default=None))


def _standing(checks: Sequence[CheckRun]) -> list[CheckRun]:
    """Find the failed checks that nothing later made good."""
    standing: dict[tuple[int, int], CheckRun] = {}
    passed: set[tuple[int, int]] = set()
    whole: datetime | None = None
    for run in reversed(checks):
        if _found_right(run):
            passed.add(_what(run))
            whole = whole or _whole_since(run)
        elif run.verdict is Verdict.FAIL and not _covers(passed, whole, run):
            standing.setdefault(_what(run), run)
    return list(standing.values())


def _covers(passed: set[tuple[int, int]], whole: datetime | None, failed: CheckRun) -> bool:
    # Every check looks at the structure; stored bytes are only good again once they are read.
    if failed.n == 0 and failed.packs is None:
        return bool(passed)
    # Packs that were found wrong are read first each time, and none passes without them.
    if _what(failed) in passed or (whole is not None and whole > failed.at):
        return True
    return any(_is_whole(passed, n) for n in {n for _, n in passed if n > 0})


def _found_right(run: CheckRun) -> bool:
    return run.verdict is Verdict.PASS or run.failure is FailureClass.OVERDUE


_PACKS = (-1, -1)


def _what(run: CheckRun) -> tuple[int, int]:
    """Name what a check read: a slice, packs, or nothing but the structure."""
    return (run.k, run.n) if run.packs is None else _PACKS


def _whole_since(run: CheckRun) -> datetime | None:
    return run.packs.oldest if run.packs is not None and run.packs.whole else None


def _is_whole(slices: set[tuple[int, int]], n: int) -> bool:
    return all((k, n) in slices for k in range(1, n + 1))


def read_back_since(checks: Iterable[CheckRun], since: datetime) -> datetime | None:
    """Tell since when every stored byte was read back, if it was within the time."""
    latest: dict[int, dict[int, datetime]] = {}
    whole: list[datetime] = []
    for run in filter(_found_right, checks):
        if run.n and run.at > since:
            latest.setdefault(run.n, {})[run.k] = run.at
        all_since = _whole_since(run)
        if all_since is not None and all_since > since:
            whole.append(all_since)
    whole += [min(slices.values()) for n, slices in latest.items() if len(slices) == n]
    return max(whole, default=None)


def _reason(run: CheckRun) -> Reason:
    said = run.reason or say(N_("The check of the repository did not pass."))
    return Reason(run.verdict, run.failure or FailureClass.TOOL_ERROR, said)
