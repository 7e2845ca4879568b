"""Restores over the production of other machines: done, taken back, and looked up after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from continuity.app import App
from continuity.cli.conduct_noted import done_over, note, noted
from continuity.cli.language import sentence
from continuity.config.elsewhere import repositories_on
from continuity.domain.conduct import StepState
from continuity.domain.conduct_frontier import Stand
from continuity.domain.facts import JobFacts, Point
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.step_kinds import RestoreStep
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.host import Host
from continuity.hosts.landing import clear_stage as clear_stage_here
from continuity.hosts.landing import stage_name
from continuity.hosts.remote_swap import (
    Exchange,
    clear_stage,
    exchange_from_plain,
    inverse_of,
    look,
    make_stage,
    plain_from_exchange,
)
from continuity.sources.replacement import Standing
from continuity.workflows.carrying_on import Outcome
from continuity.workflows.conducting import Stage
from continuity.workflows.exchanging import (
    exchange_there,
    free_names,
    kept_at,
    settled,
    uncertain,
)
from continuity.workflows.hands import Restored
from continuity.workflows.making_way import require_idle
from continuity.workflows.replacing_database import SWAP, Over
from continuity.workflows.replacing_there import There, replace_there, stage_beside
from continuity.workflows.world import Protected


def replaced_there(
    include: tuple[bytes, ...],
    app: App,
    protected: Protected,
    facts: JobFacts,
    point: Point,
    over: Over,
) -> Restored:
    """Let a point take the place of production on another machine. Raises ContinuityError."""
    name = protected.job.source.host
    transport = app.hosts.transport(name)
    if transport is None:
        raise ConfigurationError(say(N_("{host} is this machine."), host=name))
    there = There(
        host=app.hosts.host(name),
        transport=transport,
        include=include,
        held=tuple(repositories_on(app.workspace, name)),
    )
    done = replace_there(app.bench, protected, facts, over, there)
    return Restored(
        passed=True,
        point=point.id,
        taken_at=point.data_time,
        place=_place(done.exchange),
        details=done.details,
        said=" ".join(map(sentence, (_told(name, done.exchange), *done.remarks))),
    )


def put_back_there(app: App, stage: Stage, stand: Stand, step: RestoreStep, origin: str) -> Outcome:
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
    asides = free_names(protected.files, lives, f".new-{stand.conduct.run}-{origin}")
    ours = stage_beside(exchange.above, f"{stand.conduct.run}-{step.id}")
    back = inverse_of(exchange, ours, asides)
    tell = partial(note, stage, stand.conduct.run, step.id)
    tell({**_noted(step, host), **plain_from_exchange(back), "stage": SWAP})
    make_stage(host, back, ours + b"/empty")
    exchange_there(host, back)
    return done_over(app, step, "", _place(back), kept_at(back), sentence(_told(host.name, back)))


def look_up_there(
    app: App, stand: Stand, step: RestoreStep, told: Mapping[str, str]
) -> Outcome | None:
    """Look on the other machine what became of what somebody was replacing there.

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
            said = sentence(_told(told["host"], exchange))
            place = _place(exchange)
            return done_over(app, step, told["point"], place, kept_at(exchange), said)
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


def _noted(step: RestoreStep, host: Host) -> dict[str, str]:
    return {"job": step.job, "point": "", "host": host.name}


def _place(exchange: Exchange) -> str:
    return ", ".join(shown(shift.live) for shift in exchange.shifts)


def _told(host: str, exchange: Exchange) -> Message:
    kept = kept_at(exchange)
    if not kept:
        return say(
            N_("{place} is back on {host}, and every byte compared there; nothing was there."),
            place=_place(exchange),
            host=host,
        )
    return say(
        N_("{place} is back on {host}; what was there is kept as {aside}."),
        place=_place(exchange),
        host=host,
        aside=", ".join(kept),
    )
