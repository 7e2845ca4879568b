"""What an entry does to the one step it is about."""

from __future__ import annotations

from dataclasses import replace

from continuity.domain.conduct import BROKEN, Entry, StepRun, StepState, Waits, Why
from continuity.domain.conduct_details import moment_in, text_in


def claimed(one: StepRun, entry: Entry) -> StepRun:
    """Somebody has taken it."""
    return replace(one, holder=entry.by, lease_until=moment_in(entry, "until"))


def begun(one: StepRun, entry: Entry) -> StepRun:
    """It is on."""
    waits = Waits(text_in(entry, "waits"))
    return replace(
        one,
        state=StepState.WAITING if waits else StepState.RUNNING,
        why=Why.NOTHING,
        waits=waits,
        attempts=one.attempts + 1,
        begun_at=one.begun_at or entry.at,
        deadline=one.deadline or moment_in(entry, "deadline"),
        timebox_at=one.timebox_at or moment_in(entry, "timebox"),
        due_at=one.due_at or moment_in(entry, "due"),
    )


def intent(one: StepRun, entry: Entry) -> StepRun:
    """A process is about to do it."""
    return replace(one, intent_at=entry.at, process=text_in(entry, "process"))


def gone_on(one: StepRun, entry: Entry) -> StepRun:
    """The question of its time-box was answered."""
    return replace(one, asked=False, timebox_at=moment_in(entry, "timebox"))


def unknown(one: StepRun, entry: Entry) -> StepRun:
    """Nobody knows how it ended."""
    return replace(
        one,
        state=StepState.UNKNOWN,
        why=Why(text_in(entry, "why")),
        waits=Waits.NOTHING,
        intent_at=None,
        process="",
    )


def let_go(one: StepRun) -> StepRun:
    """The run is over, and it with it."""
    if one.settled or one.state in BROKEN:
        return one
    # What was being done at the end may have happened, or not.
    state = StepState.CANCELLED if one.intent_at is None else StepState.UNKNOWN
    return replace(one, state=state, waits=Waits.NOTHING, holder="", lease_until=None)
