"""What a company says about its ServiceNow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.ticket import Severity, TicketState
from continuity.domain.written import WebAddress, Written

Value = Annotated[str, Field(min_length=1, max_length=100)]
Weight = Annotated[str, Field(pattern=r"^[1-9]/[1-9]$", description="impact/urgency")]
Ending = Literal["resolved", "closed", "cancelled", "duplicate"]
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
SysId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]

_WEIGHTS: dict[Severity, Weight] = {
    Severity.S1: "1/1",
    Severity.S2: "1/2",
    Severity.S3: "2/2",
    Severity.S4: "2/3",
    Severity.S5: "3/3",
}
_STATES: dict[State, Value] = {
    "open": "1",
    "in-progress": "2",
    "on-hold": "3",
    "mitigated": "2",
    "resolved": "6",
    "closed": "7",
    "cancelled": "8",
    "duplicate": "6",
}
_CODES: dict[Ending, Value] = {
    "resolved": "Solution provided",
    "closed": "Solution provided",
    "duplicate": "Duplicate",
}


class ServiceNowOptions(Written):
    """Where incidents are made, as whom, and the values of its choice lists."""

    kind: Literal["servicenow"] = Field(default="servicenow", description="ServiceNow")
    address: WebAddress = Field(
        description="the instance", examples=["https://acme.service-now.com"]
    )
    user: Value = Field(description="name of the user as whom Continuity acts, with role itil")
    login: Literal["password", "api-key", "client-credentials"] = Field(
        default="password", description="what the secret is; client-credentials also needs client"
    )
    client: str = Field(default="", description="identifier of the OAuth client")
    severities: Mapping[Severity, Weight] = Field(
        default=_WEIGHTS, description="impact/urgency of a severity, from which comes the priority"
    )
    states: Mapping[State, Value] = Field(default=_STATES, description="value of state for a state")
    hold_reason: Value = Field(default="4", description="value of hold_reason; 4: awaiting vendor")
    close_codes: Mapping[Ending, Value] = Field(
        default=_CODES, description="value of close_code; these words differ between releases"
    )
    caller: SysId | None = Field(default=None, description="sys_id of the caller")
    assignment_group: SysId | None = Field(default=None, description="sys_id of the group")
    fields: Mapping[str, str] = Field(
        default={},
        description="other fields of a new incident",
        examples=[{"category": "software"}],
    )

    def value(self, state: TicketState) -> str:
        """Name the value of a state; empty when it has none."""
        return next((value for key, value in self.states.items() if key == state.value), "")

    def code(self, state: TicketState) -> str:
        """Name the close code of a state; empty when it has none."""
        return next((value for key, value in self.close_codes.items() if key == state.value), "")
