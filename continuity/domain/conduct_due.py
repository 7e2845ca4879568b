"""Whether a run has anything to do that nobody has to be there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from continuity.domain.conduct import StepRun
from continuity.domain.conduct_frontier import Stand
from continuity.domain.conduct_passing import settled
from continuity.domain.conduct_program import due_steps, is_repeatable

# Whoever has just acted lets the program do what follows, at their own terminal.
_THEIRS = timedelta(seconds=30)


class Due(StrEnum):
    """TIME: a moment has come. WORK: it is the program's turn, or what did it is gone."""

    NOTHING = "nothing"
    TIME = "time"
    WORK = "work"


def what_is_due(stand: Stand, now: datetime, zone: str, is_gone: Callable[[StepRun], bool]) -> Due:
    """Tell what a run that nobody looks at needs now.

    ``is_gone`` tells of a step that was begun whether the process that does it is gone.
    """
    conduct = stand.conduct
    if conduct.over:
        return Due.NOTHING
    if settled(stand, now, zone):
        return Due.TIME
    if any(one.intent_at is not None and is_gone(one) for one in conduct.steps):
        return Due.WORK
    recent = conduct.latest is not None and timedelta() <= now - conduct.latest < _THEIRS
    return Due.WORK if due_steps(stand) and not recent else Due.NOTHING


def may_be_stopped(stand: Stand) -> bool:
    """Tell whether all that is being done in a run could simply be done again."""
    doing = [one for one in stand.conduct.steps if one.intent_at is not None]
    return all(is_repeatable(stand, one.step) for one in doing)
