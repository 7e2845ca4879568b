"""What a company says about its Zammad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.ticket import Severity, TicketState
from continuity.domain.written import WebAddress, Written

Word = Annotated[str, Field(min_length=1, max_length=160)]
State = Literal["open", "in-progress", "on-hold", "resolved", "closed", "cancelled", "duplicate"]
_PRIORITIES: dict[Severity, Word] = {
    Severity.S1: "3 high",
    Severity.S2: "3 high",
    Severity.S3: "2 normal",
    Severity.S4: "1 low",
    Severity.S5: "1 low",
}
_STATES: dict[State, Word] = {
    "open": "open",
    "in-progress": "open",
    "on-hold": "pending reminder",
    "resolved": "closed",
    "closed": "closed",
    "cancelled": "closed",
    "duplicate": "closed",
}


class ZammadOptions(Written):
    """Where tickets are made, for whom, and what states and priorities are called."""

    kind: Literal["zammad"] = Field(default="zammad", description="tickets of Zammad")
    address: WebAddress = Field(description="the server", examples=["https://help.acme.example"])
    group: Word = Field(description="the group that gets them, by its name", examples=["Users"])
    customer: str = Field(
        pattern=r"^[^\s@,;<>]{1,64}@[A-Za-z0-9.-]{1,190}$",
        description="mail address of the customer for whom they are made",
    )
    tag: str = Field(
        default="continuity", pattern=r"^[^,]{1,100}$", description="every ticket has it"
    )
    priorities: Mapping[Severity, Word] = Field(
        default=_PRIORITIES, description="the priority of a severity, by its name"
    )
    states: Mapping[State, Word] = Field(
        default=_STATES, description="the name of a state; a new ticket gets Zammad's own"
    )
    pending_days: int = Field(
        default=7, ge=1, le=365, description="after how many days one on hold is remembered"
    )

    def state(self, to: TicketState) -> str:
        """Name a state; empty when there is none for it."""
        return next((name for key, name in self.states.items() if key == to.value), "")
