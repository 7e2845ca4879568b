"""Let files come back over production on another machine: brought there, compared, swapped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from continuity.domain.compare import Comparison, Outcome, compare
from continuity.domain.conduct import Detail
from continuity.domain.facts import JobFacts
from continuity.domain.failure import (
    ConfigurationError,
    ContinuityError,
    DamagedError,
)
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.rsync.sending import send_tree
from continuity.hosts.host import Host
from continuity.hosts.landing import Inventory, stage_name
from continuity.hosts.local import LocalHost
from continuity.hosts.presence import Needed
from continuity.hosts.remote_files import RemoteFiles
from continuity.hosts.remote_ground import Coming, above, inventory, number_of, require_ground
from continuity.hosts.remote_swap import (
    NOTHING,
    Exchange,
    Shift,
    clear_stage,
    make_durable,
    make_stage,
    plain_from_exchange,
)
from continuity.hosts.reuse import SurveyTally
from continuity.hosts.transport import Transport
from continuity.hosts.walk import Scope
from continuity.workflows.exchanging import exchange_there, free_names, kept_at
from continuity.workflows.laying_apart import (
    KEPT_FINDINGS,
    Apart,
    Wanted,
    around_in,
    counted,
    laid_apart,
    partial_of,
    wrong_in,
)
from continuity.workflows.making_way import is_at, require_covered, require_idle
from continuity.workflows.planning import DrillPlan
from continuity.workflows.replacing_database import LOAD, SWAP, Over, on_server
from continuity.workflows.restoring import RESTORE_SECONDS
from continuity.workflows.world import Protected, Workbench

_TOKEN_BYTES = 8
_NOTHING = N_("Nothing was replaced. Choose another restore point.")


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """The machine on which production is replaced, and the way to it.

    ``include`` are absolute paths there, none for everything, and ``held`` those that must stay.
    """

    host: Host
    transport: Transport
    include: tuple[bytes, ...] = ()
    held: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchanged:
    """What took whose place; ``remarks`` are what people should know of it."""

    exchange: Exchange
    details: Mapping[str, Detail]
    remarks: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """What is replaced there, and by what; ``above`` is where the stage is made."""

    bench: Workbench
    protected: Protected
    over: Over
    there: There
    lives: tuple[bytes, ...]

    @property
    def above(self) -> bytes:
        return above(self.lives[0])

    @property
    def stage(self) -> bytes:
        return stage_beside(self.above, self.over.mark)


def stage_beside(directory: bytes, mark: str) -> bytes:
    """Name the directory of ours in which a restore waits there."""
    return directory.rstrip(b"/") + b"/" + os.fsencode(stage_name(mark))


def replace_there(
    bench: Workbench, protected: Protected, facts: JobFacts, over: Over, there: There
) -> Exchanged:
    """Restore a point here, bring it to the other machine, compare it there, and swap the names.

    What was there is kept. With it in its place raises OnServerError when that machine refuses,
    lacks or loses something, and other ContinuityErrors when the copy is not there or is wrong;
    UncertainError when nobody knows which one is in place.
    """
    lives = _lives(there.include or protected.extent.roots)
    require_covered(protected.job.name, lives, protected.extent.roots)
    require_idle(bench, protected.job.name)
    work = _Work(bench=bench, protected=protected, over=over, there=there, lives=lives)
    known: list[str] = []
    wanted = Wanted(
        point=over.point,
        room=bench.sandbox_place,
        mark=over.mark,
        include=there.include,
        place=over.place,
        damaged=over.damaged,
        before=lambda plan: known.append(_surveyed(work, plan)),
    )
    with laid_apart(bench, protected, facts, wanted) as apart:
        wrong = wrong_in(apart.comparison)
        if wrong is not None:
            raise DamagedError(wrong, remedy=say(_NOTHING))
        _require_whole(work, apart)
        with on_server():
            (number,) = known
            empty = Exchange(above=work.above, above_id=number, stage=work.stage)
            return _replaced(work, apart, empty)


def _lives(paths: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Name what is replaced, each place once and none in another."""
    clean = {path.rstrip(b"/") or b"/" for path in paths}
    tops = (path for path in clean if not any(path != one and is_at(path, one) for one in clean))
    return tuple(sorted(tops))


def _surveyed(work: _Work, plan: DrillPlan) -> str:
    """Look at the ground before anything is restored: what is refused, is refused at once."""
    size, entries, kinds = 0, 0, dict[bytes, Kind]()
    for entry in partial_of(plan, work.bench, work.there.include)():
        entries += 1
        size += entry.size if entry.kind is Kind.FILE else 0
        if entry.path in work.lives:
            kinds[entry.path] = entry.kind
    coming = Coming(
        lives=work.lives,
        kinds=kinds,
        size=size,
        entries=entries,
        reserve=work.bench.reserve_bytes,
        held=work.there.held,
    )
    files, extent = work.protected.files, work.protected.extent
    with on_server():
        files.require(Needed(roots=(), mounts=extent.mounts))
        return require_ground(work.there.host, files, coming)


def _require_whole(work: _Work, apart: Apart) -> None:
    """Refuse to take anything away for which nothing comes."""
    for live in work.lives:
        if not os.path.lexists(os.fsencode(apart.stage) + live):
            raise ConfigurationError(
                say(N_("The restore point holds no {path}, so it stays."), path=shown(live)),
                remedy=say(N_("Name paths that it holds, under include of the step.")),
            )


def _replaced(work: _Work, apart: Apart, empty: Exchange) -> Exchanged:
    over, host = work.over, work.there.host
    noted = {"job": work.protected.job.name, "point": over.point, "host": host.name}
    over.note({**noted, **plain_from_exchange(empty), "stage": LOAD})
    try:
        compared, exchange = _brought(work, apart, empty)
        old = [one.live for one in exchange.shifts if one.old_id != NOTHING]
        before = inventory(host, old)
        require_idle(work.bench, work.protected.job.name)
        over.note({**noted, **plain_from_exchange(exchange), "stage": SWAP})
    except BaseException:  # also an interrupt; it goes on below
        # Nothing was replaced yet; what cannot be removed now is by the next try.
        with suppress(ContinuityError):  # as said above
            clear_stage(host, empty)
        raise
    exchange_there(host, exchange)
    details = {**counted(apart), **_details(exchange, before), "host": host.name}
    return Exchanged(exchange=exchange, details=details, remarks=around_in(compared))


def _brought(work: _Work, apart: Apart, empty: Exchange) -> tuple[Comparison, Exchange]:
    """Bring it there, compare it there, and tell what takes whose place."""
    host = work.there.host
    folder = work.stage + b"/" + work.bench.entropy(_TOKEN_BYTES).hex().encode()
    make_stage(host, empty, folder)
    send_tree(
        LocalHost(), work.bench.scratch, apart.stage, work.there.transport, folder, RESTORE_SECONDS
    )
    make_durable(host, work.stage)
    compared = _compared(host, apart, folder)
    _require_same(apart, compared)
    return compared, _exchange(work, empty, folder)


def _compared(host: Host, apart: Apart, folder: bytes) -> Comparison:
    files = RemoteFiles(host, apart.stage / ".compared")

    def observed() -> Iterator[Entry]:
        for entry in files.survey(Scope(roots=(folder,)), SurveyTally()):
            if entry.path.startswith(folder + b"/"):
                yield entry._replace(path=entry.path[len(folder) :])

    return compare(apart.expected(), observed(), apart.rules, keep=KEPT_FINDINGS)


def _require_same(apart: Apart, there: Comparison) -> None:
    """Raise unless what is there is as right as what was sent."""
    wrong = wrong_in(there)
    if wrong is not None:
        raise DamagedError(wrong, remedy=say(N_("Nothing was replaced. Look at the disk there.")))
    unread = there.counts[Outcome.UNVERIFIABLE] - apart.comparison.counts[Outcome.UNVERIFIABLE]
    if unread > 0:
        raise DamagedError(
            say(N_("Of what was brought there, {count} could not be read."), count=unread),
            remedy=say(N_("Nothing was replaced. Look at the disk there.")),
        )


def _exchange(work: _Work, empty: Exchange, folder: bytes) -> Exchange:
    asides = free_names(work.protected.files, work.lives, f".before-{work.over.mark}")
    found = {entry.path: number_of(entry) for entry in work.protected.files.look(work.lives)}
    fresh = tuple(folder + live for live in work.lives)
    brought = [number_of(entry) for entry in work.protected.files.look(fresh)]
    shifts = tuple(
        Shift(live=live, fresh=new, aside=aside, fresh_id=number, old_id=found.get(live, NOTHING))
        for live, new, aside, number in zip(work.lives, fresh, asides, brought, strict=True)
    )
    return Exchange(above=empty.above, above_id=empty.above_id, stage=empty.stage, shifts=shifts)


def _details(exchange: Exchange, before: Inventory) -> dict[str, Detail]:
    return {
        "replaced_entries": before.entries,
        "replaced_bytes": before.bytes,
        "replaced_newest": int(before.newest),
        "kept_at": kept_at(exchange),
    }
