"""Choose the files that are due by the packs in which they lie, and remember which were touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from continuity.domain.coverage import ProvenContent
from continuity.domain.failure import ContinuityError
from continuity.domain.manifest import Entry, Kind, tree_order
from continuity.domain.pack_choice import Memory, Placed, Reach, reach_packs
from continuity.domain.text import N_, Message, say
from continuity.engines.engine import CONTENT_HASHES, Reader
from continuity.witness.lying import (
    Lying,
    TooManyDirectoriesError,
    files_in_packs,
    packs_looked_into,
)
from continuity.witness.repository import Repository
from continuity.workflows.pack_memory import ledger_of
from continuity.workflows.planning import DrillPlan
from continuity.workflows.second_reader import SecondReader
from continuity.workflows.world import Protected, Workbench


def choose_by_packs(
    bench: Workbench, protected: Protected, plan: DrillPlan, reader: SecondReader | None
) -> DrillPlan:
    """Let the packs decide which of the files that are due are taken.

    Where nobody can tell in which packs they lie, the files decide alone, and the plan says why.
    """
    if plan.sample is None or plan.drawing is None or plan.drawing.due == 0:
        return plan
    if reader is None:
        return replace(plan, by_age=_nobody(protected))
    try:
        return _reaching_all(bench, plan, reader) or _chosen(bench, plan, reader.repository())
    except TooManyDirectoriesError as error:
        return replace(plan, by_age=error.what)
    except ContinuityError as error:
        reader.fail(error)
        return replace(plan, by_age=error.what)


def stores_packs(engine: Reader) -> bool:
    """Tell whether an engine keeps files in packs at all."""
    return CONTENT_HASHES in engine.probe().capabilities


def _nobody(protected: Protected) -> Message:
    if not protected.job.sample.independent:
        return say(N_("The job has everything restored by the backup program itself."))
    return say(N_("This storage can be read by the backup program alone."))


def _reaching_all(bench: Workbench, plan: DrillPlan, reader: SecondReader) -> DrillPlan | None:
    """Leave the plan as it is where it reaches every pack anyway: then nothing is looked for.

    To learn where all files lie takes longer than everything else that a second reader does.
    """
    if plan.sample is None:
        return None
    anyway = {*plan.sample.always, *plan.sample.random}
    found = reader.find(plan.snapshot, frozenset(plan.paths or ()))
    repository = reader.repository()
    reached = packs_looked_into(repository, (found[path] for path in anyway if path in found))
    packs = frozenset(repository.index.content_sizes())
    if not packs <= reached:
        return None
    unseen = len(packs.difference(_seen(bench, repository.id)))
    return replace(plan, reach=Reach(packs=packs, reached=packs, unseen=unseen, chosen=0))


def _chosen(bench: Workbench, plan: DrillPlan, repository: Repository) -> DrillPlan:
    if plan.sample is None or plan.drawing is None:
        raise ValueError("a plan without a sample")
    proven = {
        proof.path: ProvenContent(at=proof.proven_at, sha256=proof.sha256)
        for proof in bench.store.proofs(plan.job)
    }
    memory = Memory(proven=proven, seen=_seen(bench, repository.id))
    placed = _placed(bench.shelf.read(plan.manifest), files_in_packs(repository, plan.snapshot))
    sample, reach = reach_packs(plan.sample, placed, plan.drawing, memory)
    return replace(
        plan,
        sample=sample,
        reach=reach,
        paths=tuple(entry.path for entry in sample.entries),
        expected_entries=len(sample.entries),
        expected_bytes=sample.bytes,
    )


def _placed(entries: Iterable[Entry], lying: Iterable[Lying]) -> Iterator[Placed]:
    """Join a manifest with where its files lie; both are in tree order, so memory stays small."""
    rest = iter(lying)
    now = next(rest, None)
    for entry in entries:
        if entry.kind is not Kind.FILE:
            continue
        order = tree_order(entry.path)
        while now is not None and tree_order(now.path) < order:
            now = next(rest, None)
        found = now is not None and now.path == entry.path
        yield Placed(entry, now.packs if found and now is not None else ())


def _seen(bench: Workbench, repository_id: str) -> Mapping[bytes, datetime]:
    """Tell when each pack was last seen: touched by a file, or read back whole."""
    seen: dict[bytes, datetime] = {}
    for ledger in (touched_ledger(repository_id), ledger_of(repository_id)):
        for proof in bench.store.proofs(ledger):
            seen[proof.path] = max(seen.get(proof.path, proof.proven_at), proof.proven_at)
    return seen


def touched_ledger(repository_id: str) -> str:
    """Name the ledger of packs in which a file came back right; no job has such a name.

    It is not that of packs read back whole: a file proves the pieces it is made of, and of the rest
    of a pack no more than that it is there.
    """
    return f"touched:{repository_id}"
