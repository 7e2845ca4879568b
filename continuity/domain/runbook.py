"""What people write at the top of a runbook: what it is for and who answers for what in it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from continuity.domain.decision import Decision, InformationItem
from continuity.domain.duty import CoManagement
from continuity.domain.failure import FailureClass
from continuity.domain.fault import FaultKind
from continuity.domain.text import N_, say
from continuity.domain.ticket import Severity
from continuity.domain.written import Duration, ExpectedError, Name, Written
from continuity.domain.written_hours import Day


class RunbookStatus(StrEnum):
    """Whether a runbook may be used."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Scope(Written):
    """When a runbook is offered: all that is given must fit."""

    systems: tuple[Name, ...] = Field(default=(), description="systems it brings back")
    failure_classes: tuple[FailureClass, ...] = Field(default=(), description="failures it answers")
    faults: tuple[FaultKind, ...] = Field(default=(), description="kinds of incident it answers")
    jobs: tuple[Name, ...] = Field(default=(), description="jobs it is about")
    repositories: tuple[Name, ...] = Field(default=(), description="repositories it is about")
    hosts: tuple[Name, ...] = Field(default=(), description="hosts it is about")
    min_severity: Severity | None = Field(default=None, description="nothing milder than this")


class Target(Written):
    """What a run is measured against, for one system."""

    rto: Duration | None = Field(default=None, description="how long it may be down")
    rpo: Duration | None = Field(default=None, description="how much work may be lost")
    mtd: Duration | None = Field(default=None, description="after this the business is in danger")


class Place(Written):
    """The place of a system among those that are down."""

    system: Name = Field(description="the system")
    reason: str = Field(min_length=1, description="why it stands there")


class Role(Written):
    """Somebody's part in a run."""

    primary: Name = Field(description="person who has it")
    deputies: tuple[Name, ...] = Field(default=(), description="people who stand in, in order")
    side: Literal["internal", "provider"] = Field(
        default="internal", description="of the firm itself, or of a provider"
    )
    reach: tuple[str, ...] = Field(
        default=("phone", "email"), min_length=1, description="how they are reached, in order"
    )
    hours: Name = Field(default="always", description="calendar in which they can be reached")

    @model_validator(mode="after")
    def _each_once(self) -> Role:
        if len({self.primary, *self.deputies}) <= len(self.deputies):
            raise ExpectedError(say(N_("each person once")))
        return self


class AccessWay(Written):
    """A way in that a provider needs."""

    what: str = Field(min_length=1, description="into what")
    opens: str = Field(min_length=1, description="how it is opened, and by whom")
    closes: str | None = Field(default=None, min_length=1, description="how it is shut again")


class Sharing(Written):
    """How the firm and its provider share this runbook."""

    mode: CoManagement = Field(
        default=CoManagement.SHARED, description="shared, shadow or outsourced"
    )
    run: tuple[Name, ...] = Field(default=(), description="roles that may run it; all if absent")
    inform: tuple[Name, ...] = Field(default=(), description="roles that must be told of it")
    pays: str | None = Field(default=None, min_length=1, description="who pays for it")
    access: tuple[AccessWay, ...] = Field(default=(), description="ways in the provider needs")


def _plain_value(value: object) -> object:
    if value is not None and not isinstance(value, str | int | float):
        raise ExpectedError(say(N_("a text, a number, true or false")))
    return value


class Parameter(Written):
    """Something that is different in every run."""

    name: Name = Field(description="its name: parameters.NAME")
    type: Literal["text", "number", "boolean"] = Field(
        default="text", description="text, number or boolean"
    )
    title: str = Field(min_length=1, description="what is asked")
    allowed: tuple[str, ...] = Field(default=(), description="texts it may be; any if absent")
    default: Annotated[
        object,
        AfterValidator(_plain_value),
        WithJsonSchema({"type": ["string", "number", "boolean"]}),
    ] = Field(default=None, description="its value when nobody says another")
    secret: bool = Field(default=False, description="never shown nor kept")
    ask: bool = Field(default=True, description="asked at the start")

    @model_validator(mode="after")
    def _fits(self) -> Parameter:
        kinds = {"text": str, "number": int | float, "boolean": bool}
        fits = isinstance(self.default, kinds[self.type])
        if self.type == "number" and isinstance(self.default, bool):
            fits = False
        if self.default is not None and not fits:
            raise ExpectedError(say(N_("a default of the type of the parameter")))
        if self.allowed and (self.type != "text" or self.default not in (None, *self.allowed)):
            raise ExpectedError(say(N_("allowed texts for a text, its default among them")))
        if self.secret and self.default is not None:
            raise ExpectedError(say(N_("no default: it would be written in this file")))
        return self


class Prerequisite(Written):
    """Something without which the runbook cannot be followed."""

    kind: Literal["access", "key", "device", "contract", "document"] = Field(
        description="access, key, device, contract or document"
    )
    what: str = Field(min_length=1, description="what it is")
    where: str = Field(min_length=1, description="where it is found without Continuity")
    phone: str | None = Field(default=None, description="whom to call for it")


class Timers(Written):
    """Times of a run."""

    update: dict[Severity, Duration] = Field(
        default_factory=dict, description="how often others are told how it stands, by severity"
    )
    maximum: Duration | None = Field(default=None, description="a run takes no longer")
    duties: tuple[Name, ...] = Field(
        default=(), description="duties of incidents.yaml that may be set running"
    )


class Tickets(Written):
    """What a run leaves in the ticket system."""

    outlet: Name | None = Field(
        default=None, description="one of channels.yaml; those of the incident if absent"
    )
    category: str | None = Field(default=None, min_length=1, description="category there")
    assignment: str | None = Field(default=None, min_length=1, description="group or person there")
    comment: Literal["steps", "decisions", "end"] = Field(
        default="decisions", description="comments on every step, on decisions, or at the end only"
    )


class Practice(Written):
    """How the runbook is practised."""

    kinds: tuple[Literal["table-top", "functional", "full"], ...] = Field(
        default=("table-top",), min_length=1, description="table-top, functional, full"
    )
    every: Duration | None = Field(default=None, description="at least so often")
    hours: Name = Field(default="business", description="calendar within which it is practised")
    blocked: tuple[Day, ...] = Field(default=(), description="days on which it is not")


class OfflineCopy(Written):
    """A copy that is there when nothing else is."""

    where: str = Field(min_length=1, description="where it lies")
    holder: Name | None = Field(default=None, description="person who has it")
    printed_on: date | None = Field(default=None, description="day of that copy")


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
    targets: dict[Name, Target] = Field(
        default_factory=dict, description="what a run is measured against, by system"
    )
    order: tuple[Place, ...] = Field(
        default=(), description="which system comes first when several are down, and why"
    )
    roles: dict[Name, Role] = Field(default_factory=dict, description="parts in a run, by name")
    comanagement: Sharing = Field(default=Sharing(), description="how it is shared with a provider")
    decisions: tuple[Decision, ...] = Field(default=(), description="choices settled beforehand")
    information_pack: tuple[InformationItem, ...] = Field(
        default=tuple(InformationItem), description="facts shown at the start; all if absent"
    )
    parameters: tuple[Parameter, ...] = Field(
        default=(), description="what is different in every run"
    )
    prerequisites: tuple[Prerequisite, ...] = Field(
        default=(), description="what it takes, and where that is found"
    )
    timers: Timers = Field(default_factory=Timers, description="times of a run")
    tickets: Tickets = Field(default=Tickets(), description="what it leaves in the ticket system")
    drill: Practice = Field(default=Practice(), description="how it is practised")
    offline: tuple[OfflineCopy, ...] = Field(
        default=(), description="copies for when nothing else is there"
    )


def review_due(front: Runbook) -> date | None:
    """Give the day by which a runbook must be read through again; None where none is agreed."""
    if front.reviewed_on is None or front.review_every is None:
        return None
    return front.reviewed_on + front.review_every
