"""Let files come back over production on their machine: brought there, compared, swapped."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from continuity.domain.compare import Comparison
from continuity.domain.conduct import Detail
from continuity.domain.failure import ConfigurationError, ContinuityError
from continuity.domain.manifest import Kind
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.rsync.sending import send_tree
from continuity.hosts.exchange import NOTHING, Exchange, Shift, plain_from_exchange
from continuity.hosts.ground import (
    Coming,
    above,
    inventory,
    is_at,
    number_of,
    require_ground,
    require_not_system,
    require_unheld,
)
from continuity.hosts.host import Host
from continuity.hosts.landing import Inventory, stage_name
from continuity.hosts.local import LocalHost
from continuity.hosts.mounted import mounted_in, names_at, names_in, top_from
from continuity.hosts.presence import Needed
from continuity.hosts.swapping import clear_stage, make_durable, make_stage
from continuity.hosts.transport import Transport
from continuity.workflows.comparing_there import compared_there
from continuity.workflows.exchanging import dressed, exchange_names, free_asides, kept_at
from continuity.workflows.laying_apart import Apart, around_in, counted, partial_of
from continuity.workflows.making_way import require_covered, require_idle
from continuity.workflows.overwriting import LOAD, SWAP, Overwriting, on_server, right_apart
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import RESTORE_SECONDS

_TOKEN_BYTES: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class There:
    """The machine on which production is replaced, and the way to it, None for this one.

    ``include`` are absolute paths there, none for everything. ``holds`` names what a place holds
    and must stay where it is, None for nothing.
    """

    host: Host
    transport: Transport | None
    holds: Callable[[bytes], bytes | None]
    include: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchanged:
    """What took whose place; ``remarks`` are what people should know of it."""

    exchange: Exchange
    details: Mapping[str, Detail]
    remarks: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Files:
    """What is replaced there, and by what; ``tops`` are mount points, replaced name by name.

    What comes back waits in ``folder`` within ``stage``, which is made in ``above``.
    """

    of: Overwriting
    there: There
    lives: tuple[bytes, ...]
    tops: tuple[bytes, ...]
    token: bytes

    @property
    def above(self) -> bytes:
        first = self.lives[0]
        return first if first in self.tops else above(first)

    @property
    def stage(self) -> bytes:
        return stage_beside(self.above, self.of.over.mark)

    @property
    def folder(self) -> bytes:
        return self.stage + b"/" + self.token

    @property
    def into(self) -> Path | None:
        """Where it is restored at once: on this machine there is no need to send it."""
        return Path(os.fsdecode(self.folder)) if self.there.transport is None else None

    @property
    def noted(self) -> dict[str, str]:
        job, point = self.of.protected.job.name, self.of.over.point
        return {"job": job, "point": point, "host": self.there.host.name}


def stage_beside(directory: bytes, mark: str) -> bytes:
    """Name the directory of ours in which a restore waits there."""
    return directory.rstrip(b"/") + b"/" + os.fsencode(stage_name(mark))


def replace_files(of: Overwriting, there: There) -> Exchanged:
    """Restore a point, bring it beside production on its machine, compare it there, and swap.

    What was there is kept. With it in its place raises OnServerError when that machine refuses,
    lacks or loses something, and other ContinuityErrors when the copy is not there or is wrong;
    UncertainError when nobody knows which one is in place.
    """
    work = _begun(of, there)
    known: list[Exchange] = []
    with ExitStack() as ours:
        before = partial(_prepared, work, ours, known)
        with right_apart(of, before, there.include, work.into) as apart:
            _require_whole(work, apart)
            with on_server():
                compared = _brought(work, apart, known[0], ours)
                exchange = _exchange(work, known[0])
                stood = _last_look(work, exchange)
                # From here on nothing is cleared away before it is known what is in place.
                ours.pop_all()
                exchange_names(there.host, exchange)
    details = {**counted(apart), **_details(exchange, stood), "host": there.host.name}
    remarks = (*around_in(compared), *dressed(there.host, exchange))
    return Exchanged(exchange=exchange, details=details, remarks=remarks)


def _begun(of: Overwriting, there: There) -> _Files:
    lives = _lives(there.include or of.protected.extent.roots)
    require_covered(of.protected.job.name, lives, of.protected.extent.roots)
    require_idle(of.bench, of.protected.job.name)
    tops = mounted_in(lives) if there.transport is None else ()
    token = of.bench.entropy(_TOKEN_BYTES).hex().encode()
    return _Files(of=of, there=there, lives=lives, tops=tops, token=token)


def _lives(paths: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Name what is replaced, each place once and none in another."""
    clean = {path.rstrip(b"/") or b"/" for path in paths}
    tops = (path for path in clean if not any(path != one and is_at(path, one) for one in clean))
    return tuple(sorted(tops))


def _prepared(work: _Files, ours: ExitStack, known: list[Exchange], plan: DrillPlan) -> None:
    """Look at the ground before anything is restored: what is refused, is refused at once."""
    coming = _coming(work, plan)
    files, extent, host = work.of.protected.files, work.of.protected.extent, work.there.host
    with on_server():
        files.require(Needed(roots=(), mounts=extent.mounts))
        number = require_ground(host, files, coming)
        empty = Exchange(above=work.above, above_id=number, stage=work.stage)
        known.append(empty)
        work.of.over.note({**work.noted, **plain_from_exchange(empty), "stage": LOAD})
        if work.into is not None:
            _staged(work, empty, ours)


def _coming(work: _Files, plan: DrillPlan) -> Coming:
    size, entries, kinds = 0, 0, dict[bytes, Kind]()
    for entry in partial_of(plan, work.of.bench, work.there.include)():
        entries += 1
        size += entry.size if entry.kind is Kind.FILE else 0
        if entry.path in work.lives or above(entry.path) in work.tops:
            kinds[entry.path] = entry.kind
    with on_server():
        for top in work.tops:
            require_not_system(top)
            require_unheld(top, work.there.holds(top))
        lives = _places(work, kinds)
    return Coming(
        lives=lives,
        kinds=kinds,
        size=size,
        entries=entries,
        reserve=work.of.bench.reserve_bytes,
        holds=work.there.holds,
        sent=work.into is None,
    )


def _places(work: _Files, fresh: Collection[bytes]) -> tuple[bytes, ...]:
    """Name what is renamed: each place, but all that is in a mount point instead of itself."""
    inside = {
        top: names_in(top, (path for path in fresh if above(path) == top)) for top in work.tops
    }
    return tuple(place for live in work.lives for place in inside.get(live, (live,)))


def _staged(work: _Files, empty: Exchange, ours: ExitStack) -> None:
    ours.callback(_cleared, work.there.host, empty)
    make_stage(work.there.host, empty, work.folder)


def _cleared(host: Host, empty: Exchange) -> None:
    # Nothing was replaced yet; what cannot be removed now is by the next try.
    with suppress(ContinuityError):  # as said above
        clear_stage(host, empty)


def _require_whole(work: _Files, apart: Apart) -> None:
    """Refuse to take anything away for which nothing comes."""
    for live in work.lives:
        if not os.path.lexists(os.fsencode(apart.stage) + live):
            raise _lacking(live)


def _lacking(live: bytes) -> ConfigurationError:
    return ConfigurationError(
        say(N_("The restore point holds no {path}, so it stays."), path=shown(live)),
        remedy=say(N_("Name paths that it holds, under include of the step.")),
    )


def _brought(work: _Files, apart: Apart, empty: Exchange, ours: ExitStack) -> Comparison:
    """Bring it there unless it is, and compare it there, on the file system of production."""
    host, transport, bench = work.there.host, work.there.transport, work.of.bench
    if transport is None:
        make_durable(host, work.stage)
        return apart.comparison
    _staged(work, empty, ours)
    send_tree(LocalHost(), bench.scratch, apart.stage, transport, work.folder, RESTORE_SECONDS)
    make_durable(host, work.stage)
    return compared_there(host, apart, work.folder)


def _exchange(work: _Files, empty: Exchange) -> Exchange:
    """Tell what takes whose place, by name and number."""
    files, mark, folder = work.of.protected.files, work.of.over.mark, work.folder
    lives = _places(work, [path for top in work.tops for path in names_at(folder, top)])
    asides = free_asides(files, lives, work.tops, f".before-{mark}")
    looked = files.look((*lives, *(folder + live for live in lives)))
    numbers = {entry.path: number_of(entry) for entry in looked}
    shifts = tuple(
        Shift(
            live=live,
            fresh=folder + live,
            aside=aside,
            fresh_id=numbers.get(folder + live, NOTHING),
            old_id=numbers.get(live, NOTHING),
        )
        for live, aside in zip(lives, asides, strict=True)
    )
    for one in shifts:
        if one.fresh_id == NOTHING and above(one.live) not in work.tops:
            raise _lacking(one.live)
    tops = tuple(top_from(top, folder + top) for top in work.tops)
    return replace(empty, shifts=shifts, tops=tops)


def _last_look(work: _Files, exchange: Exchange) -> Inventory:
    """Count what is replaced, see that nobody copies it, and write down what happens now."""
    old = [one.live for one in exchange.shifts if one.old_id != NOTHING]
    stood = inventory(work.there.host, old)
    require_idle(work.of.bench, work.of.protected.job.name)
    work.of.over.note({**work.noted, **plain_from_exchange(exchange), "stage": SWAP})
    return stood


def _details(exchange: Exchange, stood: Inventory) -> dict[str, Detail]:
    return {
        "replaced_entries": stood.entries,
        "replaced_bytes": stood.bytes,
        "replaced_newest": int(stood.newest),
        "kept_at": kept_at(exchange),
    }
