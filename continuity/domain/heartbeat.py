"""What people write about jobs that run elsewhere and report here by themselves."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from continuity.domain.written import Duration, Name, SecretReference, Written


class Heartbeat(Written):
    """A job of another program, which says when it starts, ends and fails."""

    title: str = Field(min_length=1, description="what it is, read aloud by its owner")
    id: SecretReference = Field(
        description="where the UUID is kept that the job puts into its address; who knows it may"
        " report in its place"
    )
    every: Duration = Field(description="the longest time between two successes")
    grace: Duration = Field(
        default=timedelta(hours=1), description="how late it may be before that is a fault"
    )
    system: Name | None = Field(default=None, description="business system it belongs to")
