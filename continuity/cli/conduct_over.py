"""Restores of databases over production: done, noted in the run, and looked up after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from continuity.app import App
from continuity.cli.conduct_files import look_up_files, put_back_files
from continuity.cli.conduct_noted import done_over, note, noted
from continuity.cli.language import sentence
from continuity.domain.conduct import StepRun, StepState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.facts import Point
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.step import undo_step
from continuity.domain.step_kinds import OVER, RestoreStep
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.landing import clear_stage, stage_name
from continuity.sources.replacement import Door, Replace, Standing, Swap, swap_from_plain
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.conducting import Stage
from continuity.workflows.hands import Restored
from continuity.workflows.overwriting import SWAP, Overwriting
from continuity.workflows.replacing_database import (
    change_names,
    replace_database,
    uncertain,
)
from continuity.workflows.world import Protected


def replaced(of: Overwriting, point: Point) -> Restored:
    """Let a point take the place of the living database. Raises ContinuityError."""
    done = replace_database(of)
    return Restored(
        passed=True,
        point=point.id,
        taken_at=point.data_time,
        place=done.swap.live,
        details=done.details,
        said=" ".join(map(sentence, (_told(done.swap), *done.remarks))),
    )


def put_back(app: App, stage: Stage, stand: Stand, step: RestoreStep) -> Outcome:
    """Let what a step replaced take its place again; what had replaced it is kept, too.

    Raises ConfigurationError where there is nothing to take back, and what the server raises.
    """
    origin = next(one.id for one in stand.document.steps if undo_step(one) == step.id)
    protected = app.protected(step.job)
    if protected.living is None:
        return put_back_files(app, stage, stand, step, origin)
    told = noted(app, stand, origin)
    way = _way(protected)
    swap = swap_from_plain(told) if told.get("stage") == SWAP else None
    if way is None or swap is None or not swap.old_id:
        raise ConfigurationError(
            say(N_("The step {step} moved no database aside that could be put back."), step=origin),
            remedy=say(
                N_("See what it did: continuity runbook status {run}"), run=stand.conduct.run
            ),
        )
    replace, door = way
    if replace.standing(door, swap) is not Standing.FRESH:
        raise ConfigurationError(
            say(N_("{live} is not what this run brought back."), live=_shown(swap.live)),
            remedy=say(N_("Look on the server which databases there are, and who changed them.")),
        )
    back = swap.inverse
    before = {"job": step.job, "point": "", "stage": SWAP}
    note(stage, stand.conduct.run, step.id, {**back.plain(), **before})
    change_names(replace, door, back)
    return _done(app, step, "", back)


def look_up(app: App, stand: Stand, one: StepRun) -> Outcome | None:
    """Look on the server, or the machine, what became of what somebody was replacing.

    Before its note of the swap nothing had been replaced; after it the server is asked.
    """
    step = stand.step(one.step)
    if not isinstance(step, RestoreStep) or step.target not in OVER:
        return None
    try:
        protected = app.protected(step.job)
        way = _way(protected)
    except ContinuityError:
        return None
    told = noted(app, stand, one.step)
    if protected.living is None:
        return look_up_files(app, stand, step, told)
    if way is None:
        return None
    found = _found(app, way, step, told)
    if found.state is not StepState.UNKNOWN:
        _clear_away(app, way, f"{stand.conduct.run}-{step.id}", told)
    return found


def _clear_away(app: App, way: tuple[Replace, Door], mark: str, told: Mapping[str, str]) -> None:
    """Leave no copy of protected data where a killed try had it, here and on the server."""
    replace, door = way
    with suppress(ContinuityError, OSError):  # the next try of the step does it, too
        clear_stage(app.bench.sandbox_place / stage_name(mark))
        if told:
            replace.discard(door, swap_from_plain(told))


def _found(
    app: App, way: tuple[Replace, Door], step: RestoreStep, told: Mapping[str, str]
) -> Outcome:
    if told.get("stage") != SWAP:
        nothing = say(N_("It was cut off before anything was replaced."))
        return Outcome(state=StepState.FAILED, said=sentence(nothing))
    swap = swap_from_plain(told)
    match _standing(way, swap):
        case Standing.FRESH:
            return _done(app, step, told["point"], swap)
        case Standing.OLD:
            said = say(
                N_("It was cut off before {live} was replaced: the old one is in its place."),
                live=_shown(swap.live),
            )
            return Outcome(state=StepState.FAILED, said=sentence(said))
        case Standing.UNKNOWN:
            return Outcome(state=StepState.UNKNOWN, said=sentence(uncertain(swap).what))


def _way(protected: Protected) -> tuple[Replace, Door] | None:
    living = protected.living
    if living is None or living.replace is None or living.open_door is None:
        return None
    return living.replace, living.open_door()


def _standing(way: tuple[Replace, Door], swap: Swap) -> Standing:
    replace, door = way
    try:
        return replace.standing(door, swap)
    except ContinuityError:
        return Standing.UNKNOWN


def _done(app: App, step: RestoreStep, wanted: str, swap: Swap) -> Outcome:
    kept = (swap.aside,) if swap.old_id else ()
    return done_over(app, step, wanted, swap.live, kept, sentence(_told(swap)))


def _told(swap: Swap) -> Message:
    live = _shown(swap.live)
    if not swap.old_id:
        return say(N_("The database {live} is back; there was none of this name."), live=live)
    return say(
        N_("The database {live} is back; what was there is kept as {aside}."),
        live=live,
        aside=_shown(swap.aside),
    )


def _shown(name: str) -> str:
    return shown(name.encode("utf-8", "surrogatepass"))
