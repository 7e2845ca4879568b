"""Let the data of a step come back, from a point that is proven or that a person has accepted."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Conduct, Detail, StepRun, StepState, Waits
from continuity.domain.conduct_frontier import Stand, values_of
from continuity.domain.failure import ConfigurationError
from continuity.domain.step_kinds import OVER, RestoreStep, reference_in_point
from continuity.domain.text import N_, say
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.hands import Hands, Order, Unproven
from continuity.workflows.performing_command import argument_of


def restore_data(hands: Hands, step: RestoreStep, one: StepRun, stand: Stand) -> Outcome:
    """Bring a point back; where nobody accepted that it is not proven, people are asked."""
    conduct = stand.conduct
    _require_leave(step, one, conduct)
    if step.target == "previous":
        return hands.put_back(stand, step)
    named = reference_in_point(step.point)
    values = values_of(conduct)
    point = one.choice or (step.point if named is None else argument_of(f"{{{named}}}", values))
    done = hands.restore(
        Order(
            job=step.job,
            point=point,
            accepted=Waits.POINT in one.cleared,
            target=step.target,
            place=None if step.place is None else Path(step.place),
            include=tuple(map(os.fsencode, step.include)),
            mark=f"{conduct.run}-{step.id}",
            run=conduct.run,
            repository=one.repository or step.repository or "",
            note=partial(hands.note, conduct.run, step.id),
        )
    )
    if isinstance(done, Unproven):
        details: dict[str, Detail] = {"unproven": done.point}
        return Outcome(state=StepState.WAITING, waits=Waits.POINT, details=details, said=done.said)
    return Outcome(
        state=StepState.DONE if done.passed else StepState.FAILED,
        found={"point": done.point, "place": done.place, "output": done.said},
        details={
            **done.details,
            "point": done.point,
            "point_time": text_from_time(done.taken_at),
            "target": step.target,
            "place": done.place,
            "run": done.run_id,
        },
        gives=("output", "checksum"),
        said=done.said,
    )


def _require_leave(step: RestoreStep, one: StepRun, conduct: Conduct) -> None:
    """Refuse to overwrite production in a drill, or before somebody confirmed it by its name."""
    if step.target not in OVER:
        return
    if conduct.drill:
        raise ConfigurationError(say(N_("No drill touches production.")))
    if Waits.CONFIRMATION not in one.cleared:
        raise ConfigurationError(
            say(N_("Nobody confirmed by the name of the system that this is overwritten.")),
            remedy=say(N_("Confirm it: continuity runbook confirm {run}"), run=conduct.run),
        )
