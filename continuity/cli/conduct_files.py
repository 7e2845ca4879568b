"""Restores of files over production: done, taken back, and looked up after a crash."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from continuity.app import App
from continuity.cli.conduct_noted import done_over, note, noted
from continuity.cli.language import sentence
from continuity.config.elsewhere import repositories_on
from continuity.domain.conduct import StepState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.facts import Point
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.step_kinds import RestoreStep
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.exchange import (
    Exchange,
    exchange_from_plain,
    inverse_of,
    plain_from_exchange,
)
from continuity.hosts.ground import holding
from continuity.hosts.host import Host
from continuity.hosts.landing import clear_stage as clear_stage_here
from continuity.hosts.landing import stage_name
from continuity.hosts.swapping import clear_stage, look, make_stage
from continuity.sandbox.interlocks import held_within
from continuity.sources.replacement import Standing
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.conducting import Stage
from continuity.workflows.exchanging import (
    dressed,
    exchange_names,
    free_asides,
    kept_at,
    settled,
    uncertain,
)
from continuity.workflows.hands import Restored
from continuity.workflows.making_way import require_idle
from continuity.workflows.overwriting import SWAP, Overwriting
from continuity.workflows.replacing_files import There, replace_files, stage_beside


def replaced_files(app: App, of: Overwriting, point: Point, include: tuple[bytes, ...]) -> Restored:
    """Let a point take the place of production on its machine. Raises ContinuityError."""
    name = of.protected.job.source.host
    there = There(
        host=app.hosts.host(name),
        transport=app.hosts.transport(name),
        include=include,
        holds=_holds(app, name),
    )
    done = replace_files(of, there)
    return Restored(
        passed=True,
        point=point.id,
        taken_at=point.data_time,
        place=_place(done.exchange),
        details=done.details,
        said=" ".join(map(sentence, (_told(app, name, done.exchange), *done.remarks))),
    )


def _holds(app: App, name: str) -> Callable[[bytes], bytes | None]:
    """Give what names the things of ours that a place there holds."""
    if app.hosts.transport(name) is not None:
        return holding(tuple(repositories_on(app.workspace, name)))
    ours = (*app.bench.interlocks.repositories, os.fsencode(app.bench.keys.parent))
    # Here a thing is found under whatever name it has.
    return lambda live: held_within(live, ours)


def put_back_files(app: App, stage: Stage, stand: Stand, step: RestoreStep, origin: str) -> Outcome:
    """Let what a step replaced there take its place again; what had replaced it is kept, too.

    Raises ConfigurationError where there is nothing to take back, and what the machine raises.
    """
    told = noted(app, stand, origin)
    exchange = exchange_from_plain(told) if told.get("stage") == SWAP else None
    if exchange is None or not exchange.reversible:
        raise ConfigurationError(
            say(N_("The step {step} moved nothing aside that could be put back."), step=origin),
            remedy=say(
                N_("See what it did: continuity runbook status {run}"), run=stand.conduct.run
            ),
        )
    host, protected = app.hosts.host(told["host"]), app.protected(step.job)
    require_idle(app.bench, step.job)
    if look(host, exchange).word != Standing.FRESH.value:
        raise ConfigurationError(
            say(N_("{live} is not what this run brought back."), live=_place(exchange)),
            remedy=say(N_("Look what is there, and who changed it.")),
        )
    lives = tuple(shift.live for shift in exchange.shifts)
    tops = tuple(top.path for top in exchange.tops)
    asides = free_asides(protected.files, lives, tops, f".new-{stand.conduct.run}-{origin}")
    ours = stage_beside(exchange.above, f"{stand.conduct.run}-{step.id}")
    back = inverse_of(exchange, ours, asides)
    tell = partial(note, stage, stand.conduct.run, step.id)
    tell({**_noted(step, host), **plain_from_exchange(back), "stage": SWAP})
    make_stage(host, back, ours + b"/empty")
    exchange_names(host, back)
    return _done(app, step, "", host.name, back)


def look_up_files(
    app: App, stand: Stand, step: RestoreStep, told: Mapping[str, str]
) -> Outcome | None:
    """Look on its machine what became of what somebody was replacing there.

    Before its note of the swap nothing had been replaced; after it the machine is asked, and what
    was cut off in the middle is taken back.
    """
    mark = f"{stand.conduct.run}-{step.id}"
    found = _found(app, step, told)
    if found.state is not StepState.UNKNOWN:
        with suppress(ContinuityError, OSError):  # the next try of the step does it, too
            clear_stage_here(app.bench.sandbox_place / stage_name(mark))
            if told:
                clear_stage(app.hosts.host(told["host"]), exchange_from_plain(told))
    return found


def _found(app: App, step: RestoreStep, told: Mapping[str, str]) -> Outcome:
    if told.get("stage") != SWAP:
        nothing = say(N_("It was cut off before anything was replaced."))
        return Outcome(state=StepState.FAILED, said=sentence(nothing))
    exchange = exchange_from_plain(told)
    match _standing(app, told["host"], exchange):
        case Standing.FRESH:
            return _done(app, step, told["point"], told["host"], exchange)
        case Standing.OLD:
            said = sentence(
                say(
                    N_("It was cut off before {live} was replaced: the old one is in its place."),
                    live=_place(exchange),
                )
            )
            return Outcome(state=StepState.FAILED, said=said)
        case Standing.UNKNOWN:
            unknown = uncertain(told["host"], exchange)
            return Outcome(state=StepState.UNKNOWN, said=sentence(unknown.what))


def _standing(app: App, name: str, exchange: Exchange) -> Standing:
    try:
        host = app.hosts.host(name)
    except ContinuityError:
        return Standing.UNKNOWN
    return settled(host, exchange)


def _done(app: App, step: RestoreStep, point: str, name: str, exchange: Exchange) -> Outcome:
    remarks = dressed(app.hosts.host(name), exchange)
    said = " ".join(map(sentence, (_told(app, name, exchange), *remarks)))
    return done_over(app, step, point, _place(exchange), kept_at(exchange), said)


def _noted(step: RestoreStep, host: Host) -> dict[str, str]:
    return {"job": step.job, "point": "", "host": host.name}


def _place(exchange: Exchange) -> str:
    return ", ".join(map(shown, exchange.places))


def _told(app: App, name: str, exchange: Exchange) -> Message:
    place, kept = _place(exchange), ", ".join(kept_at(exchange))
    match app.hosts.transport(name) is None, bool(kept):
        case True, True:
            told = N_("{place} is back; what was there is kept as {aside}.")
        case True, False:
            told = N_("{place} is back, and every byte compared; nothing was there.")
        case False, True:
            told = N_("{place} is back on {host}; what was there is kept as {aside}.")
        case _:
            told = N_(
                "{place} is back on {host}, and every byte compared there; nothing was there."
            )
    return say(told, place=place, host=name, aside=kept)
