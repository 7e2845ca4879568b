"""What people settle beforehand about a choice of the bad day: who, by when, and between what."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from continuity.domain.text import N_, say
from continuity.domain.written import Duration, ExpectedError, Name, Written


class InformationItem(StrEnum):
    """One part of what must be on the screen before somebody chooses."""

    SYSTEMS = "systems"
    RESTORE_POINTS = "restore-points"
    DRILLS = "drills"
    RECOVERY_TIMES = "recovery-times"
    ESTIMATES = "estimates"
    REPOSITORIES = "repositories"
    INCIDENTS = "incidents"
    ON_DUTY = "on-duty"
    CONTRACTS = "contracts"
    CLOCKS = "clocks"
    ALTERNATIVES = "alternatives"


class RecordItem(StrEnum):
    """One part of what is kept of a decision."""

    OPTION = "option"
    PERSON = "person"
    TIME = "time"
    REASON = "reason"
    OBJECTIONS = "objections"
    INFORMATION = "information"


class Option(Written):
    """One thing that can be chosen."""

    id: Name = Field(description="name of the option in its decision")
    effect: str = Field(min_length=1, description="what happens then")
    cost: str | None = Field(default=None, min_length=1, description="what it costs")
    reversible: bool = Field(description="whether it can be taken back")
    risk: str | None = Field(default=None, min_length=1, description="what may go wrong with it")
    risk_without: str | None = Field(
        default=None, min_length=1, description="what may go wrong without it"
    )
    needs: Literal["approval"] | None = Field(
        default=None, description="approval: a second person must permit it"
    )
    goto: Name | None = Field(
        default=None, description="step that is next; the following if absent"
    )


class Unreachable(Written):
    """What happens when nobody who decides can be reached in time."""

    decides: Name | None = Field(default=None, description="role that decides then")
    option: Name | None = Field(default=None, description="option that is taken then")

    @model_validator(mode="after")
    def _something(self) -> Unreachable:
        if self.decides is None and self.option is None:
            raise ExpectedError(say(N_("decides, option or both")))
        return self


class PreAuthorised(Written):
    """What may be done without asking."""

    roles: tuple[Name, ...] = Field(min_length=1, description="roles that may")
    options: tuple[Name, ...] = Field(min_length=1, description="options they may take")
    limits: str = Field(min_length=1, description="how far that goes, in words")


class Decision(Written):
    """A choice that is prepared before the bad day."""

    id: Name = Field(description="name of the decision in its runbook")
    question: str = Field(min_length=1, description="what is decided")
    trigger: tuple[str, ...] = Field(
        default=(), description="facts anybody can see that call for the decision"
    )
    decides: tuple[Name, ...] = Field(min_length=1, description="roles, the first one first")
    consult: tuple[Name, ...] = Field(default=(), description="roles that are heard before")
    inform: tuple[Name, ...] = Field(default=(), description="roles that are told afterwards")
    decide_within: Duration | None = Field(default=None, description="how long it may take")
    if_unreachable: Unreachable | None = Field(
        default=None, description="what happens after that time"
    )
    preauthorised: tuple[PreAuthorised, ...] = Field(
        default=(), description="what may be done without asking"
    )
    options: tuple[Option, ...] = Field(min_length=2, description="what can be chosen")
    information: tuple[InformationItem, ...] = Field(
        default=tuple(InformationItem), description="what must be on the screen; all if absent"
    )
    record: tuple[RecordItem, ...] = Field(
        default=tuple(RecordItem), description="what is kept; option, person and time always are"
    )

    @model_validator(mode="after")
    def _whole(self) -> Decision:
        names = [option.id for option in self.options]
        if len(set(names)) < len(names):
            raise ExpectedError(say(N_("options with names of their own")))
        if (self.decide_within is None) != (self.if_unreachable is None):
            raise ExpectedError(say(N_("decide_within and if_unreachable together, or neither")))
        return self


def option_of(decision: Decision, name: str) -> Option | None:
    """Find an option by its name."""
    return next((option for option in decision.options if option.id == name), None)
