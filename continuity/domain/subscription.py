"""What people write about reports that are sent: to whom, how often, and how much of them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from continuity.domain.report_wishes import Detail, Enclosed, Rhythm
from continuity.domain.text import N_, say
from continuity.domain.written import Duration, ExpectedError, Name, Size, Written

_USUAL = {
    Detail.DIGEST: (),
    Detail.MANAGEMENT: (Enclosed.PDF,),
    Detail.TECHNICAL: (Enclosed.PDF, Enclosed.CSV),
}


def time_from_text(text: object) -> time:
    """Read ``07:00``. Raises ExpectedError."""
    if isinstance(text, time):
        return text
    hour, colon, minute = str(text).partition(":")
    numbers = hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()
    try:
        if not colon or not numbers or len(minute) != len("00"):
            raise ValueError
        return time(int(hour), int(minute))
    except ValueError:
        raise ExpectedError(say(N_("a time of day such as 07:00"))) from None


TimeOfDay = Annotated[
    time,
    BeforeValidator(time_from_text),
    WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}),
]


class Subscription(Written):
    """Somebody who gets reports."""

    to: Name = Field(description="who gets them, from people.yaml")
    cc: tuple[Name, ...] = Field(default=(), description="who gets a copy")
    cadence: Rhythm = Field(description="how often")
    detail: Detail = Field(default=Detail.MANAGEMENT, description="how much of them")
    language: Literal["es", "en"] | None = Field(
        default=None, description="of the report; the one of who gets it if absent"
    )
    attach: tuple[Enclosed, ...] | None = Field(
        default=None, description="files that go with it; if absent, what the detail needs"
    )
    systems: tuple[Name, ...] = Field(
        default=(), description="only restore tests of these systems; of all, if none is named"
    )

    @property
    def files(self) -> tuple[Enclosed, ...]:
        """The files that go with it."""
        return _USUAL[self.detail] if self.attach is None else self.attach

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who gets it, each once."""
        return tuple(dict.fromkeys((self.to, *self.cc)))


class Sending(Written):
    """When and how reports are sent, and who gets which."""

    via: Name | None = Field(
        default=None, description="channel by which they go; the only one of kind email if absent"
    )
    at: TimeOfDay = Field(default=time(7), description="time of day from which on they are sent")
    grace: Duration = Field(
        default=timedelta(hours=6), description="how late one may arrive before that is a fault"
    )
    largest: Size = Field(
        default=10_000_000, description="largest mail; files that do not fit are left out"
    )
    subscriptions: dict[Name, Subscription] = Field(
        default_factory=dict, description="who gets which, by a name of your own"
    )
