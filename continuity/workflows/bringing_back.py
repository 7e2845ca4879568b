"""Bring data back where people work: beside what is there, or over it; compared either way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from continuity.domain.conduct import Detail
from continuity.domain.facts import JobFacts
from continuity.domain.failure import DamagedError, NoProofError
from continuity.domain.manifest import Entry
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.landing import (
    Swap,
    inventory,
    put_beside,
    swap_all,
    swaps_for,
    take_looks,
)
from continuity.workflows.laying_apart import (
    Apart,
    Wanted,
    around_in,
    counted,
    damage_in,
    laid_apart,
    wrong_in,
)
from continuity.workflows.making_way import Aim, Landing, make_way
from continuity.workflows.places import Place
from continuity.workflows.world import Protected, Workbench

_KEPT_FINDINGS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBack:
    """What came back, and where. ``wrong`` says what is not as it was sealed; None if all is.

    ``around`` says how owners, modes, times or links differ where all content is right: that is
    told, and keeps nobody from their data. ``dump`` says that it is a copy of a database that
    somebody still has to load.
    """

    place: str
    details: Mapping[str, Detail]
    wrong: Message | None
    around: tuple[Message, ...] = ()
    dump: bool = False


def bring_back(
    bench: Workbench,
    protected: Protected,
    facts: JobFacts,
    point: str,
    aim: Aim,
    place: Place | None = None,
) -> BroughtBack:
    """Restore a point apart, compare it with its sealed manifest, and put it where it is aimed.

    It comes from ``place``, the job's own repository if None. What is wrong never takes the place
    of production; beside, it is left for people to look at. What is replaced is moved aside and
    kept. Raises ContinuityError, with nothing changed, when it cannot be done.
    """
    landing = make_way(bench, protected, aim)
    wanted = Wanted(
        point=point,
        room=landing.stage.parent,
        mark=aim.mark,
        include=aim.include,
        place=place,
        damaged=aim.damaged,
    )
    with laid_apart(bench, protected, facts, wanted) as apart:
        wrong = wrong_in(apart.comparison)
        if wrong is not None and (landing.beside is None or aim.strict):
            remedy = say(N_("Nothing was replaced. Choose another restore point."))
            refused = NoProofError if damage_in(apart.comparison) is None else DamagedError
            raise refused(wrong, remedy=remedy)
        landed = _landed(bench, protected, landing, apart)
        return replace(landed, wrong=wrong, around=around_in(apart.comparison))


def _landed(bench: Workbench, protected: Protected, landing: Landing, apart: Apart) -> BroughtBack:
    details = counted(apart)
    if landing.beside is not None:
        put_beside(landing.stage, landing.beside)
        first = next(apart.plan.expected(bench.shelf))
        place = _place_of(protected, first, landing.beside)
        dump = protected.living is not None
        return BroughtBack(place=place, details=details, wrong=None, dump=dump)
    return _swapped(landing, details)


def _swapped(landing: Landing, details: Mapping[str, Detail]) -> BroughtBack:
    """Let what came back take the place of production, and keep what was there."""
    swaps = swaps_for(landing.lives, landing.stage)
    before = inventory([swap.live for swap in swaps])
    mounted = [live for live in landing.lives if os.path.ismount(live)]
    swap_all(swaps)
    for live in mounted:
        take_looks(os.fsencode(landing.stage) + live, live)
    return BroughtBack(
        place=", ".join(shown(live) for live in landing.lives),
        details={
            **details,
            "replaced_entries": before.entries,
            "replaced_bytes": before.bytes,
            "replaced_newest": int(before.newest),
            "kept_at": _kept(swaps),
        },
        wrong=None,
    )


def _kept(swaps: tuple[Swap, ...]) -> tuple[str, ...]:
    """Name where the old things are: each place once."""
    there = (swap for swap in swaps if os.path.lexists(swap.aside))
    return tuple(dict.fromkeys(shown(swap.aside) for swap in there))[:_KEPT_FINDINGS]


def _place_of(protected: Protected, first: Entry, beside: Path) -> str:
    """Name the one thing that came back, as later steps use it, or the directory of several."""
    roots = protected.extent.roots if protected.living is None else (first.path,)
    if len(roots) == 1:
        return os.fsdecode(os.fsencode(beside) + roots[0])
    return str(beside)
