"""What Continuity says to the ticket system of a company, and what it hears from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: S1 no valid restore point of something vital, to S5 planned."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"


class TicketState(StrEnum):
    """Where a ticket is asked to go; each system has its own words for them."""

    OPEN = "open"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketDraft:
    """A ticket to be made.

    ``marker`` finds it again (``continuity-<organisation>-<number>``: lower case, no blanks, under
    100 characters); the adapter puts it into the strongest place its system has *and* into the last
    line of the body. ``number`` is the local one, such as CONT-0042. ``body`` is plain text.
    ``asset`` is the system's id in the company's inventory, where one was given.
    """

    marker: str
    number: str
    title: str
    body: str
    severity: Severity
    system: str
    url: str = ""
    asset: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketRef:
    """A ticket in its own system."""

    id: str
    key: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteClock:
    """A service level as the remote system counts it."""

    name: str
    breached: bool
    paused: bool
    remaining: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteTicket:
    """A ticket as its system shows it; ``state`` None when its words are not understood."""

    ref: TicketRef
    state: TicketState | None
    state_name: str
    assignee: str
    updated: datetime
    gone: bool = False
    clocks: tuple[RemoteClock, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteChange:
    """Something that people did to a ticket; our own writes are left out."""

    ref: TicketRef
    at: datetime
    actor: str
    state: TicketState | None
    comment: str
