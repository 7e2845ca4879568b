"""The kinds of steps a runbook can have, each with its own keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from continuity.domain.probe import Probe
from continuity.domain.step import DrillWay, Risk, StepKeys
from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    EnvironmentName,
    ExpectedError,
    LocalPath,
    Name,
    SecretReference,
    Size,
)
from continuity.domain.written_hours import Whom

_POINT = re.compile(
    r"newest-proven|newest|ask|before:\d{4}-\d{2}-\d{2} \d{2}:\d{2}|id:[0-9A-Za-z._:+-]{4,128}"
    r"|(?:parameters\.[a-z0-9][a-z0-9-]*|outputs\.[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*)"
)
_MOMENT = re.compile(r"(?:\d{4}-\d{2}-\d{2} )?([01]\d|2[0-3]):[0-5]\d")
_WHOLE_REFERENCE = re.compile(r"\{([a-z][a-z0-9.-]*)\}")


def reference_in_argument(argument: str) -> str | None:
    """Give the name of the value that stands for a whole argument, such as ``{parameters.vm}``."""
    found = _WHOLE_REFERENCE.fullmatch(argument)
    return None if found is None else found[1]


def reference_in_point(point: str) -> str | None:
    """Give the name of the value that says which point; None where it is written."""
    return point if point.startswith(("parameters.", "outputs.")) else None


def _point(text: str) -> str:
    if not _POINT.fullmatch(text):
        raise ExpectedError(
            say(
                N_(
                    "newest-proven, newest, ask, id:POINT, “before:2027-03-31 22:00”, "
                    "parameters.NAME or outputs.STEP.NAME"
                )
            )
        )
    return text


def _moment(text: str) -> str:
    if not _MOMENT.fullmatch(text):
        raise ExpectedError(say(N_("a time such as 07:00 or 2027-03-31 07:00")))
    return text


class ManualStep(StepKeys):
    """Somebody does what is written below."""

    type: Literal["manual"] = Field(description="somebody does what is written below")
    risk: Risk = Field(description="read, reversible or destructive")


class DecisionStep(StepKeys):
    """Somebody chooses, on the record."""

    type: Literal["decision"] = Field(description="somebody chooses, on the record")
    decision: Name | None = Field(
        default=None, description="one of the runbook's decisions; that of the step's name"
    )


class ApprovalStep(StepKeys):
    """Somebody permits what follows."""

    type: Literal["approval"] = Field(description="somebody permits what follows")
    roles: tuple[Name, ...] = Field(min_length=1, description="roles that may permit it")
    minimum: int = Field(default=1, ge=1, le=10, description="how many different people it takes")
    reason_required: bool = Field(default=True, description="they must say why")


class CommandStep(StepKeys):
    """A program runs."""

    type: Literal["command"] = Field(description="a program runs")
    risk: Risk = Field(description="read, reversible or destructive")
    runner: Literal["local", "ssh", "ansible"] = Field(
        default="local", description="here, on another host, or a playbook of Ansible"
    )
    argv: tuple[str, ...] = Field(
        min_length=1,
        description="program and arguments; an argument may be a value: {parameters.NAME}",
    )
    host: Name | None = Field(default=None, description="host on which it runs, for ssh")
    user: Name | None = Field(default=None, description="as whom it runs there")
    env: dict[EnvironmentName, SecretReference] = Field(
        default_factory=dict, description="secrets it is given, by environment variable"
    )
    secrets: dict[EnvironmentName, Name] = Field(
        default_factory=dict,
        description="secret parameters it is given, by environment variable",
    )
    success: tuple[Annotated[int, Field(ge=0, le=255)], ...] = Field(
        default=(0,), min_length=1, description="exit codes that mean it worked"
    )
    most_output: Size = Field(default=1 << 20, description="no more output than this is kept")

    @model_validator(mode="after")
    def _where(self) -> CommandStep:
        if (self.runner == "ssh") != (self.host is not None):
            raise ExpectedError(say(N_("host and runner: ssh together, or neither")))
        return self


OVER = frozenset({"production", "previous"})
"""Targets of a restore that change what is in use."""


class RestoreStep(StepKeys):
    """Data comes back from a restore point."""

    type: Literal["restore"] = Field(description="data comes back from a restore point")
    risk: Risk = Field(description="reversible, or destructive over production")
    job: Name = Field(description="job whose copies are restored")
    point: Annotated[str, AfterValidator(_point)] = Field(
        default="newest-proven",
        description="newest-proven, newest, ask, id:POINT, before:TIME, or a value by its name",
    )
    repository: Name | None = Field(
        default=None,
        description="the job's repository or a copy of it; whichever can give it if absent",
    )
    include: tuple[LocalPath, ...] = Field(
        default=(), description="only these paths; all if absent"
    )
    target: Literal["sandbox", "parallel", "production", "previous"] = Field(
        description="the sandbox, a place beside the data, over the data, or that taken back"
    )
    place: LocalPath | None = Field(default=None, description="directory, for parallel")
    check: bool = Field(default=True, description="compared and checked as a drill does")

    @model_validator(mode="after")
    def _target(self) -> RestoreStep:
        if (self.target == "parallel") != (self.place is not None):
            raise ExpectedError(say(N_("place and target: parallel together, or neither")))
        if self.target in OVER and self.risk is not Risk.DESTRUCTIVE:
            raise ExpectedError(say(N_("risk: destructive, because it overwrites data")))
        if self.risk is Risk.READ:
            raise ExpectedError(say(N_("risk: reversible, because it writes")))
        if self.target == "previous" and self.include:
            raise ExpectedError(say(N_("no include: a restore is taken back as a whole")))
        if self.include and self.target == "sandbox":
            raise ExpectedError(say(N_("no include for the sandbox: everything is compared there")))
        return self

    @model_validator(mode="after")
    def _practised(self) -> RestoreStep:
        touching = self.drill in {DrillWay.RUN, DrillWay.ASK}
        if self.target in OVER and touching:
            raise ExpectedError(say(N_("drill: simulate or skip, for no drill touches production")))
        return self


class VerifyStep(StepKeys):
    """Something is asked until it is right, and stays right."""

    type: Literal["verify"] = Field(description="something is asked until it stays right")
    probe: Probe = Field(description="what is asked")
    every: Duration = Field(default=timedelta(seconds=30), description="how often it is asked")
    until: Duration = Field(
        default=timedelta(minutes=15), description="after this it has not become right"
    )
    stable_for: Duration | None = Field(default=None, description="it must stay right for so long")


class WaitStep(StepKeys):
    """Time passes."""

    type: Literal["wait"] = Field(description="time passes")
    lasts: Duration | None = Field(default=None, description="so long")
    until: Annotated[str, AfterValidator(_moment)] | None = Field(
        default=None, description="until this time on the clock", examples=["07:00"]
    )

    @model_validator(mode="after")
    def _one(self) -> WaitStep:
        if (self.lasts is None) == (self.until is None):
            raise ExpectedError(say(N_("exactly one of lasts or until")))
        return self


class NotifyStep(StepKeys):
    """People are told."""

    type: Literal["notify"] = Field(description="people are told")
    audience: tuple[Whom, ...] = Field(
        min_length=1, description="role:NAME, person:NAME, owner or everyone"
    )
    template: str = Field(min_length=1, description="what they are told")
    channels: tuple[Name, ...] = Field(default=(), description="channels; all of them if absent")


class RunbookStep(StepKeys):
    """Another runbook is followed to its end; it may not lead to a third."""

    type: Literal["runbook"] = Field(description="another runbook is followed to its end")
    runbook: Name = Field(description="its name")


class GroupStep(StepKeys):
    """Several steps belong together."""

    type: Literal["group"] = Field(description="several steps belong together")
    steps: tuple[Name, ...] = Field(min_length=1, description="steps of this runbook in it")
    parallel: bool = Field(default=False, description="at the same time; in turn if false")


Step = (
    ManualStep
    | DecisionStep
    | ApprovalStep
    | CommandStep
    | RestoreStep
    | VerifyStep
    | WaitStep
    | NotifyStep
    | RunbookStep
    | GroupStep
)

STEP_KINDS: Mapping[str, type[Step]] = {
    "manual": ManualStep,
    "decision": DecisionStep,
    "approval": ApprovalStep,
    "command": CommandStep,
    "restore": RestoreStep,
    "verify": VerifyStep,
    "wait": WaitStep,
    "notify": NotifyStep,
    "runbook": RunbookStep,
    "group": GroupStep,
}


def decision_of(step: DecisionStep) -> str:
    """Name the decision that is taken in a step."""
    return step.decision or step.id
