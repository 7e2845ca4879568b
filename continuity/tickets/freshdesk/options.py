"""What a company says about its Freshdesk or Freshservice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from continuity.domain.ticket import Severity, TicketState
from continuity.domain.written import WebAddress, Written

Status = Annotated[int, Field(ge=2, le=999)]
Priority = Annotated[int, Field(ge=1, le=4)]
Level = Annotated[int, Field(ge=1, le=3)]
State = Literal[
    "open",
    "in-progress",
    "on-hold",
    "mitigated",
    "resolved",
    "closed",
    "cancelled",
    "duplicate",
]

_PRIORITIES: dict[Severity, Priority] = {
    Severity.S1: 4,
    Severity.S2: 3,
    Severity.S3: 2,
    Severity.S4: 1,
    Severity.S5: 1,
}
_LEVELS: dict[Severity, Level] = {
    Severity.S1: 3,
    Severity.S2: 3,
    Severity.S3: 2,
    Severity.S4: 1,
    Severity.S5: 1,
}
_STATUSES: dict[State, Status] = {
    "open": 2,
    "in-progress": 2,
    "on-hold": 3,
    "mitigated": 2,
    "resolved": 4,
    "closed": 5,
    "cancelled": 5,
    "duplicate": 5,
}


class FreshOptions(Written):
    """What Freshdesk and Freshservice have in common."""

    requester: str = Field(
        pattern=r"^[^\s@,;<>]{1,64}@[A-Za-z0-9.-]{1,190}$",
        description="mail address of the requester for whom tickets are made, and no others",
    )
    tag: str = Field(
        default="continuity", pattern=r"^[^,]{1,32}$", description="every ticket has it"
    )
    priorities: Mapping[Severity, Priority] = Field(
        default=_PRIORITIES, description="the priority of a severity: 1 low to 4 urgent"
    )
    statuses: Mapping[State, Status] = Field(
        default=_STATUSES,
        description="number of the status for a state: 2 open, 3 pending, 4 resolved, 5 closed",
    )
    marker_field: str = Field(
        default="",
        pattern=r"^([a-z0-9_]{1,100})?$",
        description="name of a field of your own for the marker",
        examples=["cf_continuity"],
    )
    fields: Mapping[str, JsonValue] = Field(
        default={},
        description="other fields of a new ticket, those of your own under custom_fields",
        examples=[{"group_id": 7, "custom_fields": {"cf_site": "Madrid"}}],
    )
    ending_fields: Mapping[str, JsonValue] = Field(
        default={}, description="other fields that ending a ticket asks for, written likewise"
    )

    def status(self, to: TicketState) -> int:
        """Number the status of a state; 0 when there is none for it."""
        return next((number for key, number in self.statuses.items() if key == to.value), 0)


class FreshdeskOptions(FreshOptions):
    """Where tickets are made in Freshdesk."""

    kind: Literal["freshdesk"] = Field(default="freshdesk", description="tickets of Freshdesk")
    address: WebAddress = Field(
        description="the help desk at its vendor's", examples=["https://acme.freshdesk.com"]
    )


class FreshserviceOptions(FreshOptions):
    """Where tickets are made in Freshservice, and how they are weighed."""

    kind: Literal["freshservice"] = Field(
        default="freshservice", description="tickets of Freshservice"
    )
    address: WebAddress = Field(
        description="the service desk at its vendor's", examples=["https://acme.freshservice.com"]
    )
    urgencies: Mapping[Severity, Level] = Field(
        default=_LEVELS, description="the urgency of a severity: 1 low to 3 high"
    )
    impacts: Mapping[Severity, Level] = Field(
        default=_LEVELS, description="the impact of a severity: 1 low to 3 high"
    )
