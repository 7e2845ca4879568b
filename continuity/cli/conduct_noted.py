"""What a step wrote down before it replaced something, and how its end is told afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.app import App
from continuity.domain.clock import text_from_time
from continuity.domain.conduct import Detail, Entry, Event, StepState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_record import CONDUCTING, entries_of
from continuity.domain.step_kinds import RestoreStep
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.conducting import Stage, turn_on, write
from continuity.workflows.facts import read_facts

_REPLACING = "replacing"


def note(stage: Stage, run: str, step: str, told: Mapping[str, str]) -> None:
    """Write into a run what a step is about to do."""
    with turn_on(stage, run) as turn:
        details: dict[str, Detail] = {_REPLACING: dict(told)}
        write(turn, (Entry(event=Event.NOTED, at=stage.now(), step=step, details=details),))


def noted(app: App, stand: Stand, step: str) -> Mapping[str, str]:
    """Find what the latest try of a step wrote down last; nothing where it wrote nothing."""
    entries = entries_of(app.bench.store.records(kinds=CONDUCTING), stand.conduct.run)
    found: Mapping[str, str] = {}
    for entry in entries:
        if entry.step == step and entry.event is Event.INTENT:
            found = {}
        told = entry.details.get(_REPLACING)
        if entry.step == step and isinstance(told, Mapping):
            found = told
    return found


def done_over(
    app: App, step: RestoreStep, wanted: str, place: str, kept: tuple[str, ...], said: str
) -> Outcome:
    """Tell that something is in its place; ``wanted`` is the point of what was looked up."""
    details: dict[str, Detail] = {"target": step.target, "place": place, "kept_at": kept}
    if wanted:
        facts = read_facts(app.bench.store, app.bench.now()).facts.of(step.job)
        point = next(one for one in facts.points if one.id == wanted)
        moment = text_from_time(point.data_time)
        details |= {"point": point.id, "point_time": moment, "looked_up": True}
    return Outcome(
        state=StepState.DONE,
        found={"point": wanted, "place": place, "output": said},
        details=details,
        gives=("output", "checksum"),
        said=said,
    )
