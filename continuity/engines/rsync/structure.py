"""Check that points, generations and ``latest`` agree, and read files back."""

from __future__ import annotations

import os
from collections.abc import Iterator

from continuity.domain.failure import DamagedError
from continuity.domain.text import N_, Message, say, shown
from continuity.engines.engine import CheckResult, OnProgress, Slice
from continuity.engines.rsync.repository import Repository
from continuity.engines.rsync.tree import Reader


def check(
    repository: Repository, part: Slice | None, timeout: float, on_progress: OnProgress
) -> CheckResult:
    """Look at the structure and, with a slice, at those stored bytes."""
    problems = [*_disagreements(repository), *_unreadable_points(repository)]
    if part is not None:
        reader = Reader(part, timeout, on_progress)
        for snapshot in sorted(repository.published(), reverse=True):
            reader.read(repository.generations / snapshot)
        problems += reader.problems
    return CheckResult(sound=not problems, read=part, problems=tuple(problems))


def _disagreements(repository: Repository) -> Iterator[Message]:
    published = repository.published()
    withdrawn = set(repository.withdrawn())
    for name in sorted(os.listdir(repository.points_folder)):
        if not name.startswith(".") and name.removesuffix(".json") not in published:
            yield say(N_("The generation of {name} is missing."), name=shown(os.fsencode(name)))
    for name in sorted(os.listdir(repository.generations)):
        if not name.startswith(".") and name not in published | withdrawn:
            yield say(N_("The generation {name} has no point."), name=shown(os.fsencode(name)))
    newest = max(published, default=None)
    if repository.latest_id() != newest:
        yield say(N_("The link named latest does not lead to the newest generation."))


def _unreadable_points(repository: Repository) -> Iterator[Message]:
    for snapshot in sorted(repository.published()):
        try:
            repository.point(snapshot)
        except DamagedError as error:
            yield error.what
