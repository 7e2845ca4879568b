"""Ask the world until it answers as it should, and goes on doing so."""

from __future__ import annotations

from datetime import datetime, timedelta

from continuity.domain.cleaned import clean
from continuity.domain.conduct import StepRun, StepState
from continuity.domain.failure import ContinuityError
from continuity.domain.probe import Probe
from continuity.domain.step_kinds import VerifyStep
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.hands import Hands
from continuity.workflows.performing_command import LONGEST_SAID


def ask_until_right(hands: Hands, step: VerifyStep, one: StepRun) -> Outcome:
    """Ask until it was right for long enough, at least once, and not after its time is up."""
    stable = step.stable_for or timedelta()
    since: datetime | None = None
    asked = 0
    while True:
        reading = _asked(hands, step.probe)
        asked += 1
        now = hands.now()
        since = None if reading is None else (since or now)
        if reading is not None and since is not None and now - since >= stable:
            return _read(StepState.DONE, reading, asked)
        end = one.due_at or now
        if now >= end:
            return _read(StepState.FAILED, reading or "", asked)
        hands.sleep(min(step.every, max(end - now, timedelta(seconds=1))).total_seconds())


def _asked(hands: Hands, probe: Probe) -> str | None:
    try:
        return hands.probe(probe)
    except ContinuityError:
        return None


def _read(state: StepState, reading: str, asked: int) -> Outcome:
    said = clean(reading, LONGEST_SAID)
    return Outcome(
        state=state,
        found={"reading": reading, "output": reading},
        details={"asked": asked},
        gives=("reading", "output"),
        said=said,
    )
