"""What every channel to people can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel

from continuity.domain.clock import Now
from continuity.domain.delivery import Outcome
from continuity.domain.document import Document, Envelope
from continuity.domain.examined import Examined
from continuity.domain.letter import Letter
from continuity.domain.secret import Secret


class Channel(Protocol):
    """One way to reach people. Never raises for what the other side does."""

    def probe(self) -> tuple[Examined, ...]:
        """Look whether it can be reached, without telling anybody anything."""

    def send(self, letter: Letter, to: str) -> Outcome:
        """Send one letter; ``to`` is the recipient's address, empty for a channel with its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelOpening:
    """What a channel needs: its own options, the secrets by name, and who writes."""

    options: BaseModel
    organisation: str
    now: Now
    secrets: Mapping[str, Secret] = field(default_factory=dict)


Post = Callable[[Document, Envelope], Outcome]
"""Sends a whole document to one of its readers. Never raises for what the other side does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelKind:
    """An entry of the registry.

    ``secrets`` are the names of those it needs, ``optional_secrets`` of those it can use;
    ``personal`` when it writes to a person's own address. ``post`` opens the way for documents,
    None where only letters go.
    """

    name: str
    options: type[BaseModel]
    secrets: tuple[str, ...]
    personal: bool
    open: Callable[[ChannelOpening], Channel]
    optional_secrets: tuple[str, ...] = ()
    post: Callable[[ChannelOpening], Post] | None = None
