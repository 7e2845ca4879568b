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


def judge_checks(checks: Sequence[CheckRun], now: datetime, validity: timedelta) -> Soundness:
    """Judge by all checks: damage stands until a check that covers it passes."""
    if not checks:
        return Soundness(None, None, (), None)
    reasons = [_reason(run) for run in _standing(checks)]
    latest = checks[-1]
    if latest.verdict is not Verdict.PASS and latest.verdict is not Verdict.FAIL:
        reasons.append(_reason(latest))
    failed = [run.at for run in checks if run.verdict is Verdict.FAIL]
    passed = [run for run in checks if run.verdict is Verdict.PASS]
    read_back = _read_back_since(passed, now - validity)
    level, at = (None, None) if not passed else ("L1", passed[-1].at)
    if read_back is not None:
        level, at = "L2", read_back
    return Soundness(level, at, tuple(reasons), max(failed, default=None))


def _standing(checks: Sequence[CheckRun]) -> list[CheckRun]:
    """Find the failed checks that nothing later made good."""
    standing: dict[tuple[int, int], CheckRun] = {}
    passed: set[tuple[int, int]] = set()
    for run in reversed(checks):
        if run.verdict is Verdict.PASS:
            passed.add((run.k, run.n))
        elif run.verdict is Verdict.FAIL and not _covers(passed, run):
            standing.setdefault((run.k, run.n), run)
    return list(standing.values())


def _covers(passed: set[tuple[int, int]], failed: CheckRun) -> bool:
    # Every check looks at the structure; stored bytes are only good again once they are read.
    if failed.n == 0:
        return bool(passed)
    if (failed.k, failed.n) in passed:
        return True
    return any(_is_whole(passed, n) for n in {n for _, n in passed if n})


def _is_whole(slices: set[tuple[int, int]], n: int) -> bool:
    return all((k, n) in slices for k in range(1, n + 1))


def _read_back_since(passed: Iterable[CheckRun], since: datetime) -> datetime | None:
    """Tell since when every stored byte was read back, if it was within the time."""
    latest: dict[int, dict[int, datetime]] = {}
    for run in passed:
        if run.n and run.at > since:
            latest.setdefault(run.n, {})[run.k] = run.at
    whole = [min(slices.values()) for n, slices in latest.items() if len(slices) == n]
    return max(whole, default=None)


def _reason(run: CheckRun) -> Reason:
    said = run.reason or say(N_("The check of the repository did not pass."))
    return Reason(run.verdict, run.failure or FailureClass.TOOL_ERROR, said)
