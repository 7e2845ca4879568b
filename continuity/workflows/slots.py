"""Keep the slots of all timetables: account for each, begin what is due, follow up what died.

Each step is one transaction, so two programs that do it at once never begin a slot twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.evidence import Draft, RecordKind
from continuity.domain.plain import text_in
from continuity.domain.run import RunKind
from continuity.domain.slot import Course, Expectation, Key, Slot, SlotKind, SlotState, lane_of
from continuity.domain.slot_choice import Outcome, Under, bereaved, choose, settled
from continuity.domain.slot_planning import Advance, advance, ended_course, missed
from continuity.domain.text import N_, Message, plain_from_message, say
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Life, Process, life_of
from continuity.store.runs import Run
from continuity.store.slots import Held, Slots
from continuity.store.store import Store, Transaction

_REMOVED = N_("The job or its timetable was removed.")
_SUPERSEDED = N_("It could not start before the next one was due.")
_FINISHED = (RecordKind.BACKUP_FINISHED, RecordKind.DRILL_FINISHED, RecordKind.CHECK_FINISHED)
_KIND_OF_RUN = {
    RunKind.BACKUP: SlotKind.BACKUP,
    RunKind.RETENTION: SlotKind.BACKUP,
    RunKind.DRILL: SlotKind.DRILL,
    RunKind.CHECK: SlotKind.READ_BACK,
}
_LOOKED_AT = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """What was claimed to be run by this process, and which runs of others are to make way."""

    slots: tuple[Slot, ...]
    yielding: tuple[Under, ...]


def account(
    store: Store,
    expected: Mapping[Key, Expectation],
    now: datetime,
    broken: Mapping[str, Message] | None = None,
) -> tuple[Slot, ...]:
    """Give every slot up to now a row; gives those that were missed.

    ``broken`` are jobs whose file cannot be used: their slots pass by, and are missed for that.
    """
    with store.reading() as reading:
        if not any(_moves(reading.slots, expected, now, broken or {})):
            return ()
    with store.transaction() as transaction:
        moves = list(_moves(transaction.slots, expected, now, broken or {}))
        written = _write(transaction.slots, moves)
        lost = tuple(slot for slot in written if slot.state is SlotState.MISSED)
        for draft in _drafts(lost):
            transaction.append(draft)
    return lost


def _moves(
    slots: Slots, expected: Mapping[Key, Expectation], now: datetime, broken: Mapping[str, Message]
) -> Iterator[Advance]:
    """Give what has to be written; most of the time that is nothing."""
    courses, waiting = slots.courses(), _by_key(slots.due())
    for key, wanted in expected.items():
        moved = _advance(wanted, courses.get(key), waiting.get(key, []), now)
        if moved.slots or moved.course != courses.get(key):
            yield moved
    for key in courses.keys() - expected.keys():
        why = broken.get(key[0])
        moved = _without(courses[key], waiting.get(key, []), now, why or say(_REMOVED))
        if why is None:
            yield replace(moved, is_over=True)
        elif moved.slots:
            yield moved


def _by_key(slots: Iterable[Slot]) -> Mapping[Key, list[Slot]]:
    found: dict[Key, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.key, []).append(slot)
    return found


def _advance(
    wanted: Expectation, course: Course | None, waiting: list[Slot], now: datetime
) -> Advance:
    # A run that was put back may meet the next slot of its job: then only the newest waits on.
    older = tuple(missed(one, now, one.reason or say(_SUPERSEDED)) for one in waiting[:-1])
    moved = advance(wanted, course, waiting[-1] if waiting else None, now)
    return replace(moved, slots=(*older, *moved.slots))


def _without(course: Course, waiting: list[Slot], now: datetime, why: Message) -> Advance:
    moved = ended_course(course, now, why)
    return replace(moved, slots=(*(missed(one, now, why) for one in waiting), *moved.slots))


def _write(slots: Slots, moves: Sequence[Advance]) -> tuple[Slot, ...]:
    for moved in moves:
        if moved.reopen_after is not None:
            slots.reopen(moved.course.key, moved.reopen_after)
    slots.drop_courses([moved.course.key for moved in moves if moved.is_over])
    slots.keep_courses([moved.course for moved in moves if not moved.is_over])
    return slots.add([slot for moved in moves for slot in moved.slots])


def _drafts(lost: Iterable[Slot]) -> Iterator[Draft]:
    """Record what was missed, all of one job and kind together."""
    for (job, kind), slots in _by_key(lost).items():
        body: dict[str, object] = {
            "kind": kind.value,
            "count": len(slots),
            "first": text_from_time(min(slot.planned for slot in slots)),
            "last": text_from_time(max(slot.planned for slot in slots)),
        }
        if slots[-1].reason is not None:
            body["reason"] = plain_from_message(slots[-1].reason)
        yield Draft(kind=RecordKind.SLOTS_MISSED, job=job, body=body)


def begin(
    store: Store,
    expected: Mapping[Key, Expectation],
    at_once: int,
    process: Process,
    now: datetime,
) -> Begun:
    """Claim the slots that are to be run now."""
    repositories = {wanted.job: wanted.repository for wanted in expected.values()}
    with store.reading() as reading:
        if not any(_may_start(slot, now) for slot in reading.slots.due()):
            return Begun(slots=(), yielding=())
    open_runs = store.running()
    with store.transaction() as transaction:
        slots = transaction.slots
        held = slots.held()
        due = slots.due()
        busy = tuple(_under_way(held, open_runs, repositories))
        choice = choose(due, expected, busy, at_once, now)
        reasons = ((slot, choice.held.get((slot.key, slot.planned))) for slot in due)
        slots.hold_back(
            [replace(slot, reason=why) for slot, why in reasons if why and why != slot.reason]
        )
        begun = [
            slots.claim(slot, expected[slot.key].repository, process, now) for slot in choice.start
        ]
    return Begun(slots=tuple(begun), yielding=choice.yielding)


def _may_start(slot: Slot, now: datetime) -> bool:
    return slot.wait_until is None or slot.wait_until <= now


def _under_way(
    held: Iterable[Held], open_runs: Iterable[Run], repositories: Mapping[str, str]
) -> Iterator[Under]:
    seen = set()
    for one in held:
        seen.add((one.slot.job, lane_of(one.slot.kind)))
        yield Under(job=one.slot.job, kind=one.slot.kind, repository=one.repository)
    for run in open_runs:
        kind = _KIND_OF_RUN[RunKind(run.kind)] if run.kind in set(RunKind) else SlotKind.DRILL
        if run.job in repositories and (run.job, lane_of(kind)) not in seen:
            yield Under(job=run.job, kind=kind, repository=repositories[run.job])


def follow_up(store: Store, is_gone: Callable[[Held], bool], now: datetime) -> tuple[Slot, ...]:
    """Deal with slots whose process is gone: take the end it left, or begin again.

    A run that outlives who started it is left to end by itself.
    """
    with store.reading() as reading:
        gone = [held for held in reading.slots.held() if is_gone(held)]
    done = []
    for held in gone:
        with store.transaction() as transaction:
            after = _followed_up(store, transaction, held.slot, now)
        if after is not None:
            done.append(after)
    return tuple(done)


def _followed_up(store: Store, transaction: Transaction, slot: Slot, now: datetime) -> Slot | None:
    """Give a slot up, unless its run goes on; held here, it can neither begin nor be taken."""
    if not transaction.slots.renew([slot.fence], now) or _goes_on(store, slot):
        return None
    outcome = end_left(store, slot)
    after = bereaved(slot, now) if outcome is None else settled(slot, outcome, now)
    return after if _settle(transaction.slots, after) else None


def _goes_on(store: Store, slot: Slot) -> bool:
    kinds = {kind.value for kind, meant in _KIND_OF_RUN.items() if _alike(meant, slot.kind)}
    return any(
        run.job == slot.job and run.kind in kinds and life_of(run.holder) is not Life.DEAD
        for run in store.running()
    )


def finish(store: Store, slot: Slot) -> bool:
    """Write what became of a run; False when it had been given up, and another one counts.

    A full restore test is the smaller one, too.
    """
    with store.transaction() as transaction:
        return _settle(transaction.slots, slot)


def _settle(slots: Slots, slot: Slot) -> bool:
    if not slots.settle(slot):
        return False
    if slot.kind is SlotKind.FULL_DRILL and slot.state is SlotState.RAN:
        slots.add(list(_covered(slots.due(), slot)))
    return True


def _covered(due: Iterable[Slot], full: Slot) -> Iterator[Slot]:
    for slot in due:
        if slot.key == (full.job, SlotKind.DRILL) and full.started is not None:
            yield replace(full, kind=slot.kind, planned=slot.planned, fence=slot.fence)


def _alike(one: SlotKind, other: SlotKind) -> bool:
    drills = {SlotKind.DRILL, SlotKind.FULL_DRILL}
    return one is other or {one, other} <= drills


def end_left(store: Store, slot: Slot) -> Outcome | None:
    """Find the end that a run of this slot wrote before its process was gone."""
    if slot.started is None:
        return None
    records = store.records(job=slot.job, kinds=_FINISHED, limit=_LOOKED_AT, newest_first=True)
    for record in records:
        kind = _KIND_OF_RUN[RunKind(record.kind.value.partition(".")[0])]
        if record.recorded_at >= slot.started and _alike(kind, slot.kind):
            verdict = Verdict(text_in(record.body, "verdict"))
            return Outcome(verdict=verdict, run_id=record.run_id or "-")
    return None
