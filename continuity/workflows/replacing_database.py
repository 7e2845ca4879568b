"""Let a database come back over the living one: loaded beside it, compared, and swapped by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from continuity.domain.conduct import Detail
from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    DamagedError,
    NoProofError,
    RevivalError,
    UncertainError,
)
from continuity.domain.manifest import Kind
from continuity.domain.portrait import Portrait
from continuity.domain.portrait_compare import differences
from continuity.domain.text import N_, Message, say, shown
from continuity.sources.replacement import Door, Need, Replace, Standing, Swap
from continuity.workflows.copies import recover_portrait
from continuity.workflows.laying_apart import Apart, counted
from continuity.workflows.making_way import require_idle
from continuity.workflows.overwriting import (
    LOAD,
    SWAP,
    Overwriting,
    nothing_replaced,
    on_server,
    right_apart,
)
from continuity.workflows.planning import DrillPlan

_TOKEN_BYTES = 8
_RECORDED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """What took the place of what; ``remarks`` are what people should know of it."""

    swap: Swap
    details: Mapping[str, Detail]
    remarks: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """A database that is being replaced, and by what."""

    of: Overwriting
    replace: Replace
    door: Door


def replace_database(of: Overwriting) -> Replaced:
    """Restore a point, load it beside the living database, compare it, and swap their names.

    The old one is kept. With it in its place raises OnServerError when the server refuses, lacks
    or loses something, and other ContinuityErrors when the copy is not there or is wrong;
    UncertainError when nobody knows which one is in place.
    """
    work = _begun(of)
    require_idle(of.bench, of.protected.job.name)
    known: list[tuple[Portrait, tuple[Message, ...]]] = []

    def survey(plan: DrillPlan) -> None:
        known.append(_surveyed(work, plan))

    with right_apart(of, survey) as apart:
        ((portrait, remarks),) = known
        with on_server():
            replaced = _replaced(work, apart, portrait)
    told = {**counted(apart), **replaced.details}
    return Replaced(swap=replaced.swap, details=told, remarks=(*remarks, *replaced.remarks))


def _begun(of: Overwriting) -> _Work:
    living = of.protected.living
    if living is None or living.replace is None or living.open_door is None:
        raise ConfigurationError(
            say(
                N_("{job} is a database, and none is overwritten as files."),
                job=of.protected.job.name,
            ),
            remedy=say(N_("Restore its dump beside, and let a command step load it.")),
        )
    return _Work(of=of, replace=living.replace, door=living.open_door())


def _surveyed(work: _Work, plan: DrillPlan) -> tuple[Portrait, tuple[Message, ...]]:
    """Look at the server before anything is restored: what is refused, is refused at once."""
    if not plan.portrait:
        raise NoProofError(
            say(N_("It was not recorded what the database was.")), remedy=nothing_replaced()
        )
    portrait = recover_portrait(work.of.bench, work.of.protected, plan.portrait)
    if not portrait.tables:
        raise NoProofError(
            say(N_("The captured database has no table, so nothing is proven.")),
            remedy=nothing_replaced(),
        )
    size = sum(e.size for e in plan.expected(work.of.bench.shelf) if e.kind is Kind.FILE)
    need = Need(portrait=portrait, bytes=size, reserve=work.of.bench.reserve_bytes)
    with on_server():
        ground = work.replace.survey(work.door, need)
    unseen = say(N_("It is not known how much room the disk of the database server has."))
    return portrait, (*ground.remarks, *(() if ground.free_bytes is not None else (unseen,)))


def _replaced(work: _Work, apart: Apart, portrait: Portrait) -> Replaced:
    token = work.of.bench.entropy(_TOKEN_BYTES).hex()
    swap = work.replace.plan(work.door, work.of.over.mark, token)
    noted = {"job": work.of.protected.job.name, "point": work.of.over.point}
    work.of.over.note({**noted, **swap.plain(), "stage": LOAD})
    try:
        swap = work.replace.make(work.door, swap, portrait)
        (entry,) = apart.plan.expected(work.of.bench.shelf)
        dump = Path(os.fsdecode(os.fsencode(apart.stage) + entry.path))
        loaded = work.replace.load(work.door, swap, dump, portrait)
        _require_same(portrait, loaded.portrait, loaded.complaints)
        require_idle(work.of.bench, work.of.protected.job.name)
        work.of.over.note({**noted, **swap.plain(), "stage": SWAP})
        change_names(work.replace, work.door, swap)
    except BaseException:  # also an interrupt; it goes on below
        # It is not in use and bears our marker; once it is swapped it does so no more.
        with suppress(ContinuityError):  # what stays is of no harm, and the error goes on below
            work.replace.discard(work.door, swap)
        raise
    return Replaced(swap=swap, details=_details(swap, loaded.portrait), remarks=loaded.remarks)


def change_names(replace: Replace, door: Door, swap: Swap) -> None:
    """Swap the names; when the connection breaks, look what became of it and assume nothing.

    Raises ContinuityError with the old one in its place, and UncertainError when nobody knows.
    """
    try:
        replace.swap(door, swap)
    except ContinuityError as error:
        try:
            found = replace.standing(door, swap)
        except ContinuityError:
            found = Standing.UNKNOWN
        if found is Standing.OLD:
            raise
        if found is Standing.UNKNOWN:
            raise uncertain(swap) from error


def uncertain(swap: Swap) -> UncertainError:
    """Say that nobody knows which database has the name."""
    return UncertainError(
        say(
            N_("Nobody knows whether {database} was replaced: its server does not tell."),
            database=shown(swap.live.encode("utf-8", "surrogatepass")),
        ),
        remedy=say(N_("Reach the server, then let it be looked up: continuity runbook carry-on")),
    )


def _require_same(portrait: Portrait, found: Portrait, complaints: tuple[str, ...]) -> None:
    """Raise unless what was loaded is what was captured."""
    if complaints:
        line = shown(complaints[0].encode("utf-8", "surrogatepass"))
        raise RevivalError(
            say(N_("What was restored could not be loaded whole: {line}"), line=line),
            remedy=say(N_("Nothing was replaced. Mend what it says, then try the step again.")),
        )
    told = tuple(islice(differences(portrait, found), _RECORDED))
    if told:
        raise DamagedError(
            say(
                N_(
                    "What was loaded is not what was captured; differences: {count}, the first: "
                    "{where}: {detail}"
                ),
                count=len(told),
                where=told[0].where or "-",
                detail=str(told[0].detail),
            ),
            remedy=nothing_replaced(),
        )


def _details(swap: Swap, found: Portrait) -> dict[str, Detail]:
    return {
        "database": swap.live,
        "kept_at": (swap.aside,) if swap.old_id else (),
        "tables": len(found.tables),
        "rows": sum(table.least for table in found.tables),
    }
