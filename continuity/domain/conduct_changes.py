"""What each entry does to a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from continuity.domain.conduct import (
    Conduct,
    Entry,
    Event,
    Inserted,
    Known,
    Mode,
    RunState,
    StepRun,
    StepState,
    Taken,
    Waits,
    Why,
)
from continuity.domain.conduct_details import flag_in, mapping_in, moment_in, text_in, texts_in
from continuity.domain.conduct_step_changes import (
    begun,
    claimed,
    gone_on,
    intent,
    let_go,
    unknown,
)

_MOVING = frozenset({RunState.RUNNING, RunState.WAITING})
_Apply = Callable[[Conduct, Entry], Conduct]


def after(conduct: Conduct, entries: Iterable[Entry]) -> Conduct:
    """Apply entries in order; each counts as one version."""
    for entry in entries:
        changed = _APPLY[entry.event](conduct, entry)
        later = replace(changed, version=conduct.version + 1, latest=entry.at)
        conduct = _standing(later)
    return conduct


def _standing(conduct: Conduct) -> Conduct:
    if conduct.state not in _MOVING:
        return conduct
    states = {one.state for one in conduct.steps}
    waits = bool(states & {StepState.WAITING, StepState.UNKNOWN})
    waiting = StepState.RUNNING not in states and waits
    return replace(conduct, state=RunState.WAITING if waiting else RunState.RUNNING)


def _with(conduct: Conduct, changed: StepRun) -> Conduct:
    steps = tuple(changed if one.step == changed.step else one for one in conduct.steps)
    return replace(conduct, steps=steps)


def _learned(conduct: Conduct, values: Mapping[str, str]) -> Conduct:
    kept = tuple(one for one in conduct.values if one.name not in values)
    new = tuple(Known(name=name, text=text) for name, text in sorted(values.items()))
    return replace(conduct, values=(*kept, *new))


def _started(conduct: Conduct, entry: Entry) -> Conduct:
    number = entry.details.get("incident")
    fresh = replace(
        conduct,
        runbook=text_in(entry, "runbook"),
        hash=text_in(entry, "hash"),
        mode=Mode(text_in(entry, "mode")),
        urgent=flag_in(entry, "urgent"),
        incident=number if isinstance(number, int) else 0,
        parent=text_in(entry, "parent"),
        systems=texts_in(entry, "systems"),
        state=RunState.RUNNING,
        started_at=entry.at,
        deadline=moment_in(entry, "deadline"),
        commander=entry.by,
        order=texts_in(entry, "order"),
        steps=tuple(StepRun(step=name) for name in texts_in(entry, "steps")),
    )
    where = mapping_in(entry, "secrets")
    kept = tuple(Known(name=name, text=text) for name, text in sorted(where.items()))
    return _learned(replace(fresh, secrets=kept), mapping_in(entry, "values"))


def _ended(conduct: Conduct, entry: Entry, state: StepState, why: Why = Why.NOTHING) -> Conduct:
    one = replace(
        conduct.of(entry.step),
        state=state,
        why=why,
        waits=Waits.NOTHING,
        holder="",
        lease_until=None,
        intent_at=None,
        process="",
        ended_at=entry.at,
        ended=conduct.version + 1,
        given=_given(conduct.of(entry.step), entry),
    )
    return _with(conduct, one)


def _given(one: StepRun, entry: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one.given, *texts_in(entry, "evidence"))))


def _result(conduct: Conduct, entry: Entry) -> Conduct:
    learned = _learned(conduct, mapping_in(entry, "outputs"))
    return _ended(learned, entry, StepState(text_in(entry, "outcome")))


def _held(conduct: Conduct, entry: Entry) -> Conduct:
    """What the program did, or found out, does not end it: now it is for people, or for time."""
    old = conduct.of(entry.step)
    one = replace(
        old,
        state=StepState.WAITING,
        waits=Waits(text_in(entry, "waits")),
        intent_at=None,
        process="",
        given=_given(old, entry),
        child=text_in(entry, "child"),
    )
    return _with(_learned(conduct, mapping_in(entry, "outputs")), one)


def _decided(conduct: Conduct, entry: Entry) -> Conduct:
    decision, option = text_in(entry, "decision"), text_in(entry, "option")
    taken = Taken(decision=decision, option=option, at=entry.at, by=entry.by)
    known = replace(conduct, taken=(*conduct.taken, taken))
    one = replace(known.of(entry.step), choice=option, approvers=())
    if flag_in(entry, "needs_approval"):
        return _with(known, replace(one, waits=Waits.APPROVAL, due_at=None))
    known = _learned(known, {f"decisions.{decision}": text_in(entry, "value")})
    return _ended(_with(known, one), entry, StepState.DONE)


def _approved(conduct: Conduct, entry: Entry) -> Conduct:
    one = conduct.of(entry.step)
    one = replace(one, approvers=(*one.approvers, entry.by))
    if not flag_in(entry, "enough"):
        return _with(conduct, one)
    known = _learned(conduct, mapping_in(entry, "outputs"))
    return _ended(_with(known, one), entry, StepState.DONE)


def _confirmed(conduct: Conduct, entry: Entry) -> Conduct:
    one = conduct.of(entry.step)
    waits = Waits(text_in(entry, "waits"))
    changed = replace(
        one,
        state=StepState.WAITING if waits else StepState.RUNNING,
        waits=waits,
        holder=entry.by if flag_in(entry, "did") else one.holder,
        given=_given(one, entry),
        choice=text_in(entry, "choice") or one.choice,
        repository=text_in(entry, "repository") or one.repository,
        cleared=(*one.cleared, text_in(entry, "cleared")),
    )
    return _with(_learned(conduct, mapping_in(entry, "outputs")), changed)


def _deviated(conduct: Conduct, entry: Entry) -> Conduct:
    new = Inserted(step=entry.step, author=entry.by, text=entry.reason)
    where = conduct.order.index(text_in(entry, "before")) if text_in(entry, "before") else None
    order = list(conduct.order)
    order.insert(len(order) if where is None else where, entry.step)
    return replace(
        conduct,
        order=tuple(order),
        steps=(*conduct.steps, StepRun(step=entry.step)),
        inserted=(*conduct.inserted, new),
    )


def _retried(conduct: Conduct, entry: Entry) -> Conduct:
    old = conduct.of(entry.step)
    fresh = StepRun(
        step=old.step,
        attempts=old.attempts,
        begun_at=old.begun_at,
        cleared=() if entry.by else old.cleared,
        forced=old.forced or flag_in(entry, "forced"),
        choice=old.choice,
        repository=text_in(entry, "repository") or old.repository,
        holder=old.holder,
        lease_until=old.lease_until,
        not_before=moment_in(entry, "not_before"),
        # A crash neither loses nor extends a deadline; a person's new try begins a new one.
        deadline=old.deadline if flag_in(entry, "same_deadline") else None,
        timebox_at=old.timebox_at if flag_in(entry, "same_deadline") else None,
        due_at=old.due_at if flag_in(entry, "same_deadline") else None,
    )
    return _moving(_with(conduct, fresh), entry)


def _moving(conduct: Conduct, _entry: Entry) -> Conduct:
    return replace(conduct, state=RunState.RUNNING, why=Why.NOTHING)


def _jumped(conduct: Conduct, entry: Entry) -> Conduct:
    left_out, again = texts_in(entry, "skipped"), texts_in(entry, "again")
    for name in left_out:
        conduct = _ended(conduct, replace(entry, step=name), StepState.SKIPPED, Why.JUMP)
    steps = tuple(StepRun(step=one.step) if one.step in again else one for one in conduct.steps)
    moved = _moving(replace(conduct, steps=steps), entry)
    come_from = moved.of(entry.step)
    return _with(moved, replace(come_from, passed=True)) if entry.step not in again else moved


def _undo_begun(conduct: Conduct, entry: Entry) -> Conduct:
    again = texts_in(entry, "by_steps")
    steps = tuple(StepRun(step=one.step) if one.step in again else one for one in conduct.steps)
    fresh = replace(conduct, steps=steps, undoing=texts_in(entry, "steps"))
    return _moving(replace(fresh, after_undo=text_in(entry, "then")), entry)


def _undone(conduct: Conduct, entry: Entry) -> Conduct:
    one = conduct.of(entry.step)
    if flag_in(entry, "done"):
        one = replace(one, state=StepState.CANCELLED, undone=True)
    left = tuple(name for name in conduct.undoing if name != entry.step)
    return replace(_with(conduct, one), undoing=left)


def _over(conduct: Conduct, entry: Entry, state: RunState) -> Conduct:
    return replace(
        conduct,
        state=state,
        why=Why(text_in(entry, "why")),
        ended_at=entry.at,
        steps=tuple(map(let_go, conduct.steps)),
        undoing=(),
    )


def _how_aborted(entry: Entry) -> RunState:
    interrupted = text_in(entry, "why") == Why.INTERRUPTED
    return RunState.INTERRUPTED if interrupted else RunState.ABORTED


def _on_step(change: Callable[[StepRun, Entry], StepRun]) -> _Apply:
    return lambda conduct, entry: _with(conduct, change(conduct.of(entry.step), entry))


_APPLY: Mapping[Event, _Apply] = {
    Event.STARTED: _started,
    Event.CLAIMED: _on_step(claimed),
    Event.BEGUN: _on_step(begun),
    Event.INTENT: _on_step(intent),
    Event.RESULT: _result,
    Event.HELD: _held,
    Event.SKIPPED: lambda one, entry: _ended(
        one, entry, StepState.SKIPPED, Why(text_in(entry, "why"))
    ),
    Event.SIMULATED: lambda one, entry: _ended(one, entry, StepState.SIMULATED, Why.DRILL),
    Event.DECIDED: _decided,
    Event.WIDENED: _on_step(lambda one, _entry: replace(one, widened=True, due_at=None)),
    Event.APPROVED: _approved,
    Event.CONFIRMED: _confirmed,
    Event.OFFERED: lambda one, entry: replace(one, offered_to=entry.whom),
    Event.HANDED_OVER: lambda one, entry: replace(one, commander=entry.by, offered_to=""),
    Event.DEVIATED: _deviated,
    Event.PAUSED: lambda one, entry: replace(
        one, state=RunState.PAUSED, why=Why(text_in(entry, "why"))
    ),
    Event.RESUMED: _moving,
    Event.ASKED: _on_step(lambda one, _entry: replace(one, asked=True)),
    Event.GONE_ON: _on_step(gone_on),
    Event.UNKNOWN: _on_step(unknown),
    Event.RETRIED: _retried,
    Event.PASSED: _on_step(lambda one, _entry: replace(one, passed=True)),
    Event.JUMPED: _jumped,
    Event.UNDO_BEGUN: _undo_begun,
    Event.UNDONE: _undone,
    Event.NOTED: lambda one, _entry: one,
    Event.ABORTED: lambda one, entry: _over(one, entry, _how_aborted(entry)),
    Event.TIMED_OUT: lambda one, entry: _over(one, entry, RunState.TIMED_OUT),
    Event.FINISHED: lambda one, entry: _over(one, entry, RunState(text_in(entry, "outcome"))),
}
