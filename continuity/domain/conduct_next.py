"""What is to be done next in a run: by whom, since when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from continuity.domain.conduct import (
    BROKEN,
    OVER,
    Mode,
    RunState,
    StepRun,
    StepState,
    Waits,
    Why,
)
from continuity.domain.conduct_frontier import (
    Stand,
    deciders,
    frontier,
    people_in,
    people_of_side,
    wait_of,
)
from continuity.domain.step import Side
from continuity.domain.step_kinds import ApprovalStep


class Doing(StrEnum):
    """What is to be done; all but PERFORM and REST are for people."""

    PERFORM = "perform"
    REST = "rest"
    WORK = "work"
    DECIDE = "decide"
    APPROVE = "approve"
    CONFIRM = "confirm"
    CHOOSE_DRILL = "choose-drill"
    CHOOSE_POINT = "choose-point"
    ANSWER = "answer"
    GO_ON = "go-on"
    CHOOSE = "choose"
    RESUME = "resume"
    TAKE_OVER = "take-over"
    FOLLOW = "follow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One thing to be done next.

    ``people`` may do it; anybody where it is empty. ``holder`` has taken it, until ``lease_until``.
    ``until`` is when it goes on, or fails, without them. ``child`` is the run that it waits for.
    """

    doing: Doing
    step: str = ""
    people: tuple[str, ...] = ()
    holder: str = ""
    since: datetime | None = None
    until: datetime | None = None
    child: str = ""


def next_actions(stand: Stand, now: datetime) -> tuple[Action, ...]:
    """Tell what is next. Nothing only when the run is over; what time makes happen was seen to."""
    conduct = stand.conduct
    if conduct.state in OVER | {RunState.PREPARED}:
        return ()
    actions: list[Action] = []
    if conduct.offered_to:
        actions.append(Action(doing=Doing.TAKE_OVER, people=(conduct.offered_to,)))
    if conduct.state is RunState.PAUSED:
        return (*actions, _paused(stand))
    for name in frontier(stand):
        one = conduct.of(name)
        actions.append(_action(stand, one, now))
        if one.asked:
            actions.append(Action(doing=Doing.GO_ON, step=name, since=one.timebox_at))
    return tuple(actions)


def _paused(stand: Stand) -> Action:
    conduct = stand.conduct
    if conduct.why in {Why.FAILED, Why.UNDONE}:
        broken = [one.step for one in conduct.steps if one.state in BROKEN and not one.passed]
        return Action(doing=Doing.CHOOSE, step=next(iter(broken), ""))
    return Action(doing=Doing.RESUME)


_DOING = {
    Waits.NOTHING: Doing.PERFORM,
    Waits.WORK: Doing.WORK,
    Waits.DECISION: Doing.DECIDE,
    Waits.APPROVAL: Doing.APPROVE,
    Waits.CONFIRMATION: Doing.CONFIRM,
    Waits.DRILL: Doing.CHOOSE_DRILL,
    Waits.POINT: Doing.CHOOSE_POINT,
    Waits.TIMER: Doing.REST,
    Waits.STEPS: Doing.REST,
    Waits.RUN: Doing.FOLLOW,
}


def _action(stand: Stand, one: StepRun, now: datetime) -> Action:
    leased = one.lease_until is not None and now < one.lease_until
    moments = [moment for moment in (one.due_at, one.deadline, one.not_before) if moment]
    return Action(
        doing=_doing(stand, one),
        step=one.step,
        people=who_may(stand, one.step),
        holder=one.holder if leased else "",
        since=one.begun_at,
        until=min(moments, default=None),
        child=one.child,
    )


def _doing(stand: Stand, one: StepRun) -> Doing:
    if one.state is StepState.UNKNOWN:
        return Doing.ANSWER
    if one.step in stand.conduct.undoing:
        return Doing.WORK
    if one.state is StepState.PENDING:
        if one.not_before is not None:
            return Doing.REST
        return _DOING[wait_of(stand.step(one.step), one, stand.conduct)]
    return _DOING[one.waits]


def who_may(stand: Stand, name: str) -> tuple[str, ...]:
    """Name who is meant to do what a step waits for; nobody in particular where it is empty.

    Who decides is named in turn: the first first, then the deputies.
    """
    one, step = stand.conduct.of(name), stand.step(name)
    front = stand.document.front
    if step is None:
        return ()
    if one.waits is Waits.DECISION:
        return deciders(stand, name)
    if one.waits is Waits.APPROVAL:
        return tuple(sorted(approvers(stand, name)))
    talked = stand.conduct.mode is Mode.TABLE_TOP
    return () if talked else tuple(sorted(people_in(front, (step.owner,))))


def approvers(stand: Stand, name: str) -> frozenset[str]:
    """Name who may permit something now; never who asks for it or has permitted it already."""
    one, step = stand.conduct.of(name), stand.step(name)
    front = stand.document.front
    if isinstance(step, ApprovalStep):
        return people_in(front, step.roles) - set(one.approvers)
    if one.choice:
        took = next((take.by for take in stand.conduct.taken[::-1]), "")
        return people_in(front, front.roles) - {took}
    firm, provider = (people_of_side(front, side) for side in ("internal", "provider"))
    if step is not None and step.side is Side.JOINT and one.holder in firm and provider:
        return provider
    return firm - {one.holder}


_COMMANDS = {
    Doing.PERFORM: "continuity runbook carry-on {run}",
    Doing.REST: "continuity runbook carry-on {run}",
    Doing.WORK: "continuity runbook done {run} {step}",
    Doing.DECIDE: "continuity runbook decide {run} {step} OPTION --note …",
    Doing.APPROVE: "continuity runbook approve {run} {step}",
    Doing.CONFIRM: "continuity runbook confirm {run} {step} --system NAME",
    Doing.CHOOSE_DRILL: "continuity runbook answer {run} {step} run|simulate",
    Doing.CHOOSE_POINT: "continuity runbook answer {run} {step} POINT [--unproven]",
    Doing.ANSWER: "continuity runbook answer {run} {step} done|not-done|repeat",
    Doing.GO_ON: "continuity runbook answer {run} {step} go-on",
    Doing.CHOOSE: "continuity runbook retry|skip|abort {run} {step}",
    Doing.RESUME: "continuity runbook resume {run}",
    Doing.TAKE_OVER: "continuity runbook hand-over {run}",
    Doing.FOLLOW: "continuity runbook status {child}",
}


def command_of(action: Action, run: str) -> str:
    """Give the command of what is next."""
    return _COMMANDS[action.doing].format(run=run, step=action.step, child=action.child)
