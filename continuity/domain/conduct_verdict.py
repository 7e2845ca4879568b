"""What is to be thought of a run by who only sees an exit code."""

from __future__ import annotations

from continuity.domain.conduct import BROKEN, Conduct, RunState, StepState, Why
from continuity.domain.verdict import Verdict

_FAILED = frozenset({Why.FAILED, Why.UNDONE})
_BROKEN_OFF = frozenset({RunState.ABORTED, RunState.INTERRUPTED})


def verdict_of_run(conduct: Conduct) -> Verdict:
    """Judge how a run stands: FAIL where it stands failed, INCONCLUSIVE where nobody knows.

    Nobody knows what a run would have shown that was broken off. One that goes on, or that came to
    its end, is none of both.
    """
    if conduct.state is RunState.TIMED_OUT:
        return Verdict.FAIL
    if conduct.state in _BROKEN_OFF:
        return Verdict.INCONCLUSIVE
    if conduct.over:
        return Verdict.PASS
    stuck = conduct.state is RunState.PAUSED and conduct.why in _FAILED
    taken_back = bool(conduct.undoing) and conduct.after_undo != "abort"
    if stuck or taken_back or any(one.state in BROKEN and not one.passed for one in conduct.steps):
        return Verdict.FAIL
    unknown = any(one.state is StepState.UNKNOWN for one in conduct.steps)
    return Verdict.INCONCLUSIVE if unknown else Verdict.PASS
