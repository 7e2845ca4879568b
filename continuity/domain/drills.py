"""Which restore tests found the data wrong, and which answer them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from continuity.domain.facts import DrillRun
from continuity.domain.failure import FailureClass
from continuity.domain.verdict import Verdict

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_RESTORED = frozenset({"L3", "L4", "L5"})

# A test that failed for these reasons still found the data right.
_NOT_THE_DATA = frozenset(
    {FailureClass.TARGET_MISSED, FailureClass.RESIDUE, FailureClass.POSSIBLE_ENCRYPTION}
)

ASKED_OF_ALL = frozenset(
    {FailureClass.APPLICATION_CHECK, FailureClass.REVIVAL, FailureClass.DATA_MISMATCH}
)
"""What a test of everything asks beyond the files: one of a sample does not ask it again."""


def latest_drills(drills: Sequence[DrillRun], most: int) -> tuple[DrillRun, ...]:
    """Keep the latest restore tests, and of those before them what nothing answered.

    Of the data that came back wrong in one repository the newest stands for all: what answers it
    answers them.
    """
    older, kept = drills[:-most], drills[-most:]
    if not any(shows_damage(drill) for drill in older):
        return tuple(kept)
    left = unanswered(drills)
    newest: dict[tuple[str, bool], DrillRun] = {}
    for drill in filter(left.__contains__, older):
        asked = drill.identity.repository, _asked_of_all(drill)
        if asked not in newest or _data_of(newest[asked]) <= _data_of(drill):
            newest[asked] = drill
    return (*(drill for drill in older if drill in newest.values()), *kept)


def _asked_of_all(drill: DrillRun) -> bool:
    return drill.full and drill.failure in ASKED_OF_ALL


def _data_of(drill: DrillRun) -> datetime:
    """Say how new data must be to answer; any does where it is not known what was tested."""
    return drill.data_time or _LONG_AGO


def proves(drill: DrillRun) -> bool:
    """Tell whether the restore test brought a restore point back right."""
    return drill.verdict is Verdict.PASS and drill.level in _RESTORED and bool(drill.point)


def shows_damage(drill: DrillRun) -> bool:
    """Tell whether the restore test found the data wrong."""
    return drill.verdict is Verdict.FAIL and drill.failure not in _NOT_THE_DATA


def unanswered(drills: Sequence[DrillRun]) -> list[DrillRun]:
    """List the restore tests that found the data wrong and that nothing answered, latest first.

    One that passes in the same repository answers, of the same data or newer: what came back wrong
    is in every sample until then. What was asked of everything is answered by such a test alone.
    """
    newest: dict[tuple[str, bool], datetime] = {}
    left = []
    for drill in reversed(drills):
        place, data = drill.identity.repository, drill.data_time or drill.at
        # What came back too late came back right.
        if proves(drill) or drill.failure is FailureClass.TARGET_MISSED:
            for whole in {False, drill.full}:
                newest[place, whole] = max(newest.get((place, whole), data), data)
        elif shows_damage(drill):
            passed = newest.get((place, _asked_of_all(drill)))
            if passed is None or (drill.data_time is not None and passed < data):
                left.append(drill)
    return left
