"""Runs of runbooks in words: how they stand, and what is to be done next."""

from __future__ import annotations

from continuity.cli.language import _
from continuity.domain.conduct import RunState, StepState
from continuity.domain.text import N_

_RUN = {
    RunState.PREPARED: N_("prepared"),
    RunState.RUNNING: N_("running"),
    RunState.WAITING: N_("waiting"),
    RunState.PAUSED: N_("paused"),
    RunState.COMPLETED: N_("completed"),
    RunState.WITH_EXCEPTIONS: N_("completed with exceptions"),
    RunState.ABORTED: N_("aborted"),
    RunState.TIMED_OUT: N_("took too long"),
    RunState.INTERRUPTED: N_("interrupted by a real incident"),
}
_STEP = {
    StepState.PENDING: N_("ahead"),
    StepState.RUNNING: N_("running"),
    StepState.WAITING: N_("waiting"),
    StepState.DONE: N_("done"),
    StepState.FAILED: N_("failed"),
    StepState.TIMED_OUT: N_("took too long"),
    StepState.SKIPPED: N_("left out"),
    StepState.SIMULATED: N_("simulated"),
    StepState.CANCELLED: N_("cancelled"),
    StepState.UNKNOWN: N_("nobody knows"),
}
PHASES = {
    "before": N_("before it began"),
    "restore": N_("restoring"),
    "verify": N_("verifying"),
    "programs": N_("other programs"),
    "people": N_("people"),
    "timers": N_("waiting"),
}
"""What each part of a recovery time is called; translate it."""

_DRILL = N_("DRILL")


def run_text(state: RunState) -> str:
    """Say how a run stands."""
    return _(_RUN[state])


def outcome_text(outcome: str) -> str:
    """Say how a run ended, as its record names it."""
    states = {state.value: state for state in RunState}
    return run_text(states[outcome]) if outcome in states else outcome


def step_text(state: StepState) -> str:
    """Say how a step stands."""
    return _(_STEP[state])


def drill_mark() -> str:
    """Mark what is only practised."""
    return f"[{_(_DRILL)}] "
