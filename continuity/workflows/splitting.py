"""How a drill would be divided between the backup program and the second reader."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from continuity.domain.failure import ContinuityError
from continuity.domain.second_reading import Shares
from continuity.domain.text import Message
from continuity.witness.lying import Cost, cost_of
from continuity.workflows.choosing_packs import choose_by_packs, stores_packs
from continuity.workflows.planning import DrillPlan
from continuity.workflows.reading_twice import shares_of
from continuity.workflows.second_reader import SecondReader, second_reader
from continuity.workflows.world import Protected, Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The two parts of a sample, and what reading the second takes of storage.

    ``directories`` are asked for beside the contents, one by one. ``error`` is what keeps the
    second reader from reading; then nobody knows what it takes.
    """

    shares: Shares
    cost: Cost | None
    directories: int
    error: Message | None


def split_drill(
    bench: Workbench, protected: Protected, plan: DrillPlan
) -> tuple[DrillPlan, Split | None]:
    """Let packs decide as a drill would, and divide; None where everything is restored."""
    if plan.sample is None:
        return plan, None
    with second_reader(protected, protected.job.repository) as reader:
        if reader is not None or _stores_packs(protected):
            plan = choose_by_packs(bench, protected, plan, reader)
        shares = shares_of(plan, reader)
        if reader is None or shares is None:
            return plan, None
        return plan, _split(plan, reader, shares)


def _stores_packs(protected: Protected) -> bool:
    with suppress(ContinuityError):  # who restores opens it again, and tells
        return stores_packs(protected.open_engine(False))
    return False


def _split(plan: DrillPlan, reader: SecondReader, shares: Shares) -> Split:
    paths = frozenset(plan.paths or ())
    cost: Cost | None = None
    error: Message | None = None
    try:
        found = reader.find(plan.snapshot, paths)
        wanted = [entry.path for entry in (*shares.read, *shares.both)]
        chosen = [found[path] for path in wanted if path in found]
        cost = cost_of(reader.repository(), chosen)
    except ContinuityError as why:
        error = why.what
    above = {path[:cut] for path in paths for cut in _cuts(path)}
    return Split(shares=shares, cost=cost, directories=len(above), error=error)


def _cuts(path: bytes) -> list[int]:
    return [cut for cut, byte in enumerate(path) if byte == ord("/")]
