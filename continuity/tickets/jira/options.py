"""What a company says about its Jira."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from continuity.domain.ticket import Severity, TicketState
from continuity.domain.written import WebAddress, Written

Word = Annotated[str, Field(min_length=1, max_length=255)]
Status = Literal["open", "in-progress", "on-hold", "resolved", "closed", "cancelled", "duplicate"]
Ending = Literal["resolved", "closed", "cancelled", "duplicate"]

_PRIORITIES: dict[Severity, Word] = {
    Severity.S1: "Highest",
    Severity.S2: "High",
    Severity.S3: "Medium",
    Severity.S4: "Low",
    Severity.S5: "Lowest",
}
_RESOLUTIONS: dict[Ending, Word] = {
    "resolved": "Done",
    "closed": "Done",
    "cancelled": "Won't Do",
    "duplicate": "Duplicate",
}


class AtlassianOptions(Written):
    """What Jira and Jira Service Management have in common."""

    address: WebAddress = Field(description="the site", examples=["https://acme.atlassian.net"])
    user: Word = Field(description="e-mail address of the account whose token it is")
    statuses: Mapping[Status, Word] = Field(
        default={},
        description="the status for a state, by its name in Jira; else any of the right category",
        examples=[{"on-hold": "Waiting for vendor"}],
    )
    resolutions: Mapping[Ending, Word] = Field(
        default=_RESOLUTIONS, description="the resolution, where ending a ticket asks for one"
    )
    ending_fields: Mapping[str, JsonValue] = Field(
        default={}, description="other fields that ending a ticket asks for, by their id"
    )

    def status(self, state: TicketState) -> str:
        """Name the status that was chosen for a state; empty when none was."""
        return next((name for key, name in self.statuses.items() if key == state.value), "")

    def resolution(self, state: TicketState) -> str:
        """Name the resolution that was chosen for a state; empty when none was."""
        return next((name for key, name in self.resolutions.items() if key == state.value), "")


class JiraOptions(AtlassianOptions):
    """Where issues are made in Jira, and what its fields are called."""

    kind: Literal["jira"] = Field(default="jira", description="issues of Jira's cloud")
    project: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,254}$", description="key of the project")
    issue_type: Word = Field(default="Task", description="kind of issue, by its name")
    priorities: Mapping[Severity, Word] = Field(
        default=_PRIORITIES,
        description="the priority of a severity; {} where there is no such field",
    )
    fields: Mapping[str, JsonValue] = Field(
        default={},
        description="other fields of a new issue, by their id",
        examples=[{"customfield_10021": {"value": "Backups"}}],
    )
