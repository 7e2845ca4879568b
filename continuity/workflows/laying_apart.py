"""Restore a point apart from everything, and compare it there with its sealed manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from continuity.domain.compare import Comparison, Outcome, compare
from continuity.domain.conduct import Detail
from continuity.domain.differences import Rules
from continuity.domain.facts import JobFacts
from continuity.domain.manifest import Entry, Kind
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import Progress, Reader, RestoreRequest, RestoreResult
from continuity.hosts.ground import is_at
from continuity.hosts.landing import clear_stage, make_stage, require_room
from continuity.hosts.observe import observe
from continuity.workflows.finding_damage import Tell, telling
from continuity.workflows.places import Place, places_of, plan_there
from continuity.workflows.planning import DrillPlan, DrillRequest
from continuity.workflows.restoring import RESTORE_SECONDS
from continuity.workflows.world import Protected, Workbench

KEPT_FINDINGS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which point is laid apart, in which directory; ``mark`` names the stage that it gets there.

    ``include`` are absolute paths, none for everything; ``place`` is the repository that it comes
    from, the job's own if None. ``before`` sees the plan before anything is restored, and may
    refuse it. ``damaged`` is told what is wrong with what the repository gives. ``into`` is an
    empty directory of whoever asks, there when ``before`` was called, that is used as the stage.
    """

    point: str
    room: Path
    mark: str
    include: tuple[bytes, ...] = ()
    place: Place | None = None
    before: Callable[[DrillPlan], None] = lambda _plan: None
    damaged: Tell = lambda _what: None
    into: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Apart:
    """What came back, still apart: its stage, how it was planned, and how it compares.

    ``expected`` reads what was asked for; by ``rules`` it is compared.
    """

    stage: Path
    plan: DrillPlan
    expected: Callable[[], Iterator[Entry]]
    rules: Rules
    comparison: Comparison


@contextmanager
def laid_apart(
    bench: Workbench, protected: Protected, facts: JobFacts, wanted: Wanted
) -> Iterator[Apart]:
    """Restore a point into a stage of its own, which is cleared away after the block.

    Who gave the stage clears it away. Raises ContinuityError when that cannot be done.
    """
    place = wanted.place or places_of(protected)[0]
    request = DrillRequest(full=True, point=wanted.point)
    with telling(wanted.damaged):
        engine = place.open()
        engine.probe()
        plan = plan_there(bench, protected, facts, request, place, engine)
    wanted.before(plan)
    expected = partial_of(plan, bench, wanted.include)
    size = sum(entry.size for entry in expected() if entry.kind is Kind.FILE)
    room = require_room(wanted.into or wanted.room, size, bench.reserve_bytes)
    stage = wanted.into or make_stage(wanted.room, wanted.mark)
    try:
        with telling(wanted.damaged):
            result = _restored(engine, plan, stage, room, expected if wanted.include else None)
        rules = _rules(plan, result, expected)
        comparison = compare(expected(), observe(stage), rules, keep=KEPT_FINDINGS)
        damage = damage_in(comparison)
        if damage is not None:
            wanted.damaged(damage)
        yield Apart(stage=stage, plan=plan, expected=expected, rules=rules, comparison=comparison)
    finally:
        if wanted.into is None:
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


def _rules(
    plan: DrillPlan, result: RestoreResult, expected: Callable[[], Iterator[Entry]]
) -> Rules:
    part = plan.expected_entries > sum(1 for _ in expected())
    return Rules(
        # Who may give files away to nobody else restores them as their own, and people must know.
        owners=not plan.portrait,
        full=not part,
        whole=result.whole and part,
        hard_links=result.calls == 1,
    )


def wrong_in(comparison: Comparison) -> Message | None:
    """Say the worst that was found; nothing compared is nothing proven."""
    damage = damage_in(comparison)
    if damage is None and not comparison.verifiable:
        return say(N_("Nothing could be compared, so nothing is proven."))
    return damage


def damage_in(comparison: Comparison) -> Message | None:
    """Say how much did not come back as it was sealed."""
    bad = (Outcome.CORRUPT, Outcome.MISSING, Outcome.EXTRA)
    count = sum(comparison.counts[outcome] for outcome in bad)
    if not count:
        return None
    first = next((one for one in comparison.findings if one.outcome in bad), None)
    return say(
        N_("Not as it was sealed: {count} of {compared} compared; the first: {path}."),
        count=count,
        compared=comparison.verifiable,
        path="…" if first is None else shown(first.path),
    )


def around_in(comparison: Comparison) -> tuple[Message, ...]:
    """Say how much differs around the content, and what is the matter with the first one."""
    count = comparison.counts[Outcome.METADATA]
    if not count:
        return ()
    told = say(
        N_("Owner, mode, time or links differ of {count} of {compared}: look before it is used."),
        count=count,
        compared=comparison.verifiable,
    )
    found = (one for one in comparison.findings if one.outcome is Outcome.METADATA)
    first = next(found, None)
    if first is None:
        return (told,)
    return told, say(N_("The first is {path}."), path=shown(first.path)), first.detail


def counted(apart: Apart) -> dict[str, Detail]:
    """Write down how many entries compare how, for the record."""
    comparison = apart.comparison
    return {
        "files": comparison.verifiable,
        "bytes": comparison.compared_bytes,
        **{outcome.value: comparison.counts[outcome] for outcome in Outcome},
        "manifest": apart.plan.manifest,
    }
