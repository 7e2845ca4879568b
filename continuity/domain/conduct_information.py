"""What must be on the screen where a run stands: whether somebody has to choose, and by what."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from continuity.domain.conduct import StepRun, StepState, Waits
from continuity.domain.conduct_frontier import Stand
from continuity.domain.decision import Decision, InformationItem, RecordItem
from continuity.domain.step_kinds import DecisionStep, decision_of

_CHOSEN = frozenset({Waits.DECISION, Waits.APPROVAL, Waits.CONFIRMATION, Waits.POINT})


def choices(stand: Stand) -> tuple[StepRun, ...]:
    """Give the steps at which somebody has to choose, permit or confirm now."""
    return tuple(
        one
        for one in stand.conduct.steps
        if one.state is StepState.WAITING and one.waits in _CHOSEN
    )


def is_chosen_by_time(stand: Stand, at: datetime) -> bool:
    """Tell whether a decision is taken by its time limit at a moment."""
    return any(
        one.waits is Waits.DECISION and one.due_at is not None and one.due_at <= at
        for one in choices(stand)
    )


def decision_at(stand: Stand, name: str) -> Decision | None:
    """Find the decision that is taken in a step."""
    step = stand.step(name)
    return stand.document.decision(decision_of(step)) if isinstance(step, DecisionStep) else None


def items_at(stand: Stand) -> Collection[InformationItem]:
    """Tell what must be on the screen: what the open decisions ask for, else what the start did.

    Nothing of it is left out where something is permitted or confirmed that is no decision.
    """
    open_now = [decision_at(stand, one.step) for one in choices(stand)]
    asked = [one for one in open_now if one is not None]
    if not asked or len(asked) < len(open_now):
        return stand.document.front.information_pack
    return {item for one in asked for item in one.information}


def keeps_information(stand: Stand) -> bool:
    """Tell whether what was on the screen goes on record."""
    asked = [decision_at(stand, one.step) for one in choices(stand)]
    return any(one is None or RecordItem.INFORMATION in one.record for one in asked)
