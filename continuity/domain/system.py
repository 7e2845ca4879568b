"""What people write about business systems, the places they depend on and who answers for them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from continuity.domain.price import Prices
from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    EnvironmentName,
    ExpectedError,
    LocalPath,
    Location,
    LocationElsewhere,
    Name,
    SecretReference,
    Written,
)

_LONGEST_ASSET = 100


class Criticality(StrEnum):
    """How much the business needs a system, from the first to come back to the last."""

    VITAL = "vital"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


def _asset(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_ASSET or not text.isprintable():
        raise ExpectedError(say(N_("an id of one line, as the inventory shows it")))
    return text.strip()


class System(Written):
    """A business service, such as billing: what must come back, how soon, and with what loss."""

    title: str = Field(min_length=1, description="what the business calls it")
    criticality: Criticality = Field(description="how much the business needs it")
    owner: Name = Field(description="person who answers for the service")
    deputy: Name | None = Field(default=None, description="person who stands in for the owner")
    depends_on: tuple[Name, ...] = Field(
        default=(), description="systems that must be back before this one"
    )
    rpo: Duration | None = Field(
        default=None, description="how much work may be lost; no value means no target"
    )
    rto: Duration | None = Field(
        default=None, description="how long it may be down; no value means no target"
    )
    prove: Duration | None = Field(
        default=None, description="a restore test must have passed within this time"
    )
    proof_level: Literal["L3", "L4"] = Field(
        default="L3", description="L3: a restored sample; L4: everything restored"
    )
    manual_alternative: str | None = Field(
        default=None, description="how the business goes on meanwhile"
    )
    runbook: Name | None = Field(default=None, description="runbook that brings it back")
    asset: Annotated[str, AfterValidator(_asset)] | None = Field(
        default=None,
        description="its id in the company's inventory, for tickets; never changed there",
        examples=["b0c4030ac0a800090152e7a4564ca36c", "SRV-017"],
    )


def _address(text: str) -> str:
    # It becomes a word of the ssh command: neither an option nor more than a name.
    if not re.fullmatch(r"[A-Za-z0-9_:][A-Za-z0-9_.:%-]{0,252}", text):
        raise ExpectedError(say(N_("a name or an address in the network, without user or port")))
    return text


def _user(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}", text):
        raise ExpectedError(say(N_("the name of a user there")))
    return text


class Host(Written):
    """A machine on which commands run."""

    kind: Literal["local", "ssh"] = Field(
        default="local", description="local: this machine; ssh: another one, reached over SSH"
    )
    site: Name | None = Field(default=None, description="where it stands")
    address: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None,
        description="its name or address in the network",
        examples=["erp.example", "10.0.0.7"],
    )
    port: int = Field(default=22, ge=1, le=65_535, description="where its SSH server listens")
    user: Annotated[str, AfterValidator(_user)] | None = Field(
        default=None, description="as whom commands run there; the user of this program if absent"
    )
    key: LocalPath | None = Field(
        default=None,
        description="private key to enter with; those of the agent and of ~/.ssh if absent",
    )
    known_hosts: LocalPath | None = Field(
        default=None,
        description="file of the accepted keys of machines; config/known_hosts if absent",
    )
    jump: Name | None = Field(
        default=None, description="another host of kind ssh through which it is reached"
    )
    keepalive: Duration = Field(
        default=timedelta(seconds=15),
        description="time between signs of life; three that are missing end the connection",
    )
    connect_timeout: Duration = Field(
        default=timedelta(seconds=10), description="how long it may take to answer at first"
    )


class Repository(Written):
    """Where copies live, and what engine keeps them there."""

    engine: Name = Field(description="restic, rsync")
    location: Location = Field(
        min_length=1,
        description="directory, absolute or relative to the workspace, or the engine's own address",
    )
    password: SecretReference | None = Field(default=None, description="where its secret is kept")
    credentials: dict[EnvironmentName, SecretReference] = Field(
        default_factory=dict,
        description="what the storage asks for, by name of the environment variable",
        examples=[{"AWS_ACCESS_KEY_ID": {"file": "secrets/s3-id"}}],
    )
    ca_certificate: LocalPath | None = Field(
        default=None,
        description="PEM file of the authority that vouches for the storage, beside the system's",
    )
    host: Name | None = Field(
        default=None, description="SSH host that keeps it, for sftp: addresses"
    )
    seen_from: dict[Name, LocationElsewhere] = Field(
        default_factory=dict, description="its address as other hosts see it, by host"
    )
    copy_of: Name | None = Field(
        default=None,
        description="repository whose copies are copied here by other means, such as restic copy",
    )
    site: Name | None = Field(default=None, description="where the storage stands")
    medium: Literal["disk", "nas", "object", "tape", "removable"] = Field(
        default="disk", description="what the copies are kept on"
    )
    prices: Prices | None = Field(
        default=None, description="what reading costs there, for estimates; none if absent"
    )
    options: dict[str, object] = Field(
        default_factory=dict, description="what only this engine understands"
    )


class RoleHeld(Written):
    """A role somebody fills, for a time or for good."""

    role: Name = Field(description="name of the role, such as technician")
    since: date | None = Field(default=None, description="first day")
    until: date | None = Field(default=None, description="last day")
    deputy: bool = Field(default=False, description="true: only while nobody else is there")
    hours: Name = Field(default="always", description="calendar of the shift")


class Away(Written):
    """Days on which somebody is not there."""

    first: date = Field(description="first day")
    last: date = Field(description="last day")


class Person(Written):
    """Somebody with a role in a recovery."""

    name: str = Field(min_length=1, description="as colleagues say it")
    side: Literal["internal", "provider"] = Field(
        default="internal", description="of the firm itself, or of a provider"
    )
    email: str | None = Field(default=None, description="where mail reaches this person")
    phone: str | None = Field(default=None, description="where a call reaches this person at night")
    phone_confirmed_on: date | None = Field(
        default=None, description="day on which somebody last called that number, and was answered"
    )
    language: Literal["es", "en"] | None = Field(
        default=None,
        description="language of messages to this person; the organisation's if absent",
    )
    roles: tuple[RoleHeld, ...] = Field(default=(), description="what this person is told as")
    away: tuple[Away, ...] = Field(default=(), description="days on which others stand in")
