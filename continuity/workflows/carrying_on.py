"""What the program does in a run: nothing before its intent is written, and its end always."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from continuity.domain.conduct import (
    Conduct,
    Detail,
    Entry,
    Event,
    StepRun,
    StepState,
    Waits,
    Why,
)
from continuity.domain.conduct_commands import holds_at_end
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_outputs import outputs_found
from continuity.domain.conduct_program import due_steps, held, intent, recovered, result
from continuity.domain.failure import ConflictError, ContinuityError, UncertainError
from continuity.domain.text import N_, say
from continuity.hosts.process import Life, life_of, process_from_text, text_from_process
from continuity.workflows.conducting import Stage, stand_of, turn_on, write


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a step. ``found`` are its values by source, ``said`` what it printed.

    ``gives`` are the kinds of evidence that are kept with it. ``waits`` is for what a step waits
    that the program cannot end; then its state is WAITING.
    """

    state: StepState
    waits: Waits = Waits.NOTHING
    found: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    said: str = ""


Perform = Callable[[Stand, StepRun], Outcome]
"""Does a step; raises ContinuityError when that cannot be done."""


Look = Callable[[Stand, StepRun], Outcome | None]
"""Looks up how a step ended that nobody recorded the end of; None where that shows nowhere."""


def look_nowhere(_stand: Stand, _one: StepRun) -> Outcome | None:
    """Tell of no step how it ended."""
    return None


def recover(stage: Stage, run: str, look: Look = look_nowhere) -> Conduct:
    """Settle every step whose process is provably gone, between its intent and its result.

    What can be looked up is, before a person is asked; and again as long as nobody answered.
    """
    seen = stand_of(stage, run)
    lost = [(one, look(seen, one)) for one in seen.conduct.steps if _is_lost(seen, one)]
    with turn_on(stage, run) as turn:
        entries = [
            entry
            for one, outcome in lost
            if _is_same(turn.stand.conduct.of(one.step), one)
            for entry in _settled(turn.stand, one, outcome, stage.now())
        ]
        return write(turn, tuple(entries))


def _is_lost(stand: Stand, one: StepRun) -> bool:
    if stand.conduct.over:
        return False
    if one.intent_at is None:
        return one.state is StepState.UNKNOWN and one.why is Why.CRASH
    return life_of(process_from_text(one.process)) is Life.DEAD


def _is_same(one: StepRun, other: StepRun) -> bool:
    return (one.state, one.intent_at, one.process) == (other.state, other.intent_at, other.process)


def _settled(
    stand: Stand, one: StepRun, outcome: Outcome | None, at: datetime
) -> tuple[Entry, ...]:
    known = outcome is not None and outcome.state is not StepState.UNKNOWN
    if one.intent_at is None and not known:
        return ()
    if outcome is None:
        return (recovered(stand, one, at),)
    return (replace(_end_of(stand, one.step, outcome, at), reason=outcome.said),)


def carry_on(stage: Stage, run: str, perform: Perform, look: Look = look_nowhere) -> Conduct:
    """Do all that is the program's turn, until people have the ball or time must pass."""
    conduct = recover(stage, run, look)
    while True:
        with turn_on(stage, run) as turn:
            due = due_steps(turn.stand)
            if not due:
                return conduct
            text = text_from_process(stage.process)
            write(turn, (intent(due[0], text, stage.now()),))
        outcome = _performed(stage, perform, turn.stand, due[0])
        conduct = _conclude(stage, run, due[0], outcome)


def _performed(stage: Stage, perform: Perform, stand: Stand, name: str) -> Outcome:
    try:
        outcome = perform(stand, stand.conduct.of(name))
    except ContinuityError as error:
        said = (stage.say(one) for one in (error.what, error.remedy) if one is not None)
        details: dict[str, Detail] = {"failure": error.failure.value}
        unknown = isinstance(error, UncertainError)
        state = StepState.UNKNOWN if unknown else StepState.FAILED
        return Outcome(state=state, details=details, said=" ".join(said))
    return outcome


def _conclude(stage: Stage, run: str, name: str, outcome: Outcome) -> Conduct:
    with turn_on(stage, run) as turn:
        stand = turn.stand
        if stand.conduct.over:
            return write(turn, (_late(name, outcome, stage.now()),))
        if stand.conduct.of(name).process != text_from_process(stage.process):
            raise ConflictError(
                say(N_("Somebody else settled the step {step} meanwhile."), step=name),
                remedy=say(N_("Look at it again: continuity runbook status {run}"), run=run),
            )
        entry = _end_of(stand, name, outcome, stage.now())
        return write(turn, (replace(entry, reason=outcome.said),))


def _end_of(stand: Stand, name: str, outcome: Outcome, at: datetime) -> Entry:
    """Tell how a step ends, or that it does not end without people."""
    step = stand.step(name)
    if outcome.state is StepState.UNKNOWN:
        details: dict[str, Detail] = {**outcome.details, "why": Why.CRASH.value}
        return Entry(event=Event.UNKNOWN, at=at, step=name, details=details)
    if outcome.state is StepState.WAITING or step is None:
        return held(name, outcome.waits, at, **outcome.details)
    known = outputs_found(step, outcome.found)
    # A value that later steps need and that is not there is no success, nor is one that is wrong.
    right = known is not None and holds_at_end(stand, step, known)
    if outcome.state is not StepState.DONE or not right:
        state = StepState.FAILED if outcome.state is StepState.DONE else outcome.state
        return result(name, state, at, known or {}, **outcome.details)
    found: dict[str, Detail] = {**outcome.details, "evidence": outcome.gives}
    wanted = {kind.value for kind in step.evidence.required}
    if wanted - {*outcome.gives, *stand.conduct.of(name).given}:
        return held(name, Waits.WORK, at, outputs=known or {}, **found)
    return result(name, StepState.DONE, at, known or {}, **found)


def _late(name: str, outcome: Outcome, at: datetime) -> Entry:
    """Note what became of a step whose run was ended meanwhile: nothing of it is changed."""
    details = {**outcome.details, "late": outcome.state.value}
    return Entry(event=Event.NOTED, at=at, step=name, reason=outcome.said, details=details)
