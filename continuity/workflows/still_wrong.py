"""Recall what came back wrong in earlier restore tests, so that the next one looks there again."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.domain.compare import Outcome
from continuity.domain.drills import unanswered
from continuity.domain.evidence import Record, RecordKind
from continuity.domain.facts import JobFacts
from continuity.domain.job import SamplePolicy
from continuity.domain.manifest import Kind
from continuity.domain.plain import list_in, mapping_in, text_in
from continuity.domain.text import shown
from continuity.store.store import Store
from continuity.workflows.manifests import PointRecord
from continuity.workflows.world import Protected, Workbench

_WRONG = frozenset({Outcome.CORRUPT.value, Outcome.MISSING.value, Outcome.METADATA.value})


def with_wrong(
    bench: Workbench,
    protected: Protected,
    facts: JobFacts,
    recalled: PointRecord,
    policy: SamplePolicy,
) -> SamplePolicy:
    """Put what came back wrong, and not right since, into the sample as if its owner had named it.

    Another draw would pass it by, and call the repository good that is not. What the point no
    longer holds is left out, and so are directories, whose name stands for all that is in them.
    """
    wrong = _came_back_wrong(bench.store, protected, facts)
    if not wrong:
        return policy
    held = (
        entry.path
        for entry in bench.shelf.read(recalled.manifest)
        if entry.kind is not Kind.DIRECTORY and shown(entry.path) in wrong
    )
    again = (path.decode("utf-8", "surrogateescape") for path in held)
    return policy.model_copy(update={"always": tuple(dict.fromkeys((*policy.always, *again)))})


def _came_back_wrong(store: Store, protected: Protected, facts: JobFacts) -> frozenset[str]:
    """Give the paths as the record shows them, which no two paths share."""
    places = {protected.job.repository, *(copy.repository for copy in protected.copies)}
    tests = unanswered([run for run in facts.drills if run.identity.repository in places])
    sought = {test.run_id for test in tests}
    found: set[str] = set()
    if not sought:
        return frozenset()
    kinds = (RecordKind.DRILL_FINISHED,)
    for record in store.records(job=facts.job, kinds=kinds, newest_first=True):
        if record.run_id in sought:
            sought.remove(record.run_id)
            found.update(_paths_in(record))
        if not sought:
            break
    return frozenset(found)


def _paths_in(record: Record) -> set[str]:
    findings = [one for one in list_in(record.body, "findings") if isinstance(one, Mapping)]
    wrong = {text_in(one, "path") for one in findings if text_in(one, "class") in _WRONG}
    disagree = list_in(mapping_in(record.body, "ways"), "disagree")
    return wrong | {path for path in disagree if isinstance(path, str)}
