"""What a company says about its issues on GitLab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from continuity.domain.ticket import Severity
from continuity.domain.written import WebAddress, Written

# Labels are sent as one text with commas between them.
Label = Annotated[str, Field(pattern=r"^[^,]{1,255}$")]
State = Literal["in-progress", "on-hold", "cancelled", "duplicate"]


class GitlabOptions(Written):
    """Where issues are made, and the labels that carry what GitLab has no field for."""

    kind: Literal["gitlab"] = Field(default="gitlab", description="issues of GitLab")
    address: WebAddress = Field(default="https://gitlab.com", description="the server")
    project: str = Field(
        pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
        description="path of the project with its groups, or its number",
        examples=["acme/it"],
    )
    issue_type: Literal["issue", "incident"] = Field(
        default="issue", description="what is made of a ticket"
    )
    confidential: bool = Field(
        default=True, description="whether only members of the project may see it"
    )
    label: Label = Field(default="continuity", description="every issue has it")
    severities: Mapping[Severity, Label] = Field(
        default={}, description="a label for a severity; it must exist"
    )
    states: Mapping[State, Label] = Field(
        default={}, description="a label for a state that GitLab does not have; it must exist"
    )
