"""What people write that is no noun of the domain: the settings of a workspace."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from continuity.domain.offline import Offline
from continuity.domain.text import N_, say
from continuity.domain.written import (
    Duration,
    ExpectedError,
    LocalPath,
    Name,
    SecretReference,
    Size,
    Written,
    duration_from_text,
    text_without_password,
)


def _host_name(text: str) -> str:
    if not text or not text.isprintable() or any(character.isspace() for character in text):
        raise ExpectedError(say(N_("a name without blanks")))
    return text


class Store(Written):
    """Where the record of what happened is kept."""

    state: LocalPath = Field(
        default="state", description="directory for the record, manifests and keys"
    )
    url: Annotated[str, AfterValidator(text_without_password)] | None = Field(
        default=None,
        description="address of the database; a file in the state directory if absent",
        examples=["postgresql+psycopg://continuity@db.example/continuity"],
    )
    password: SecretReference | None = Field(
        default=None, description="where the database's password is kept"
    )


class SandboxPlace(Written):
    """Where restores go, apart from everything that matters."""

    place: LocalPath = Field(default="sandbox", description="directory made for restores alone")
    min_isolation: Literal["A", "B"] = Field(
        default="B",
        description="A: a drill that cannot be shut off by namespaces does not run at all",
    )
    ttl: Duration = Field(
        default=duration_from_text("24h"),
        description="after this, what a stopped run left there is removed",
    )
    reserve: Size = Field(
        default=1 << 30, description="room that a restore must leave free on that file system"
    )


class Service(Written):
    """How the service runs jobs by itself, and who notices when it does not."""

    at_once: int = Field(
        default=2,
        ge=1,
        le=64,
        description="so many backups at once; restore tests only beside fewer",
    )
    spread: Duration | None = Field(
        default=None, description="starts are spread over this time, by the name of the job"
    )
    at_end: Literal["stop", "wait"] = Field(
        default="stop",
        description="what happens to runs when the service ends: they are stopped, or waited for",
    )
    wait: Duration = Field(
        default=timedelta(minutes=10), description="how long to wait for them at most"
    )
    silence: Duration = Field(
        default=timedelta(hours=2),
        description="the service has not looked at its slots for so long: a fault",
    )
    heartbeat: Name | None = Field(
        default=None,
        description="channel of kind heartbeat that hears it live, and is told of no incident",
    )
    sabotage: str | None = Field(
        default="0 4 2 1,4,7,10 *",
        description="when things are broken in copies to see the alarm go off; null for never",
    )
    address: str = Field(
        default="127.0.0.1", description="where /healthz, /metrics and heartbeats are answered"
    )
    port: int = Field(default=8417, ge=0, le=65_535, description="the port there; 0 for a free one")


class Settings(Written):
    """The workspace as a whole."""

    organisation: str = Field(min_length=1, description="whose continuity this is")
    language: Literal["es", "en"] = Field(description="language of what people read")
    zone: str = Field(description="IANA zone of schedules and reports", examples=["Europe/Madrid"])
    host_name: Annotated[str, AfterValidator(_host_name)] | None = Field(
        default=None, description="name of this machine in the copies; its own if absent"
    )
    store: Store = Field(description="where the record is kept")
    sandbox: SandboxPlace = Field(description="where restores go")
    offline: Offline = Field(
        default=Offline(), description="copies for the day on which this program is gone too"
    )
    service: Service = Field(default=Service(), description="how the service runs jobs by itself")


SECTIONS_WITH_PATHS = ("store", "sandbox")
"""Sections that nobody has to write: their defaults are paths, so only the reader can add them."""
