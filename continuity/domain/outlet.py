"""What people write about the ways out: channels to people, and their ticket systems."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from continuity.domain.ticket import Severity
from continuity.domain.written import Name, SecretReference, Written


class Outlet(Written):
    """A way out of the program: a channel to people, or a ticket system."""

    kind: Name = Field(description="what it speaks, such as email, slack or jira")
    secrets: dict[Name, SecretReference] = Field(
        default_factory=dict,
        description="where its secrets are kept, by the names that its kind has for them",
        examples=[{"token": {"file": "secrets/jira"}}],
    )
    systems: tuple[Name, ...] = Field(
        default=(), description="only incidents of these systems; of all, if none is named"
    )
    mildest: Severity = Field(default=Severity.S4, description="nothing milder than this")
    language: Literal["es", "en"] | None = Field(
        default=None, description="for readers without a language of their own; the organisation's"
    )
    drills: bool = Field(default=True, description="whether drills are told here")
    options: dict[str, object] = Field(
        default_factory=dict, description="what only this kind understands"
    )
