"""What is to be told outside, written with the change it tells of, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from continuity.domain.text import Message
from continuity.domain.ticket import RemoteClock

SAID = "runbook-said"
"""The event of a notice that carries what a run of a runbook tells."""


class OutboxState(StrEnum):
    """Where a row is; the ones that are settled are never sent again."""

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"


SETTLED = frozenset({OutboxState.CONFIRMED, OutboxState.REJECTED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something to be told on one lane, such as ``ticket:jira`` or ``channel:mail``.

    ``key`` is the same for all tries to deliver it and for no other notice. ``payload`` names
    nobody and holds no secret: what a person wrote is beside the record ``sequence``.
    """

    key: str
    lane: str
    incident: int
    event: str
    due_at: datetime
    sequence: int = 0
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxRow:
    """A notice in its place of the queue.

    While it is being sent, ``due_at`` is when whoever took it must have said what became of it.
    """

    position: int
    notice: Notice
    due_at: datetime
    attempts: int
    state: OutboxState


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What one try to deliver came to: the outcome's name, and what the other side said."""

    key: str
    at: datetime
    outcome: str
    reason: Message | None = None
    remote_id: str = ""
    remote_key: str = ""
    remote_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketLink:
    """The ticket of an incident in one system; without an id it is not known to be there yet.

    ``remote_state`` is where the ticket was brought last, by us or by somebody there, and
    ``pushed_version`` the version of the incident that the system confirmed last. The rest is what
    was seen at ``seen_at``, in the system's own words: ``remote_updated`` is its time.
    """

    incident: int
    lane: str
    marker: str
    remote_id: str = ""
    remote_key: str = ""
    remote_url: str = ""
    remote_state: str = ""
    remote_updated: datetime | None = None
    pushed_version: int = 0
    last_error: Message | None = None
    remote_name: str = ""
    remote_assignee: str = ""
    remote_gone: bool = False
    remote_clocks: tuple[RemoteClock, ...] = ()
    seen_at: datetime | None = None
