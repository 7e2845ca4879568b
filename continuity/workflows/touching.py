"""See in which packs lies what came back, say what that implies, and remember it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Kind
from continuity.domain.pack_choice import Reach
from continuity.domain.pack_confidence import Touched, state_pack_confidence
from continuity.domain.text import plain_from_message
from continuity.witness.lying import packs_of_files
from continuity.workflows.choosing_packs import touched_ledger
from continuity.workflows.planning import DrillPlan
from continuity.workflows.restoring import Restored
from continuity.workflows.running import Running
from continuity.workflows.second_reader import SecondReader
from continuity.workflows.world import Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Touch:
    """Packs in which everything that was looked at is right, and the ledger they belong into."""

    ledger: str
    packs: tuple[bytes, ...]


def note_touched(
    run: Running, plan: DrillPlan, restored: Restored, reader: SecondReader | None
) -> Touch | None:
    """State in the record what touching these packs implies for all; None where nobody can tell."""
    comparison, reach = restored.comparison, plan.reach
    is_told = comparison.findings_total <= len(comparison.findings)
    if plan.sample is None or reader is None or reach is None or not is_told:
        return None
    wrong = {finding.path for finding in comparison.findings}
    if restored.second is not None:
        wrong.update(restored.second.disagree)
    files = {entry.path for entry in plan.sample.entries if entry.kind is Kind.FILE}
    try:
        touch, seen = _seen(reader, plan, reach, (files - wrong, files & wrong))
    except ContinuityError:
        # Whatever it is, the files that it kept from being read are unproven already.
        return None
    stated = state_pack_confidence(seen)
    if stated is not None:
        run.body["pack_confidence"] = {
            "level": stated.level,
            "packs": seen.packs,
            "touched": seen.touched,
            "bad": seen.bad,
            "most_bad": stated.most_bad,
            "upper_bound_ppm": stated.upper_bound_ppm,
            "bytes": seen.bytes,
            "of_bytes": seen.of_bytes,
            "never_seen": reach.unseen,
            "sentence": plain_from_message(stated.sentence),
        }
    return touch


def _seen(
    reader: SecondReader,
    plan: DrillPlan,
    reach: Reach,
    parts: tuple[set[bytes], set[bytes]],
) -> tuple[Touch, Touched]:
    paths = frozenset(plan.paths or ())
    found = reader.find(plan.snapshot, paths)
    repository = reader.repository()
    right, wrong = (
        packs_of_files(repository, [found[path] for path in part if path in found])
        for part in parts
    )
    well = reach.packs.intersection(chain.from_iterable(right.packs.values()))
    bad = reach.packs.intersection(chain.from_iterable(wrong.packs.values()))
    sizes = repository.index.content_sizes()
    of_bytes = sum(sizes.get(id, 0) for id in reach.packs)
    seen = Touched(
        packs=len(reach.packs),
        touched=len(well | bad),
        bad=len(bad),
        bytes=min(right.bytes, of_bytes),
        of_bytes=of_bytes,
    )
    return Touch(ledger=touched_ledger(repository.id), packs=tuple(sorted(well - bad))), seen


def remember_touched(bench: Workbench, touch: Touch | None) -> None:
    """Keep which packs were touched, so that others are reached before them."""
    if touch is not None and touch.packs:
        with bench.store.transaction() as transaction:
            transaction.prove(touch.ledger, ((id, None) for id in touch.packs), bench.now())
