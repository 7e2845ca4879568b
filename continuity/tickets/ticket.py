"""What every ticket system can do, in the product's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel

from continuity.domain.attachment import Attachment
from continuity.domain.clock import Now
from continuity.domain.delivery import Outcome
from continuity.domain.examined import Examined
from continuity.domain.secret import Secret
from continuity.domain.ticket import (
    RemoteChange,
    RemoteTicket,
    TicketDraft,
    TicketRef,
    TicketState,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """What a system can and cannot do, so that nobody asks in vain.

    ``notes`` when it takes any. ``lagging_find`` when a ticket just made may not be found yet.
    ``idempotent`` when sending twice makes one. ``reads`` when state comes back at all.
    ``attachment_bytes`` 0: none.
    """

    notes: bool = True
    internal_notes: bool = True
    reads: bool = True
    lagging_find: bool = False
    idempotent: bool = False
    attachment_bytes: int = 0
    clocks: bool = False


class TicketSystem(Protocol):
    """One connection to one ticket system.

    Writes never raise for what the other side does: they give one of four outcomes. Reads raise
    UnreachableError, AuthenticationError or ToolError.
    """

    @property
    def abilities(self) -> Abilities:
        """What it can do."""

    def probe(self) -> tuple[Examined, ...]:
        """Look whether address, secret, rights, required fields and value maps fit."""

    def create(self, draft: TicketDraft) -> Outcome:
        """Make a ticket."""

    def find(self, marker: str) -> tuple[TicketRef, ...]:
        """Find tickets by marker, oldest first."""

    def comment(self, ref: TicketRef, text: str, key: str) -> Outcome:
        """Add an internal note; ``key`` marks it, so that a repetition can be recognised."""

    def move(self, ref: TicketRef, to: TicketState, note: str) -> Outcome:
        """Bring it to another state, with a note."""

    def attach(self, ref: TicketRef, attachment: Attachment) -> Outcome:
        """Add a file."""

    def fetch(self, ref: TicketRef) -> RemoteTicket:
        """Read its present state."""

    def changes_since(
        self, moment: datetime, refs: tuple[TicketRef, ...]
    ) -> tuple[RemoteChange, ...]:
        """Read what people did since, oldest first; our own changes are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketOpening:
    """What a connection needs: its own options, the secrets by name, and the organisation."""

    options: BaseModel
    organisation: str
    now: Now
    secrets: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketKind:
    """An entry of the registry.

    ``secrets`` are the names of those it needs, ``optional_secrets`` of those it can use.
    """

    name: str
    options: type[BaseModel]
    secrets: tuple[str, ...]
    open: Callable[[TicketOpening], TicketSystem]
    optional_secrets: tuple[str, ...] = ()
