"""How much of a job's newest backup was ever proven, and how long ago."""

from __future__ import annotations

from dataclasses import dataclass

from continuity.domain.coverage import (
    Coverage,
    CoverageQuestion,
    ProvenContent,
    measure_coverage,
)
from continuity.domain.facts import JobFacts, Point
from continuity.workflows.choosing import choose_point
from continuity.workflows.copies import recover_manifest
from continuity.workflows.manifests import recall_point
from continuity.workflows.world import Protected, Workbench


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """The coverage of a job, counted over the manifest of this point."""

    point: Point
    coverage: Coverage


def cover(bench: Workbench, protected: Protected, facts: JobFacts) -> Covered:
    """Count through the newest manifest.

    Raises NoProofError without a point, UnreachableError without its manifest, RecordError for an
    altered one.
    """
    point = choose_point(facts, "newest", "")
    recalled = recall_point(bench, facts.job, point.id)
    recover_manifest(bench, protected, recalled.manifest)
    proven = {
        proof.path: ProvenContent(at=proof.proven_at, sha256=proof.sha256)
        for proof in bench.store.proofs(facts.job)
    }
    question = CoverageQuestion(
        now=bench.now(), within=protected.job.sample.within, began=facts.began
    )
    entries = bench.shelf.read(recalled.manifest)
    return Covered(point=point, coverage=measure_coverage(entries, proven, question))
