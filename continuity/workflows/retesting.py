"""Run the test that can show that an incident is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from continuity.domain.drills import ASKED_OF_ALL
from continuity.domain.evidence import RecordKind
from continuity.domain.plain import flag_in, mapping_in, text_in
from continuity.domain.reading import outcome_in
from continuity.domain.retest import Retest, Way
from continuity.workflows.backup import back_up
from continuity.workflows.drill import drill
from continuity.workflows.history import read_history
from continuity.workflows.planning import DrillRequest
from continuity.workflows.reading_back import read_back
from continuity.workflows.retire import retire
from continuity.workflows.running import Ended
from continuity.workflows.world import Protected, Watch, Workbench


def run_retest(
    bench: Workbench, protected: Protected, wanted: Retest, evidence: int, watch: Watch
) -> Ended | None:
    """Run one test as the operator would; None when there was nothing to do.

    ``evidence`` is the record of the failure: what was drawn at random then is drawn again, so that
    luck cannot pass for a repair. Raises ConflictError when the job is busy.
    """
    facts = read_history(bench, protected.job.name)
    copy = wanted.copy or protected.job.repository
    match wanted.way:
        case Way.BACKUP:
            return back_up(bench, protected, facts, watch)
        case Way.DRILL | Way.FULL_DRILL:
            body = _failed(bench, evidence)
            request = DrillRequest(
                full=wanted.way is Way.FULL_DRILL or _asked_of_all(body),
                copy=copy,
                seed=text_in(mapping_in(body, "sample"), "seed") or None,
            )
            return drill(bench, protected, facts, request, watch)
        case Way.READ_BACK:
            return read_back(bench, protected, facts, watch)
        case Way.RETENTION:
            return retire(bench, protected, facts, watch)
        case _:
            assert_never(wanted.way)


def _failed(bench: Workbench, evidence: int) -> Mapping[str, object]:
    """Read what the restore test that failed recorded; nothing where it was no such test."""
    record = next(iter(bench.store.records(after=evidence - 1, limit=1)), None)
    if evidence < 1 or record is None or record.kind is not RecordKind.DRILL_FINISHED:
        return {}
    return record.body


def _asked_of_all(body: Mapping[str, object]) -> bool:
    return flag_in(body, "full") and outcome_in(body)[1] in ASKED_OF_ALL
