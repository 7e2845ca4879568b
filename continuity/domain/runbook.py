"""What people write at the top of a runbook: what it is for and who answers for it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from continuity.domain.failure import FailureClass
from continuity.domain.written import Duration, Name, Written


class RunbookStatus(StrEnum):
    """Whether a runbook may be used."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Scope(Written):
    """When a runbook is offered: all that is given must fit."""

    systems: tuple[Name, ...] = Field(default=(), description="systems it brings back")
    failure_classes: tuple[FailureClass, ...] = Field(default=(), description="failures it answers")


class Runbook(Written):
    """The front matter of a runbook; the file's name is its id."""

    format: Literal["continuity-runbook/1"] = Field(description="version of this format")
    id: Name = Field(description="the same as the file's name")
    title: str = Field(min_length=1, description="what somebody in a hurry looks for")
    version: str | None = Field(default=None, description="for people; the content decides")
    lang: Literal["es", "en"] = Field(description="language it is written in")
    status: RunbookStatus = Field(
        default=RunbookStatus.ACTIVE, description="draft, active or retired"
    )
    kind: Literal["recovery", "containment", "communication", "provider", "crisis"] = Field(
        default="recovery", description="what it is about"
    )
    owner: Name = Field(description="person who keeps it true")
    deputy: Name | None = Field(default=None, description="person who stands in for the owner")
    reviewed_on: date | None = Field(default=None, description="day somebody last read it through")
    review_every: Duration | None = Field(default=None, description="how long a review holds")
    scope: Scope = Field(default=Scope(), description="when it is offered")
