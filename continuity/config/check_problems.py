"""Do the checks of a job fit its source?"""

from __future__ import annotations

import os
from collections.abc import Iterator

from continuity.config.draft import Part
from continuity.config.problem import Problem, text_shown, value_shown
from continuity.config.wording import expected_key
from continuity.domain.job import Check, Job
from continuity.domain.text import N_, say
from continuity.sandbox.checks.check import Subject
from continuity.sandbox.checks.registry import check_kinds
from continuity.sources.registry import source_kinds


def check_problems(job: Part[Job]) -> Iterator[Problem]:
    """Look at every check of a job."""
    names: set[str] = set()
    for index, check in enumerate(job.model.checks):
        yield from _unfit(job, index, check)
        yield from _outside(job, index, check)
        if check.name in names:
            place = ("checks", index, "name")
            expected = say(N_("a name that no other check of the job has"))
            yield job.problem(place, expected, value_shown(place, check.name))
        names.add(check.name)


def _unfit(job: Part[Job], index: int, check: Check) -> Iterator[Problem]:
    source = source_kinds()[job.model.source.kind]
    subject = Subject.FILES if source.capture is None else Subject.SERVER
    kinds = check_kinds()
    if subject not in kinds[check.kind].subjects:
        fitting = sorted(name for name, kind in kinds.items() if subject in kind.subjects)
        place = ("checks", index, "kind")
        yield job.problem(place, expected_key(None, fitting), value_shown(place, check.kind))


def _outside(job: Part[Job], index: int, check: Check) -> Iterator[Problem]:
    source = job.model.source
    roots = source_kinds()[source.kind].extent(source).roots
    for path in check_kinds()[check.kind].needs(check).paths or ():
        if not any(path == root or path.startswith(root.rstrip(b"/") + b"/") for root in roots):
            expected = say(N_("a path inside the source's paths"))
            found = say("{path}", path=f'"{text_shown(os.fsdecode(path))}"')
            yield job.problem(("checks", index), expected, found)
