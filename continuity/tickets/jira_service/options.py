"""What a company says about its service desk in Jira."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from continuity.domain.ticket import Severity
from continuity.tickets.jira.options import AtlassianOptions, Word


class JiraServiceOptions(AtlassianOptions):
    """Where requests are made, as which type, and for whom."""

    kind: Literal["jira-service"] = Field(
        default="jira-service", description="requests of Jira Service Management"
    )
    desk: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,254}$", description="key of the service project")
    request_type: Word = Field(description="type of request, by its name")
    requester: str = Field(
        default="", description="account id of the customer for whom it is made; else the account"
    )
    priorities: Mapping[Severity, Word] = Field(
        default={}, description="the priority of a severity, where the request type asks for one"
    )
    fields: Mapping[str, JsonValue] = Field(
        default={}, description="other fields of a new request, by their id"
    )
