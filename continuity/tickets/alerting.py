"""What alert targets have in common: an alert begins, is acknowledged and ends; nothing is read."""

from __future__ import annotations

from typing import Literal, assert_never

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say
from continuity.domain.ticket import TicketDraft, TicketRef, TicketState
from continuity.tickets.writing import one_line

Event = Literal["trigger", "acknowledge", "resolve"]
_LONGEST_FACT = 500


def event_of(to: TicketState) -> Event:
    """Tell what a state is for an alert."""
    match to:
        case TicketState.OPEN:
            return "trigger"
        case TicketState.IN_PROGRESS | TicketState.ON_HOLD | TicketState.MITIGATED:
            return "acknowledge"
        case (
            TicketState.RESOLVED
            | TicketState.CLOSED
            | TicketState.CANCELLED
            | TicketState.DUPLICATE
        ):
            return "resolve"
        case _:
            assert_never(to)


def title_of(draft: TicketDraft, limit: int) -> str:
    """Name an alert; its number comes first, once."""
    named = draft.number in draft.title
    return one_line(draft.title if named else f"[{draft.number}] {draft.title}", limit)


def facts_of(draft: TicketDraft) -> dict[str, str]:
    """What rules over there can look at."""
    facts = {
        "incident": draft.number,
        "severity": draft.severity.value,
        "system": draft.system,
        "address": draft.url,
        "asset": draft.asset,
        "labels": ", ".join(draft.labels),
    }
    return {name: one_line(value, _LONGEST_FACT) for name, value in facts.items() if value}


def title_again(ref: TicketRef, note: str, limit: int) -> str:
    """Name an alert that begins anew, of which only the reference is known."""
    return one_line(f"{ref.key}: {note}" if note else ref.key or ref.id, limit)


def nothing_back(name: str) -> ToolError:
    """Say that no state comes back."""
    return ToolError(say(N_("No state comes back from {name}."), name=name))
