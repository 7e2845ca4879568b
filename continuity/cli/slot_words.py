"""Slots as people read them, and as other programs do."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from continuity.cli.columns import plain
from continuity.cli.language import _, sentence
from continuity.cli.wording import duration
from continuity.domain.clock import text_from_time
from continuity.domain.slot import Slot, SlotKind, SlotState
from continuity.domain.text import N_
from continuity.speech.terms import SLOT_KINDS

_STATES = {
    SlotState.DUE: N_("waits"),
    SlotState.RUNNING: N_("runs"),
    SlotState.RAN: N_("ran"),
    SlotState.MISSED: N_("missed"),
}


def kind_text(kind: SlotKind) -> str:
    """Name a kind of run."""
    return _(SLOT_KINDS[kind])


def state_of_slot(slot: Slot) -> str:
    """Say how far a slot has come: with its verdict, and how late it was."""
    said = _(_STATES[slot.state])
    if slot.verdict is not None:
        said = f"{said}, {slot.verdict.value}"
    if slot.late is not None:
        said = _("{state}, late by {time}").format(
            state=said, time=duration(slot.late.total_seconds())
        )
    return said


def row_of_slot(slot: Slot, zone: ZoneInfo) -> list[str]:
    """Give the cells of a slot: planned, what, of which job, how far, why."""
    return [
        f"{slot.planned.astimezone(zone):%Y-%m-%d %H:%M}",
        kind_text(slot.kind),
        plain(slot.job),
        state_of_slot(slot),
        "" if slot.reason is None else sentence(slot.reason),
    ]


def plain_from_slot(slot: Slot) -> dict[str, object]:
    """Reduce a slot to what JSON can hold."""
    return {
        "job": slot.job,
        "kind": slot.kind.value,
        "planned": text_from_time(slot.planned),
        "state": slot.state.value,
        "late_seconds": None if slot.late is None else round(slot.late.total_seconds()),
        "started": None if slot.started is None else text_from_time(slot.started),
        "ended": None if slot.ended is None else text_from_time(slot.ended),
        "attempts": slot.attempts,
        "verdict": None if slot.verdict is None else slot.verdict.value,
        "run_id": slot.run_id or None,
        "reason": None if slot.reason is None else sentence(slot.reason),
    }
