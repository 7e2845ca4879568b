"""What the program does itself in a run: programs, restores, questions."""

from __future__ import annotations

from dataclasses import replace

from continuity.domain.conduct import StepRun, StepState, Waits
from continuity.domain.conduct_frontier import Stand
from continuity.domain.exhibit import EXHIBITS
from continuity.domain.failure import ConfigurationError
from continuity.domain.step_kinds import (
    CommandStep,
    NotifyStep,
    RestoreStep,
    RunbookStep,
    Step,
    VerifyStep,
)
from continuity.domain.text import N_, say
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.hands import Hands
from continuity.workflows.performing_command import run_command
from continuity.workflows.performing_notify import tell_people
from continuity.workflows.performing_restore import restore_data
from continuity.workflows.performing_verify import ask_until_right


def perform(hands: Hands, stand: Stand, one: StepRun) -> Outcome:
    """Do a step. Raises ContinuityError when that cannot be done."""
    step = stand.step(one.step)
    match step:
        case CommandStep():
            return _kept(hands, step, run_command(hands, step, one, stand.conduct))
        case RestoreStep():
            return _kept(hands, step, restore_data(hands, step, one, stand))
        case VerifyStep():
            return _kept(hands, step, ask_until_right(hands, step, one))
        case NotifyStep():
            return tell_people(hands, step, one, stand)
        case RunbookStep():
            child = hands.follow(stand.conduct, step)
            return Outcome(state=StepState.WAITING, waits=Waits.RUN, details={"child": child})
        case _:
            raise ConfigurationError(say(N_("The program does not do this kind of step.")))


def _kept(hands: Hands, step: Step, outcome: Outcome) -> Outcome:
    """Keep what the step asks for as evidence, as far as the program can give it."""
    asked = {kind.value for kind in (*step.evidence.required, *step.evidence.optional)}
    texts = {kind: outcome.found[kind] for kind in ("output", "reading") if kind in outcome.found}
    kept = [hands.keep(kind, texts[kind].encode()) for kind in sorted(asked & texts.keys())]
    if not kept:
        return outcome
    details = {**outcome.details, EXHIBITS: tuple(map(str, kept))}
    return replace(outcome, details=details)
