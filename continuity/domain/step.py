"""What people write in a step of a runbook: the keys that all steps have."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.condition import Condition, ConditionError, condition_from_text
from continuity.domain.text import N_, say
from continuity.domain.written import NAME_PATTERN, Duration, ExpectedError, Name, Written

_GOTO = "goto:"


class Side(StrEnum):
    """Who does a step: the firm, its provider, both, or the provider with the firm confirming."""

    INTERNAL = "internal"
    PROVIDER = "provider"
    JOINT = "joint"
    SHADOW = "shadow"


class Risk(StrEnum):
    """What a step can do: nothing, something that can be taken back, something that cannot."""

    READ = "read"
    REVERSIBLE = "reversible"
    DESTRUCTIVE = "destructive"


class DrillWay(StrEnum):
    """What becomes of a step when the runbook is only practised."""

    RUN = "run"
    SIMULATE = "simulate"
    SKIP = "skip"
    ASK = "ask"


class EvidenceKind(StrEnum):
    """What can be kept of a step."""

    NOTE = "note"
    OUTPUT = "output"
    FILE = "file"
    PHOTO = "photo"
    CHECKSUM = "checksum"
    READING = "reading"
    TICKET = "ticket"


def condition_in(text: str) -> Condition:
    """Read a condition that was checked already."""
    return condition_from_text(text)


def _condition(text: str) -> str:
    try:
        condition_from_text(text)
    except ConditionError as error:
        raise ExpectedError(error.expected) from None
    return text


def goto_of(way: str) -> str | None:
    """Give the step that ``goto:STEP`` leads to; None for any other way on."""
    return way.removeprefix(_GOTO) if way.startswith(_GOTO) else None


def _goes(text: str, *words: str) -> str:
    target = goto_of(text)
    if text not in words and (target is None or not re.fullmatch(NAME_PATTERN, target)):
        known = ", ".join((*words, f"{_GOTO}STEP"))
        raise ExpectedError(say(N_("one of {known}"), known=known))
    return text


def _after_timeout(text: str) -> str:
    return _goes(text, "escalate", "fail")


def _after_failure(text: str) -> str:
    return _goes(text, "pause", "continue", "undo")


When = Annotated[str, AfterValidator(_condition), Field(examples=["decisions.where == 'parallel'"])]
AfterTimeout = Annotated[str, AfterValidator(_after_timeout), Field(examples=["goto:declare"])]
AfterFailure = Annotated[str, AfterValidator(_after_failure), Field(examples=["goto:declare"])]


class Retries(Written):
    """How often a step is tried again before it has failed."""

    most: int = Field(ge=1, le=100, description="how often")
    delay: Duration = Field(
        default=timedelta(seconds=30), description="how long it waits before each"
    )


class EvidenceWanted(Written):
    """What is kept of a step."""

    required: tuple[EvidenceKind, ...] = Field(
        default=(), description="without these the step cannot be finished"
    )
    optional: tuple[EvidenceKind, ...] = Field(default=(), description="these are asked for")


class Output(Written):
    """A value that a step hands to later ones, as ``outputs.STEP.NAME``."""

    name: Name = Field(description="name of the value")
    type: Literal["text", "number", "boolean"] = Field(description="text, number or boolean")
    source: Literal["asked", "exit-code", "output", "reading", "point", "place"] = Field(
        default="asked",
        description="asked: somebody enters it; otherwise what the step found out",
    )
    after: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="of the output, the rest of the first line that begins with this",
    )


class StepKeys(Written):
    """What every step of a runbook has; the title and the words for people stand around it."""

    id: Name = Field(description="name of the step in its runbook")
    type: str = Field(description="what is done")
    owner: Name = Field(description="role that does it, one of the runbook's")
    side: Side = Field(
        default=Side.INTERNAL,
        description="internal, provider, joint, or shadow: the provider does it, the firm confirms",
    )
    timebox: Duration | None = Field(
        default=None, description="after this, people are asked whether to go on; not a failure"
    )
    timeout: Duration | None = Field(default=None, description="after this it has not worked")
    on_timeout: AfterTimeout = Field(
        default="escalate", description="escalate, fail or goto:STEP, after the timeout"
    )
    when: When | None = Field(default=None, description="condition; the step is left out if false")
    needs: tuple[Name, ...] = Field(default=(), description="steps that must be done before")
    retries: Retries | None = Field(default=None, description="tried again before it has failed")
    on_failure: AfterFailure = Field(
        default="pause", description="pause: a person chooses; or continue, undo, goto:STEP"
    )
    critical: bool = Field(
        default=True, description="without it, the runbook ends with exceptions at best"
    )
    risk: Risk = Field(default=Risk.READ, description="read, reversible or destructive")
    approval: Name | None = Field(
        default=None, description="approval or decision before it that permits it"
    )
    idempotent: bool = Field(
        default=False, description="may simply be done again when nobody knows how far it came"
    )
    undo: str | None = Field(
        default=None,
        min_length=1,
        description="step that takes it back, or a sentence that says how",
    )
    evidence: EvidenceWanted = Field(
        default=EvidenceWanted(), description="what is kept of it: required, optional"
    )
    expect: str | None = Field(default=None, min_length=1, description="what success looks like")
    holds: When | None = Field(
        default=None, description="condition that must be true at the end, over its outputs"
    )
    drill: DrillWay | None = Field(
        default=None, description="run, simulate, skip or ask when practised; by its risk if absent"
    )
    offline: str | None = Field(
        default=None, min_length=1, description="how without Continuity and without the network"
    )
    outputs: tuple[Output, ...] = Field(default=(), description="values for later steps")

    @model_validator(mode="after")
    def _permitted(self) -> StepKeys:
        if self.risk is Risk.DESTRUCTIVE and self.approval is None:
            raise ExpectedError(
                say(N_("an approval: what is destructive needs a step that permits it"))
            )
        return self


def drill_way(step: StepKeys) -> DrillWay:
    """Tell what becomes of a step in a drill, where nothing is written by its risk."""
    if step.drill is not None:
        return step.drill
    by_risk = {
        Risk.READ: DrillWay.RUN,
        Risk.REVERSIBLE: DrillWay.ASK,
        Risk.DESTRUCTIVE: DrillWay.SIMULATE,
    }
    return by_risk[step.risk]


def undo_step(step: StepKeys) -> str | None:
    """Give the id of the step that takes this one back; None where a sentence says how."""
    named = step.undo is not None and re.fullmatch(NAME_PATTERN, step.undo)
    return step.undo if named else None
