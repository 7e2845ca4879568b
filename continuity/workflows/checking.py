"""Which checks of a job a drill can ask, and what it has to restore for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from continuity.domain.canary import ROW_NAME
from continuity.domain.facts import Canary
from continuity.domain.job import Check, SamplePolicy
from continuity.domain.manifest import Entry
from continuity.sandbox.checks.check import Needs
from continuity.sandbox.checks.sql import SqlCheck
from continuity.workflows.asking import needs_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The checks that a drill asks, and those that need more than it restores."""

    asked: tuple[Check, ...]
    unasked: tuple[Check, ...]


def split_checks(checks: Iterable[Check], *, full: bool) -> Split:
    """Part what can be asked: in a sample, what says which paths it needs."""
    known = tuple((check, full or needs_of(check).paths is not None) for check in checks)
    return Split(
        asked=tuple(check for check, fits in known if fits),
        unasked=tuple(check for check, fits in known if not fits),
    )


def row_checks(rows: Iterable[Canary]) -> tuple[Check, ...]:
    """Make a question of each planted row: whether it still says what was planted."""
    return tuple(
        SqlCheck(kind="sql", name=ROW_NAME, query=row.name, equals=row.digest) for row in rows
    )


def with_needs(
    policy: SamplePolicy, checks: Iterable[Check], manifest: Callable[[], Iterator[Entry]]
) -> SamplePolicy:
    """Put what the checks need into every sample, as if its owner had named it.

    What belongs to it is added where the manifest has it.
    """
    needs = [needs_of(check) for check in checks]
    paths = [path for need in needs for path in need.paths or ()]
    paths += _present(needs, manifest)
    always = dict.fromkeys((*policy.always, *(os.fsdecode(path) for path in paths)))
    return policy.model_copy(update={"always": tuple(always)})


def _present(needs: Iterable[Needs], manifest: Callable[[], Iterator[Entry]]) -> list[bytes]:
    beside = frozenset(path for need in needs for path in need.beside)
    if not beside:
        return []
    return [entry.path for entry in manifest() if entry.path in beside]
