"""Bring data back where people work: beside what is there, or over it; compared either way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from continuity.domain.compare import Comparison, Outcome, compare
from continuity.domain.conduct import Detail
from continuity.domain.differences import Rules
from continuity.domain.facts import JobFacts
from continuity.domain.failure import DamagedError
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import Progress, Reader, RestoreRequest, RestoreResult
from continuity.hosts.landing import (
    Swap,
    clear_stage,
    inventory,
    make_stage,
    put_beside,
    require_room,
    swap_all,
    swaps_for,
    take_looks,
)
from continuity.hosts.observe import observe
from continuity.workflows.making_way import Aim, Landing, is_at, make_way
from continuity.workflows.planning import DrillPlan, DrillRequest, plan_drill
from continuity.workflows.restoring import RESTORE_SECONDS
from continuity.workflows.world import Protected, Workbench

_KEPT_FINDINGS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtBack:
    """What came back, and where. ``wrong`` says what is not as it was sealed; None if all is.

    ``dump`` says that it is a copy of a database that somebody still has to load.
    """

    place: str
    details: Mapping[str, Detail]
    wrong: Message | None
    dump: bool = False


def bring_back(
    bench: Workbench, protected: Protected, facts: JobFacts, point: str, aim: Aim
) -> BroughtBack:
    """Restore a point apart, compare it with its sealed manifest, and put it into its place.

    What is wrong never takes the place of production; beside, it is left for people to look at.
    What is replaced is moved aside and kept. Raises ContinuityError, with nothing changed, when it
    cannot be done.
    """
    landing = make_way(bench, protected, aim)
    request = DrillRequest(full=True, point=point)
    plan = plan_drill(bench, protected, facts, request)
    expected = partial_of(plan, bench, aim.include)
    wanted = sum(entry.size for entry in expected() if entry.kind is Kind.FILE)
    room = require_room(landing.stage.parent, wanted, bench.reserve_bytes)
    stage = make_stage(landing.stage.parent, aim.mark)
    try:
        engine = protected.open_engine(False)
        engine.probe()
        result = _restored(engine, plan, stage, room, expected if aim.include else None)
        comparison = _compared(bench, stage, plan, result, expected)
        return _landed(bench, protected, landing, plan, comparison)
    finally:
        clear_stage(stage)


def partial_of(
    plan: DrillPlan, bench: Workbench, include: tuple[bytes, ...]
) -> Callable[[], Iterator[Entry]]:
    """Give what reads the manifest, or the part of it at and below some paths."""

    def read() -> Iterator[Entry]:
        for entry in plan.expected(bench.shelf):
            if not include or any(is_at(entry.path, path) for path in include):
                yield entry

    return read


def _restored(
    engine: Reader,
    plan: DrillPlan,
    stage: Path,
    room: int,
    part: Callable[[], Iterator[Entry]] | None,
) -> RestoreResult:
    return engine.restore(
        RestoreRequest(
            snapshot=plan.snapshot,
            paths=None if part is None else tuple(leaves(part())),
            target=stage,
            population_files=plan.population_files,
            population_bytes=plan.population_bytes,
            room_bytes=room,
            timeout=RESTORE_SECONDS,
        ),
        _unwatched,
    )


def leaves(entries: Iterator[Entry]) -> Iterator[bytes]:
    """Give the paths that no other lies below: those that an engine may be asked for."""
    kept = [(entry.path, entry.kind) for entry in entries]
    for (path, kind), (following, _) in pairwise([*kept, (b"", Kind.FILE)]):
        if kind is not Kind.DIRECTORY or not following.startswith(path + b"/"):
            yield path


def _unwatched(_progress: Progress) -> None:
    """Tell nobody."""


def _compared(
    bench: Workbench,
    stage: Path,
    plan: DrillPlan,
    result: RestoreResult,
    expected: Callable[[], Iterator[Entry]],
) -> Comparison:
    part = plan.expected_entries > sum(1 for _ in expected())
    rules = Rules(
        owners=bench.owner_matters and not plan.portrait,
        full=not part,
        whole=result.whole and part,
        hard_links=result.calls == 1,
    )
    return compare(expected(), observe(stage), rules, keep=_KEPT_FINDINGS)


def _landed(
    bench: Workbench,
    protected: Protected,
    landing: Landing,
    plan: DrillPlan,
    comparison: Comparison,
) -> BroughtBack:
    wrong = _wrong(comparison)
    details: dict[str, Detail] = {
        "files": comparison.verifiable,
        "bytes": comparison.compared_bytes,
        **{outcome.value: comparison.counts[outcome] for outcome in Outcome},
        "manifest": plan.manifest,
    }
    if landing.beside is not None:
        put_beside(landing.stage, landing.beside)
        first = next(plan.expected(bench.shelf))
        place = _place_of(protected, first, landing.beside)
        dump = protected.living is not None
        return BroughtBack(place=place, details=details, wrong=wrong, dump=dump)
    if wrong is not None:
        raise DamagedError(
            wrong, remedy=say(N_("Nothing was replaced. Choose another restore point."))
        )
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


def _wrong(comparison: Comparison) -> Message | None:
    """Say the worst that was found; nothing compared is nothing proven."""
    bad = (Outcome.CORRUPT, Outcome.MISSING, Outcome.EXTRA, Outcome.METADATA)
    count = sum(comparison.counts[outcome] for outcome in bad)
    if count:
        first = next((one for one in comparison.findings if one.outcome in bad), None)
        return say(
            N_("Not as it was sealed: {count} of {compared} compared; the first: {path}."),
            count=count,
            compared=comparison.verifiable,
            path="…" if first is None else shown(first.path),
        )
    if not comparison.verifiable:
        return say(N_("Nothing could be compared, so nothing is proven."))
    return None
