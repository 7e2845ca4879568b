"""What the document and the passing of time make of a run, without anybody doing anything."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from continuity.domain.clock import text_from_time
from continuity.domain.condition import truth_of
from continuity.domain.conduct import (
    BROKEN,
    ON,
    OVER,
    Detail,
    Entry,
    Event,
    RunState,
    StepRun,
    StepState,
    Waits,
    Why,
)
from continuity.domain.conduct_changes import after
from continuity.domain.conduct_frontier import (
    Stand,
    exceptions,
    frontier,
    to_undo,
    top_of,
    undoing_with,
    values_of,
    wait_of,
    way_of,
    whole,
)
from continuity.domain.decision import Decision
from continuity.domain.runbook_document import undoing_steps
from continuity.domain.step import DrillWay, condition_in, goto_of, undo_step
from continuity.domain.step_kinds import (
    DecisionStep,
    Step,
    VerifyStep,
    WaitStep,
    decision_of,
)


def settled(stand: Stand, now: datetime, zone: str = "UTC") -> tuple[Entry, ...]:
    """Give everything that follows by itself from where a run stands, at a moment."""
    entries: list[Entry] = []
    while new := passing(stand, now, zone):
        entries += new
        stand = Stand(document=stand.document, conduct=after(stand.conduct, new))
    return tuple(entries)


def passing(stand: Stand, now: datetime, zone: str = "UTC") -> tuple[Entry, ...]:
    """Give the next thing that follows by itself; nothing when people or programs have the ball."""
    conduct = stand.conduct
    if conduct.state in OVER | {RunState.PREPARED}:
        return ()
    if conduct.deadline is not None and now >= conduct.deadline:
        return (Entry(event=Event.TIMED_OUT, at=now),)
    if conduct.state is RunState.PAUSED:
        return ()
    if conduct.undoing:
        return _undoing(stand, now, zone)
    if conduct.after_undo == "abort":
        return (Entry(event=Event.ABORTED, at=now),)
    return _forward(stand, now, zone)


def _forward(stand: Stand, now: datetime, zone: str) -> tuple[Entry, ...]:
    for name in frontier(stand):
        if new := _step_moves(stand, name, now, zone):
            return new
    # Time passes too for the group around a step, and for what somebody put another step before.
    for one in stand.conduct.steps:
        if one.state in ON and (new := _time_passes(stand, one, now)):
            return new
    if all(stand.conduct.of(name).settled for name in stand.conduct.order):
        outcome = RunState.WITH_EXCEPTIONS if exceptions(stand) else RunState.COMPLETED
        return (_entry(Event.FINISHED, now, outcome=outcome.value),)
    return ()


def _entry(event: Event, at: datetime, step: str = "", **details: Detail) -> Entry:
    return Entry(event=event, at=at, step=step, details=details)


def _undoing(stand: Stand, now: datetime, zone: str) -> tuple[Entry, ...]:
    original, name = stand.conduct.undoing[0], undoing_with(stand)
    one = stand.conduct.of(name)
    if name == original:
        return ()
    if not one.settled:
        return _step_moves(stand, name, now, zone)
    done = one.state in {StepState.DONE, StepState.SIMULATED}
    last = stand.conduct.undoing == (original,) and stand.conduct.after_undo != "abort"
    ended = _entry(Event.UNDONE, now, original, done=done)
    return (ended, _entry(Event.PAUSED, now, why=Why.UNDONE.value)) if last else (ended,)


def _step_moves(stand: Stand, name: str, now: datetime, zone: str) -> tuple[Entry, ...]:
    one = stand.conduct.of(name)
    if one.state is StepState.PENDING:
        return _begin(stand, one, now, zone)
    if one.state in BROKEN:
        return _broke(stand, one, now)
    return _time_passes(stand, one, now) if one.state in ON else ()


def _begin(stand: Stand, one: StepRun, now: datetime, zone: str) -> tuple[Entry, ...]:
    step = stand.step(one.step)
    if one.not_before is not None and now < one.not_before:
        return ()
    if step is None:
        return (_entry(Event.BEGUN, now, one.step, waits=Waits.WORK.value),)
    truth = True if step.when is None or one.forced else None
    if step.when is not None and not one.forced:
        truth = truth_of(condition_in(step.when), values_of(stand.conduct))
    if truth is None:
        return (_entry(Event.UNKNOWN, now, one.step, why=Why.CONDITION.value),)
    if not truth:
        return _left_out(stand, one.step, now, Why.CONDITION)
    way = way_of(step, stand.conduct)
    if way is DrillWay.SKIP:
        return _left_out(stand, one.step, now, Why.DRILL)
    if way is DrillWay.SIMULATE:
        return (_entry(Event.SIMULATED, now, one.step),)
    return (_begun(stand, step, one, now, zone),)


def _left_out(stand: Stand, name: str, now: datetime, why: Why) -> tuple[Entry, ...]:
    return tuple(
        _entry(Event.SKIPPED, now, each, why=why.value) for each in whole(stand, (name,))[::-1]
    )


def _begun(stand: Stand, step: Step, one: StepRun, now: datetime, zone: str) -> Entry:
    moments = {
        "deadline": None if step.timeout is None else now + step.timeout,
        "timebox": None if step.timebox is None else now + step.timebox,
        "due": _due(stand, step, now, zone),
    }
    written = {name: text_from_time(at) for name, at in moments.items() if at is not None}
    waits = wait_of(step, one, stand.conduct)
    return _entry(Event.BEGUN, now, step.id, waits=waits.value, **written)


def _due(stand: Stand, step: Step, now: datetime, zone: str) -> datetime | None:
    if isinstance(step, VerifyStep):
        return now + step.until
    if isinstance(step, DecisionStep):
        decision = stand.document.decision(decision_of(step))
        within = None if decision is None else decision.decide_within
        return None if within is None else now + within
    if isinstance(step, WaitStep):
        return end_of_wait(step, now, zone)
    return None


def end_of_wait(step: WaitStep, now: datetime, zone: str) -> datetime:
    """Tell when a wait that begins now is over; a time without a day is the next one."""
    if step.lasts is not None:
        return now + step.lasts
    text = step.until or ""
    place = ZoneInfo(zone)
    if len(text) > len("07:00"):
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=place)
    today = now.astimezone(place).date()
    moment = datetime.combine(today, time.fromisoformat(text), place)
    if moment > now:
        return moment
    return datetime.combine(today + timedelta(days=1), time.fromisoformat(text), place)


def _time_passes(stand: Stand, one: StepRun, now: datetime) -> tuple[Entry, ...]:
    if one.waits is Waits.STEPS and _members_settled(stand, one.step):
        return (_entry(Event.RESULT, now, one.step, outcome=StepState.DONE.value),)
    due = one.due_at is not None and now >= one.due_at
    if due and one.waits is Waits.TIMER:
        return (_entry(Event.RESULT, now, one.step, outcome=StepState.DONE.value),)
    if due and one.waits is Waits.DECISION:
        return _undecided(stand, one, now)
    if one.deadline is not None and now >= one.deadline and one.intent_at is None:
        return (_entry(Event.RESULT, now, one.step, outcome=StepState.TIMED_OUT.value),)
    if one.timebox_at is not None and now >= one.timebox_at and not one.asked:
        return (_entry(Event.ASKED, now, one.step),)
    return ()


def _members_settled(stand: Stand, name: str) -> bool:
    return all(stand.conduct.of(each).settled for each in whole(stand, (name,))[1:])


def _undecided(stand: Stand, one: StepRun, now: datetime) -> tuple[Entry, ...]:
    step = stand.step(one.step)
    decision = (
        stand.document.decision(decision_of(step)) if isinstance(step, DecisionStep) else None
    )
    if decision is None or decision.if_unreachable is None:
        return ()
    option = decision.if_unreachable.option
    if option is None:
        return (_entry(Event.WIDENED, now, one.step),)
    return decided(stand, one.step, decision, option, Entry(event=Event.DECIDED, at=now))


def decided(
    stand: Stand, name: str, decision: Decision, option: str, said: Entry
) -> tuple[Entry, ...]:
    """Give what a choice does; ``said`` carries who chose and why, nobody for the default."""
    chosen = next(one for one in decision.options if one.id == option)
    needs = chosen.needs == "approval"
    details: dict[str, Detail] = {
        **said.details,
        "decision": decision.id,
        "option": option,
        "value": json.dumps(option),
        "default": not said.by,
        "needs_approval": needs,
    }
    entry = Entry(
        event=Event.DECIDED,
        at=said.at,
        step=name,
        by=said.by,
        reason=said.reason,
        objections=said.objections,
        details=details,
    )
    if needs or chosen.goto is None:
        return (entry,)
    return (entry, *jumped(stand, name, chosen.goto, said.at))


def jumped(stand: Stand, name: str, target: str, now: datetime) -> tuple[Entry, ...]:
    """Give the jump from a step to another: what lies between is left out, or done again."""
    order = stand.conduct.order
    here, there = (order.index(top_of(stand, each)) for each in (name, target))
    if there > here:
        between = whole(stand, order[here:there])
        left_out = tuple(
            each for each in between if each != name and not stand.conduct.of(each).settled
        )
        if here + 1 == there and not left_out:
            return _passed_by(stand, name, now)
        return (_entry(Event.JUMPED, now, name, to=target, skipped=left_out),)
    again = whole(stand, order[there : here + 1])
    return (_entry(Event.JUMPED, now, name, to=target, again=again),)


def _passed_by(stand: Stand, name: str, now: datetime) -> tuple[Entry, ...]:
    broken = stand.conduct.of(name).state in BROKEN
    return (_entry(Event.PASSED, now, name),) if broken else ()


def _broke(stand: Stand, one: StepRun, now: datetime) -> tuple[Entry, ...]:
    step = stand.step(one.step)
    if step is None:
        return _pause(stand, one, now)
    if one.state is StepState.TIMED_OUT and step.on_timeout != "fail":
        target = goto_of(step.on_timeout)
        return _pause(stand, one, now) if target is None else jumped(stand, step.id, target, now)
    if step.retries is not None and one.attempts <= step.retries.most:
        again = text_from_time(now + step.retries.delay)
        return (_entry(Event.RETRIED, now, step.id, not_before=again),)
    return _given_up(stand, step, one, now)


def _given_up(stand: Stand, step: Step, one: StepRun, now: datetime) -> tuple[Entry, ...]:
    target = goto_of(step.on_failure)
    undoing = step.id in undoing_steps(stand.document.steps)
    if target is not None and not undoing:
        return jumped(stand, step.id, target, now)
    if step.on_failure == "continue":
        return (_entry(Event.PASSED, now, step.id),)
    if step.on_failure == "undo" and not undoing:
        return undo_begun(stand, now, "pause") or _pause(stand, one, now)
    return _pause(stand, one, now)


def _pause(_stand: Stand, one: StepRun, now: datetime) -> tuple[Entry, ...]:
    return (_entry(Event.PAUSED, now, one.step, why=Why.FAILED.value),)


def undo_begun(stand: Stand, now: datetime, then: str) -> tuple[Entry, ...]:
    """Give the beginning of taking everything back; nothing where nothing can be."""
    steps = to_undo(stand)
    if not steps:
        return ()
    found = (stand.step(name) for name in steps)
    by_steps = tuple(name for step in found if step and (name := undo_step(step)))
    return (_entry(Event.UNDO_BEGUN, now, steps=steps, by_steps=by_steps, then=then),)
