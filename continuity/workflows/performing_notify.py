"""Tell people what a step says, by the lanes that lead to them; whom none reaches, people tell."""

from __future__ import annotations

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import StepRun, StepState, Waits
from continuity.domain.conduct_frontier import Stand, values_of
from continuity.domain.message_template import rendered
from continuity.domain.step_kinds import NotifyStep
from continuity.domain.text import N_, say
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.hands import Hands, Telling

_UNREACHED = N_("No channel leads to: {people}. Tell them yourself, then say that it is done.")


def tell_people(hands: Hands, step: NotifyStep, one: StepRun, stand: Stand) -> Outcome:
    """Queue the word once, however often it is tried, and say how many it goes to."""
    conduct = stand.conduct
    began = "" if one.begun_at is None else text_from_time(one.begun_at)
    told = hands.tell(
        Telling(
            key=f"{conduct.run}-{step.id}-{began}",
            text=rendered(step.template, values_of(conduct)),
            audience=step.audience,
            channels=step.channels,
            front=stand.document.front,
            conduct=conduct,
        )
    )
    missed = hands.say(say(_UNREACHED, people=", ".join(told.missed) or "-"))
    if not told.ways:
        # In a drill nobody has to be told by hand what is only practised.
        state = StepState.SIMULATED if conduct.drill else StepState.WAITING
        return Outcome(
            state=state, waits=Waits.WORK, details={"missed": len(told.missed)}, said=missed
        )
    return Outcome(
        state=StepState.DONE,
        details={"ways": len(told.ways), "missed": len(told.missed)},
        said=missed if told.missed else "",
    )
