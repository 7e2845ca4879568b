"""Where a run stands in its document: what is on now, what it waits for, who may do it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from continuity.domain.condition import Value
from continuity.domain.conduct import Conduct, Mode, StepRun, StepState, Waits, Why
from continuity.domain.runbook import Role, Runbook
from continuity.domain.runbook_document import RunbookDocument, undoing_steps
from continuity.domain.step import DrillWay, Risk, drill_way, undo_step
from continuity.domain.step_kinds import (
    OVER,
    ApprovalStep,
    CommandStep,
    DecisionStep,
    GroupStep,
    ManualStep,
    NotifyStep,
    RestoreStep,
    RunbookStep,
    Step,
    VerifyStep,
    WaitStep,
    decision_of,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """A run and the document it follows."""

    document: RunbookDocument
    conduct: Conduct

    def step(self, name: str) -> Step | None:
        """Find a step of the document; None for one that somebody inserted."""
        return self.document.step(name)


def values_of(conduct: Conduct) -> Mapping[str, Value]:
    """Give what conditions and arguments may use now."""
    ended = {
        f"steps.{one.step}": one.state.value
        for one in conduct.steps
        if one.settled or one.state is StepState.UNKNOWN
    }
    known = {one.name: json.loads(one.text) for one in conduct.values}
    return {**ended, **known, "mode": conduct.mode.value, "urgent": conduct.urgent}


def frontier(stand: Stand) -> tuple[str, ...]:
    """Name the steps that are on now, or would be next; several in a parallel group."""
    conduct = stand.conduct
    if conduct.undoing:
        return (undoing_with(stand),)
    name = next((name for name in conduct.order if not conduct.of(name).settled), None)
    if name is None:
        return ()
    step = stand.step(name)
    if isinstance(step, GroupStep) and conduct.of(name).state is StepState.WAITING:
        return _members(stand, step) or (name,)
    return (name,)


def _members(stand: Stand, group: GroupStep) -> tuple[str, ...]:
    left = [name for name in group.steps if not stand.conduct.of(name).settled]
    if not group.parallel:
        return tuple(left[:1])
    return tuple(name for name in left if not set(_needs(stand, name)) & set(left))


def _needs(stand: Stand, name: str) -> tuple[str, ...]:
    step = stand.step(name)
    return () if step is None else step.needs


def undoing_with(stand: Stand) -> str:
    """Name what takes back the next step to be undone: a step, or itself where words say how."""
    name = stand.conduct.undoing[0]
    step = stand.step(name)
    return (undo_step(step) if step is not None else None) or name


def to_undo(stand: Stand) -> tuple[str, ...]:
    """Name the steps that were done and can be taken back, the last one first."""
    done = [one for one in stand.conduct.steps if one.state is StepState.DONE]
    latest_first = sorted(done, key=lambda one: -one.ended)
    apart = undoing_steps(stand.document.steps)
    return tuple(one.step for one in latest_first if one.step not in apart and _undo(stand, one))


def _undo(stand: Stand, one: StepRun) -> str | None:
    step = stand.step(one.step)
    return None if step is None else step.undo


def whole(stand: Stand, names: Iterable[str]) -> tuple[str, ...]:
    """Name steps together with the members of those that are groups."""
    found: list[str] = []
    for name in names:
        step = stand.step(name)
        found += [name, *(step.steps if isinstance(step, GroupStep) else ())]
    return tuple(found)


def top_of(stand: Stand, name: str) -> str:
    """Name the step in the order of the run that a step is, or is a member of."""
    return next((top for top in stand.conduct.order if name in whole(stand, (top,))), name)


def way_of(step: Step, conduct: Conduct) -> DrillWay:
    """Tell what becomes of a step in this run."""
    if conduct.mode is Mode.REAL:
        return DrillWay.RUN
    if isinstance(step, RestoreStep) and step.target in OVER:
        # Whatever is written: what is only practised never touches production.
        return DrillWay.SKIP if step.drill is DrillWay.SKIP else DrillWay.SIMULATE
    leads = DecisionStep | ApprovalStep | GroupStep | RunbookStep
    if isinstance(step, leads) and step.drill is None:
        return DrillWay.RUN
    if conduct.mode is Mode.TABLE_TOP:
        talked = isinstance(step, ManualStep | leads)
        return DrillWay.RUN if talked else DrillWay.SIMULATE
    if isinstance(step, RestoreStep) and step.target == "sandbox" and step.drill is None:
        return DrillWay.RUN
    way = drill_way(step)
    return DrillWay.RUN if way is DrillWay.ASK and conduct.mode is Mode.FULL else way


def wait_of(step: Step | None, one: StepRun, conduct: Conduct) -> Waits:
    """Tell what a step that begins, or was cleared of something, waits for next."""
    if step is None:
        return Waits.WORK
    before = {
        Waits.DRILL: way_of(step, conduct) is DrillWay.ASK,
        Waits.CONFIRMATION: _is_destructive(step, conduct),
        Waits.POINT: isinstance(step, RestoreStep) and step.point == "ask",
    }
    kept = (waits for waits, wanted in before.items() if wanted and waits not in one.cleared)
    return next(kept, _own_wait(step))


def _is_destructive(step: Step, conduct: Conduct) -> bool:
    talked = conduct.mode is Mode.TABLE_TOP
    return step.risk is Risk.DESTRUCTIVE and not talked


def _own_wait(step: Step) -> Waits:
    match step:
        case ManualStep():
            return Waits.WORK
        case DecisionStep():
            return Waits.DECISION
        case ApprovalStep():
            return Waits.APPROVAL
        case WaitStep():
            return Waits.TIMER
        case GroupStep():
            return Waits.STEPS
        case _:
            return Waits.NOTHING if _is_for_the_program(step) else Waits.WORK


def _is_for_the_program(step: Step) -> bool:
    """Tell what the program does itself; the rest is for people, with the words of the step."""
    if isinstance(step, VerifyStep):
        return step.probe.asked is None
    return isinstance(step, CommandStep | NotifyStep | RestoreStep | RunbookStep)


def people_in(front: Runbook, roles: Iterable[str]) -> frozenset[str]:
    """Name everybody who has one of these parts."""
    parts = [front.roles[name] for name in roles if name in front.roles]
    return frozenset(person for part in parts for person in (part.primary, *part.deputies))


def people_of_side(front: Runbook, side: str) -> frozenset[str]:
    """Name everybody of the firm, or of its provider."""
    parts: list[Role] = [part for part in front.roles.values() if part.side == side]
    return frozenset(person for part in parts for person in (part.primary, *part.deputies))


def deciders(stand: Stand, name: str) -> tuple[str, ...]:
    """Name who may decide in a step now, in the order in which they are asked."""
    step = stand.step(name)
    if not isinstance(step, DecisionStep):
        return ()
    decision = stand.document.decision(decision_of(step))
    if decision is None:
        return ()
    unreachable = decision.if_unreachable
    roles = decision.decides
    if stand.conduct.of(name).widened and unreachable and unreachable.decides:
        roles = (*roles, unreachable.decides)
    known = stand.document.front.roles
    parts = [known[one] for one in roles if one in known]
    return tuple(dict.fromkeys(who for part in parts for who in (part.primary, *part.deputies)))


def systems_of(document: RunbookDocument) -> tuple[str, ...]:
    """Name what may be typed to confirm that something is destroyed: a system, else the runbook."""
    return systems_in(document.front) or (document.front.id,)


def systems_in(front: Runbook) -> tuple[str, ...]:
    """Name the systems that a runbook is about."""
    named = {*front.scope.systems, *front.targets, *(place.system for place in front.order)}
    return tuple(sorted(named))


def exceptions(stand: Stand) -> tuple[str, ...]:
    """Name the critical steps that were neither done nor left out by the runbook itself."""
    apart = undoing_steps(stand.document.steps)
    return tuple(
        step.id
        for step in stand.document.steps
        if step.critical and step.id not in apart and not _is_well(stand.conduct.of(step.id))
    )


def _is_well(one: StepRun) -> bool:
    if one.state is StepState.SKIPPED:
        return one.why in {Why.CONDITION, Why.JUMP, Why.DRILL}
    return one.state in {StepState.DONE, StepState.SIMULATED}
