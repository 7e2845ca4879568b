"""Let a database come back over the living one: loaded beside it, compared, and swapped by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from continuity.domain.conduct import Detail
from continuity.domain.facts import JobFacts
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
from continuity.workflows.finding_damage import Tell
from continuity.workflows.laying_apart import Apart, Wanted, counted, laid_apart, wrong_in
from continuity.workflows.making_way import require_idle
from continuity.workflows.places import Place
from continuity.workflows.planning import DrillPlan
from continuity.workflows.world import Protected, Workbench

SWAP = "swap"
"""The stage of a note after which the server has to be asked what happened."""

LOAD = "load"
"""The stage of a note before which nothing was replaced."""

_TOKEN_BYTES = 8
_RECORDED = 100
_NOTHING = N_("Nothing was replaced. Choose another restore point.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Over:
    """Which point comes back over production; ``mark`` names the run and its step.

    It comes from ``place``, the job's own repository if None. ``note`` writes into the
    run what is about to happen, before it does. ``damaged`` is told what is wrong with the copy.
    """

    point: str
    mark: str
    note: Callable[[Mapping[str, str]], object]
    place: Place | None = None
    damaged: Tell = lambda _what: None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """What took the place of what; ``remarks`` are what people should know of it."""

    swap: Swap
    details: Mapping[str, Detail]
    remarks: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """A database that is being replaced, and by what."""

    bench: Workbench
    protected: Protected
    replace: Replace
    door: Door
    over: Over


class OnServerError(ContinuityError):
    """Something is wrong with the production server; another repository does nothing about it."""

    def __init__(self, trouble: ContinuityError) -> None:
        super().__init__(trouble.what, remedy=trouble.remedy)
        self.trouble = trouble


@contextmanager
def on_server() -> Iterator[None]:
    """Mark what goes wrong as the trouble of the production server."""
    try:
        yield
    except UncertainError:
        raise
    except ContinuityError as error:
        raise OnServerError(error) from error


def can_be_replaced(protected: Protected) -> bool:
    """Tell whether a job's database can come back over the living one by its own server."""
    return protected.living is not None and protected.living.replace is not None


def replace_database(
    bench: Workbench, protected: Protected, facts: JobFacts, over: Over
) -> Replaced:
    """Restore a point, load it beside the living database, compare it, and swap their names.

    The old one is kept. With it in its place raises OnServerError when the server refuses, lacks
    or loses something, and other ContinuityErrors when the copy is not there or is wrong;
    UncertainError when nobody knows which one is in place.
    """
    work = _begun(bench, protected, over)
    require_idle(bench, protected.job.name)
    known: list[tuple[Portrait, tuple[Message, ...]]] = []

    def survey(plan: DrillPlan) -> None:
        known.append(_surveyed(work, plan))

    wanted = Wanted(
        point=over.point,
        room=bench.sandbox_place,
        mark=over.mark,
        place=over.place,
        before=survey,
        damaged=over.damaged,
    )
    with laid_apart(bench, protected, facts, wanted) as apart:
        wrong = wrong_in(apart.comparison)
        if wrong is not None:
            raise DamagedError(wrong, remedy=say(_NOTHING))
        ((portrait, remarks),) = known
        with on_server():
            replaced = _replaced(work, apart, portrait)
    told = {**counted(apart), **replaced.details}
    return Replaced(swap=replaced.swap, details=told, remarks=(*remarks, *replaced.remarks))


def _begun(bench: Workbench, protected: Protected, over: Over) -> _Work:
    living = protected.living
    if living is None or living.replace is None or living.open_door is None:
        raise ConfigurationError(
            say(
                N_("{job} is a database, and none is overwritten as files."), job=protected.job.name
            ),
            remedy=say(N_("Restore its dump beside, and let a command step load it.")),
        )
    door = living.open_door()
    return _Work(bench=bench, protected=protected, replace=living.replace, door=door, over=over)


def _surveyed(work: _Work, plan: DrillPlan) -> tuple[Portrait, tuple[Message, ...]]:
    """Look at the server before anything is restored: what is refused, is refused at once."""
    if not plan.portrait:
        raise NoProofError(
            say(N_("It was not recorded what the database was.")), remedy=say(_NOTHING)
        )
    portrait = recover_portrait(work.bench, work.protected, plan.portrait)
    if not portrait.tables:
        raise NoProofError(
            say(N_("The captured database has no table, so nothing is proven.")),
            remedy=say(_NOTHING),
        )
    size = sum(e.size for e in plan.expected(work.bench.shelf) if e.kind is Kind.FILE)
    need = Need(portrait=portrait, bytes=size, reserve=work.bench.reserve_bytes)
    with on_server():
        ground = work.replace.survey(work.door, need)
    unseen = say(N_("It is not known how much room the disk of the database server has."))
    return portrait, (*ground.remarks, *(() if ground.free_bytes is not None else (unseen,)))


def _replaced(work: _Work, apart: Apart, portrait: Portrait) -> Replaced:
    token = work.bench.entropy(_TOKEN_BYTES).hex()
    swap = work.replace.plan(work.door, work.over.mark, token)
    noted = {"job": work.protected.job.name, "point": work.over.point}
    work.over.note({**noted, **swap.plain(), "stage": LOAD})
    try:
        swap = work.replace.make(work.door, swap, portrait)
        (entry,) = apart.plan.expected(work.bench.shelf)
        dump = Path(os.fsdecode(os.fsencode(apart.stage) + entry.path))
        loaded = work.replace.load(work.door, swap, dump, portrait)
        _require_same(portrait, loaded.portrait, loaded.complaints)
        require_idle(work.bench, work.protected.job.name)
        work.over.note({**noted, **swap.plain(), "stage": SWAP})
        change_names(work.replace, work.door, swap)
    except BaseException:  # also an interrupt; it goes on below
        # It is not in use and bears our marker; once it is swapped it does so no more.
        with suppress(ContinuityError):
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
            remedy=say(_NOTHING),
        )


def _details(swap: Swap, found: Portrait) -> dict[str, Detail]:
    return {
        "database": swap.live,
        "kept_at": (swap.aside,) if swap.old_id else (),
        "tables": len(found.tables),
        "rows": sum(table.least for table in found.tables),
    }
