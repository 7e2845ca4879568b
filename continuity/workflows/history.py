"""What the record says of one job."""

from __future__ import annotations

from continuity.domain.facts import Facts, JobFacts
from continuity.domain.folding import fold_all
from continuity.workflows.world import Workbench


def read_history(bench: Workbench, job: str) -> JobFacts:
    """Fold a job's own records, each with its hash found right; raises RecordError."""
    return fold_all(Facts(), bench.store.records(job=job)).of(job)
