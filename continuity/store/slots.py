"""Slots: what was planned when, who runs it now, and what became of it. The database decides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from continuity.domain.failure import ConflictError
from continuity.domain.slot import Course, Key, Slot, SlotKind, SlotState, lane_of
from continuity.domain.text import N_, Message, message_from_plain, plain_from_message, say
from continuity.domain.verdict import Verdict
from continuity.hosts.process import Process
from continuity.store import notes
from continuity.store.tables import slot as table
from continuity.store.tables import slot_course

LEASE = timedelta(minutes=10)
"""Who runs a slot says so more often; after so long without it, another machine takes over."""

_FENCE = "slots.fence"
_NOBODY: dict[str, object] = dict.fromkeys(("holder", "lease_until", "repository", "lane"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A slot that runs now, who runs it, and until when nobody else may think it given up."""

    slot: Slot
    repository: str
    holder: Process
    lease_until: datetime


class Slots:
    """The slots as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def courses(self) -> Mapping[Key, Course]:
        """Give how far each timetable is accounted for."""
        rows = self._connection.execute(select(slot_course)).mappings()
        courses = (Course(**{**row, "kind": SlotKind(row["kind"])}) for row in rows)
        return {course.key: course for course in courses}

    def keep_courses(self, courses: Sequence[Course]) -> None:
        """Write how far these timetables are accounted for."""
        self.drop_courses([course.key for course in courses])
        rows = [
            {name: getattr(course, name) for name in Course.__slots__} | {"kind": course.kind.value}
            for course in courses
        ]
        if rows:
            self._connection.execute(insert(slot_course), rows)

    def drop_courses(self, keys: Sequence[Key]) -> None:
        """Expect nothing of these timetables any more."""
        gone = delete(slot_course).where(
            slot_course.c.job == bindparam("its_job"), slot_course.c.kind == bindparam("its_kind")
        )
        if keys:
            rows = [{"its_job": job, "its_kind": kind.value} for job, kind in keys]
            self._connection.execute(gone, rows)

    def due(self) -> Sequence[Slot]:
        """List those that wait to be run, the oldest first."""
        return self._read(table.c.state == SlotState.DUE.value)

    def held(self) -> Sequence[Held]:
        """List those that run now."""
        query = select(table).where(table.c.state == SlotState.RUNNING.value)
        return [_held_from_row(row) for row in self._connection.execute(query).mappings()]

    def history(self, since: datetime, job: str | None = None) -> Sequence[Slot]:
        """List those planned after a time, the oldest first."""
        wanted = table.c.planned > since
        return self._read(wanted if job is None else wanted & (table.c.job == job))

    def add(self, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Write new slots or new ends of waiting ones; what is there and no longer waits stays.

        Gives those that were written.
        """
        if not slots:
            return ()
        first, last = min(one.planned for one in slots), max(one.planned for one in slots)
        query = select(table.c.job, table.c.kind, table.c.planned, table.c.state)
        rows = self._connection.execute(query.where(table.c.planned.between(first, last)))
        states = {(job, kind, planned): state for job, kind, planned, state in rows}
        fresh = [one for one in slots if _place(one) not in states]
        waiting = [one for one in slots if states.get(_place(one)) == SlotState.DUE.value]
        if fresh:
            self._connection.execute(insert(table), [_row(one) for one in fresh])
        for one in waiting:
            self._connection.execute(update(table).where(_is(one)).values(_row(one)))
        return (*fresh, *waiting)

    def hold_back(self, slots: Sequence[Slot]) -> None:
        """Write why these wait."""
        waiting = update(table).where(
            table.c.job == bindparam("its_job"),
            table.c.kind == bindparam("its_kind"),
            table.c.planned == bindparam("its_time"),
            table.c.state == SlotState.DUE.value,
        )
        rows = [
            {"its_job": one.job, "its_kind": one.kind.value, "its_time": one.planned}
            | {"reason": _row(one)["reason"]}
            for one in slots
        ]
        if rows:
            self._connection.execute(waiting, rows)

    def reopen(self, key: Key, after: datetime) -> int:
        """Forget what was planned after a time and never began: it has yet to come."""
        idle = table.c.state.in_([SlotState.DUE.value, SlotState.MISSED.value])
        ahead = _of(table, key) & (table.c.planned > after) & idle
        return self._connection.execute(delete(table).where(ahead)).rowcount

    def claim(self, slot: Slot, repository: str, holder: Process, now: datetime) -> Slot:
        """Begin a slot that is due, with a fence of its own.

        Raises ConflictError when it is no longer due, or a run of its lane is in the repository.
        """
        taken = replace(
            slot,
            state=SlotState.RUNNING,
            attempts=slot.attempts + 1,
            fence=self._next_fence(),
            started=now,
            reason=None,
        )
        values = {
            **_row(taken),
            "holder": json.dumps({name: getattr(holder, name) for name in Process.__slots__}),
            "lease_until": now + LEASE,
            "repository": repository,
            "lane": lane_of(slot.kind).value,
        }
        waiting = _is(slot) & (table.c.state == SlotState.DUE.value)
        try:
            changed = self._connection.execute(update(table).where(waiting).values(values))
        except IntegrityError as error:
            raise _conflict(slot) from error
        if changed.rowcount != 1:
            raise _conflict(slot)
        return taken

    def renew(self, fences: Iterable[int], now: datetime) -> int:
        """Say that these still run; gives how many are still one's own."""
        mine = table.c.fence.in_(tuple(fences)) & (table.c.state == SlotState.RUNNING.value)
        renewed = update(table).where(mine).values(lease_until=now + LEASE)
        return self._connection.execute(renewed).rowcount

    def require(self, fence: int, now: datetime) -> None:
        """Make sure that a slot still waits for the run that was begun for it.

        Until the transaction is over nobody else gives the slot up. Raises ConflictError.
        """
        if self.renew([fence], now) != 1:
            raise ConflictError(
                say(N_("This run was given up before it began; its slot is run again.")),
                remedy=say(N_("Nothing is to be done: it is run once.")),
            )

    def settle(self, slot: Slot) -> bool:
        """Write the end of a run, or put its slot back; False when its fence is no longer valid."""
        mine = _is(slot) & (table.c.fence == slot.fence)
        running = mine & (table.c.state == SlotState.RUNNING.value)
        values = {**_row(slot), **_NOBODY}
        return self._connection.execute(update(table).where(running).values(values)).rowcount == 1

    def forget(self, before: datetime) -> int:
        """Drop what ended before a time, nothing that waits or runs; gives how many."""
        over = table.c.state.in_([SlotState.RAN.value, SlotState.MISSED.value])
        gone = delete(table).where(over & (table.c.ended < before))
        return self._connection.execute(gone).rowcount

    def _next_fence(self) -> int:
        fence = int(notes.noted(self._connection, _FENCE) or 0) + 1
        notes.note(self._connection, _FENCE, str(fence))
        return fence

    def _read(self, wanted: ColumnElement[bool]) -> Sequence[Slot]:
        query = select(table).where(wanted).order_by(table.c.planned, table.c.job, table.c.kind)
        return [_slot_from_row(row) for row in self._connection.execute(query).mappings()]


def _of(where: Table, key: Key) -> ColumnElement[bool]:
    return (where.c.job == key[0]) & (where.c.kind == key[1].value)


def _is(slot: Slot) -> ColumnElement[bool]:
    return _of(table, slot.key) & (table.c.planned == slot.planned)


def _place(slot: Slot) -> tuple[str, str, datetime]:
    return slot.job, slot.kind.value, slot.planned


def _conflict(slot: Slot) -> ConflictError:
    return ConflictError(
        say(
            N_("The {kind} of {job} was begun by another process."),
            kind=slot.kind.value,
            job=slot.job,
        ),
        remedy=say(N_("Nothing is to be done: it is run once.")),
    )


def _row(slot: Slot) -> dict[str, object]:
    reason = None if slot.reason is None else json.dumps(plain_from_message(slot.reason))
    return {
        **{name: getattr(slot, name) for name in Slot.__slots__},
        "kind": slot.kind.value,
        "state": slot.state.value,
        "verdict": None if slot.verdict is None else slot.verdict.value,
        "reason": reason,
    }


def _slot_from_row(row: RowMapping) -> Slot:
    values = {name: row[name] for name in Slot.__slots__}
    return Slot(
        **{
            **values,
            "kind": SlotKind(row["kind"]),
            "state": SlotState(row["state"]),
            "verdict": None if row["verdict"] is None else Verdict(row["verdict"]),
            "reason": _message(row["reason"]),
        }
    )


def _message(text: str | None) -> Message | None:
    return None if text is None else message_from_plain(json.loads(text))


def _held_from_row(row: RowMapping) -> Held:
    return Held(
        slot=_slot_from_row(row),
        repository=row["repository"],
        holder=Process(**json.loads(row["holder"])),
        lease_until=row["lease_until"],
    )
