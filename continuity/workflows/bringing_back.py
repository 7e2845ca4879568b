"""Bring data back where people work, beside what is there, and compared."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from continuity.domain.conduct import Detail
from continuity.domain.facts import JobFacts
from continuity.domain.failure import DamagedError, NoProofError
from continuity.domain.manifest import Entry
from continuity.domain.text import Message
from continuity.hosts.landing import put_beside
from continuity.workflows.laying_apart import (
    Wanted,
    around_in,
    counted,
    damage_in,
    laid_apart,
    wrong_in,
)
from continuity.workflows.making_way import Aim, make_way
from continuity.workflows.overwriting import nothing_replaced
from continuity.workflows.places import Place
from continuity.workflows.world import Protected, Workbench


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

    It comes from ``place``, the job's own repository if None. What is wrong is left for people to
    look at. Raises ContinuityError, with nothing changed, when it cannot be done.
    """
    make_way(bench, aim)
    wanted = Wanted(
        point=point,
        room=aim.place,
        mark=aim.mark,
        include=aim.include,
        place=place,
        damaged=aim.damaged,
    )
    with laid_apart(bench, protected, facts, wanted) as apart:
        wrong = wrong_in(apart.comparison)
        if wrong is not None and aim.strict:
            refused = NoProofError if damage_in(apart.comparison) is None else DamagedError
            raise refused(wrong, remedy=nothing_replaced())
        put_beside(apart.stage, aim.place)
        first = next(apart.plan.expected(bench.shelf))
        return BroughtBack(
            place=_place_of(protected, first, aim.place),
            details=counted(apart),
            wrong=wrong,
            around=around_in(apart.comparison),
            dump=protected.living is not None,
        )


def _place_of(protected: Protected, first: Entry, beside: Path) -> str:
    """Name the one thing that came back, as later steps use it, or the directory of several."""
    roots = protected.extent.roots if protected.living is None else (first.path,)
    if len(roots) == 1:
        return os.fsdecode(os.fsencode(beside) + roots[0])
    return str(beside)
